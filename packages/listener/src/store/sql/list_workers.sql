-- Workers by their last heartbeat, newest first: $1 limit
SELECT
  worker_id, worker_container, publisher_id, pid, taskwire_rfc3339(started_at) AS started_at,
  taskwire_rfc3339(heartbeat_at) AS heartbeat_at, clock_skew_ms, running, outbox_depth::double precision,
  oldest_unacknowledged_ms, taskwire_rfc3339(stopped_at) AS stopped_at
FROM task_workers
ORDER BY heartbeat_at DESC, worker_id
LIMIT $1
