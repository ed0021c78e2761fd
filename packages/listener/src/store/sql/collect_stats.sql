-- Forgets figures: narrow ones after a day, wide ones after 31, and none is older than $1 (ms since 1970); at most $2.
-- One row: count
WITH old AS (
  SELECT width_s, at, replica FROM task_stats
  WHERE at < greatest(
    to_timestamp($1::double precision / 1000),
    now() - CASE WHEN width_s < 300 THEN interval '1 day' ELSE interval '31 days' END
  )
  ORDER BY width_s, at
  LIMIT $2
),
gone AS (
  DELETE FROM task_stats AS s USING old
  WHERE s.width_s = old.width_s AND s.at = old.at AND s.replica = old.replica
  RETURNING 1
)
SELECT count(*)::integer AS count FROM gone
