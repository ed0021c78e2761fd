-- These rows as they are now: $1 task_request_ids
SELECT
  task_request_id, status, task_name, attempt, progress,
  taskwire_rfc3339(last_status_update) AS last_status_update,
  (extract(epoch FROM last_heard_at) * 1000000)::double precision AS revision
FROM task_requests
WHERE task_request_id = ANY ($1::text::text[])
