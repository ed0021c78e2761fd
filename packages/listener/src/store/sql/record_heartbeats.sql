-- Heartbeats of workers, one array element each, sorted by worker_id: $1 worker_id, $2 worker_container,
-- $3 publisher_id, $4 pid, $5 started_at, $6 heartbeat (ms since 1970), $7 clock_skew_ms, $8 running (JSON arrays),
-- $9 outbox_depth, $10 oldest_unacknowledged_ms, $11 stopped. An older heartbeat never overwrites a newer one.
INSERT INTO task_workers AS w (
  worker_id, worker_container, publisher_id, pid, started_at, heartbeat_at, clock_skew_ms, running, outbox_depth,
  oldest_unacknowledged_ms, stopped_at
)
SELECT
  n.worker_id, n.worker_container, n.publisher_id, n.pid, n.started_at, to_timestamp(n.at_ms / 1000),
  n.clock_skew_ms, ARRAY(SELECT jsonb_array_elements_text(n.running::jsonb)), n.outbox_depth,
  n.oldest_unacknowledged_ms, CASE WHEN n.stopped THEN to_timestamp(n.at_ms / 1000) END
FROM unnest(
  $1::text::text[], $2::text::text[], $3::text::text[], $4::text::integer[], $5::text::timestamptz[],
  $6::text::double precision[], $7::text::double precision[], $8::text::text[], $9::text::bigint[],
  $10::text::double precision[], $11::text::boolean[]
) AS n (
  worker_id, worker_container, publisher_id, pid, started_at, at_ms, clock_skew_ms, running, outbox_depth,
  oldest_unacknowledged_ms, stopped
)
ON CONFLICT (worker_id) DO UPDATE SET
  heartbeat_at = EXCLUDED.heartbeat_at,
  publisher_id = EXCLUDED.publisher_id,
  clock_skew_ms = EXCLUDED.clock_skew_ms,
  running = EXCLUDED.running,
  outbox_depth = EXCLUDED.outbox_depth,
  oldest_unacknowledged_ms = EXCLUDED.oldest_unacknowledged_ms,
  stopped_at = EXCLUDED.stopped_at
WHERE w.heartbeat_at <= EXCLUDED.heartbeat_at
