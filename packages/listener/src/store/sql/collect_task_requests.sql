-- Forgets finished tasks of which nothing was heard since $1 (ms since 1970), the oldest first, at most $2. Rows that
-- somebody is just writing are left for the next time, so that nobody waits for anybody.
-- One row: count
WITH old AS (
  SELECT task_request_id FROM task_requests
  WHERE created_at < to_timestamp($1::double precision / 1000)
    AND status IN ('SUCCESS', 'FAILURE', 'CANCELLED')
    AND greatest(last_status_update, last_heard_at) < to_timestamp($1::double precision / 1000)
  ORDER BY created_at, task_request_id
  LIMIT $2
  FOR UPDATE SKIP LOCKED
),
gone AS (
  DELETE FROM task_requests AS t USING old WHERE t.task_request_id = old.task_request_id RETURNING 1
)
SELECT count(*)::integer AS count FROM gone
