-- Tasks in a non-final status of which nothing was heard for $1 ms, by task_request_id, behind $2 (null: from the
-- beginning), at most $3. Byte 5 of the merge key is 1 where the deciding event does not count attempts.
SELECT
  task_request_id, task_name, status, attempt, get_byte(merge_key, 5) <> 1 AS counts_attempts, worker_source,
  (extract(epoch FROM last_status_update) * 1000000)::double precision AS last_status_update_us,
  (extract(epoch FROM now() - last_heard_at) * 1000)::double precision AS silent_ms
FROM task_requests
WHERE status IN ('PENDING', 'RUNNING', 'RETRY')
  AND last_heard_at <= now() - $1::double precision * interval '1 millisecond'
  AND task_request_id > coalesce($2::text, '')
ORDER BY task_request_id
LIMIT $3
