-- The rows, as they are now, of the tasks that these commits changed: $1 transactions, $2 limit
SELECT
  task_request_id, status, task_name, attempt, progress,
  taskwire_rfc3339(last_status_update) AS last_status_update,
  (extract(epoch FROM last_heard_at) * 1000000)::double precision AS revision
FROM task_requests
WHERE task_request_id IN (
  SELECT DISTINCT unnest(task_request_ids) FROM task_commits WHERE transaction = ANY ($1::text::xid8[])
)
LIMIT $2
