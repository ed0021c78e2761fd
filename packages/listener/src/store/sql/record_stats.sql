-- What one replica counted, one array element a span of time, all of it so far: $1 replica, $2 width_s, $3 at (ms since
-- 1970), $4 by_status, $5 dead_letters, $6 commit_latency, $7 delivery_latency, $8 run_duration (arrays as text).
INSERT INTO task_stats (
  width_s, at, replica, by_status, dead_letters, commit_latency, delivery_latency, run_duration
)
SELECT
  n.width_s, to_timestamp(n.at_ms / 1000), $1::text, n.by_status::integer[], n.dead_letters,
  n.commit_latency::integer[], n.delivery_latency::integer[], n.run_duration::integer[]
FROM unnest(
  $2::text::integer[], $3::text::double precision[], $4::text::text[], $5::text::integer[], $6::text::text[],
  $7::text::text[], $8::text::text[]
) AS n (width_s, at_ms, by_status, dead_letters, commit_latency, delivery_latency, run_duration)
ON CONFLICT (width_s, at, replica) DO UPDATE SET
  by_status = EXCLUDED.by_status,
  dead_letters = EXCLUDED.dead_letters,
  commit_latency = EXCLUDED.commit_latency,
  delivery_latency = EXCLUDED.delivery_latency,
  run_duration = EXCLUDED.run_duration
