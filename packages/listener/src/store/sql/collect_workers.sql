-- Forgets workers whose last heartbeat is older than $1 (ms since 1970), at most $2.
-- One row: count
WITH gone AS (
  DELETE FROM task_workers WHERE worker_id IN (
    SELECT worker_id FROM task_workers
    WHERE heartbeat_at < to_timestamp($1::double precision / 1000)
    LIMIT $2
    FOR UPDATE SKIP LOCKED
  )
  RETURNING 1
)
SELECT count(*)::integer AS count FROM gone
