-- What all replicas counted, in steps: $1 width_s of the rows that are read, $2 from and $3 to (ms since 1970; to is
-- exclusive), $4 the length of a step, s, a multiple of the width.
-- Rows: step (its begin, ms since 1970), what was counted, and of that the places in the array with their sums
WITH counted AS (
  SELECT floor(extract(epoch FROM s.at) / $4::integer) * $4::integer * 1000 AS step, c.what, c.place, sum(c.count) AS count
  FROM task_stats AS s
  CROSS JOIN LATERAL (
    SELECT 'by_status' AS what, place, count FROM unnest(s.by_status) WITH ORDINALITY AS a (count, place)
    UNION ALL
    SELECT 'commit_latency', place, count FROM unnest(s.commit_latency) WITH ORDINALITY AS a (count, place)
    UNION ALL
    SELECT 'delivery_latency', place, count FROM unnest(s.delivery_latency) WITH ORDINALITY AS a (count, place)
    UNION ALL
    SELECT 'run_duration', place, count FROM unnest(s.run_duration) WITH ORDINALITY AS a (count, place)
    UNION ALL
    SELECT 'dead_letters', 1, s.dead_letters
  ) AS c
  WHERE s.width_s = $1::integer
    AND s.at >= to_timestamp($2::double precision / 1000) AND s.at < to_timestamp($3::double precision / 1000)
    AND c.count > 0
  GROUP BY step, c.what, c.place
)
SELECT
  step::double precision AS step, what, json_agg(place) AS places, json_agg(count) AS counts
FROM counted
GROUP BY step, what
