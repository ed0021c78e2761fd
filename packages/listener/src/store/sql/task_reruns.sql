-- The tasks that run $1 (task_request_id) again, oldest first: $2 limit
SELECT task_request_id FROM task_requests WHERE rerun_of = $1 ORDER BY created_at, task_request_id LIMIT $2
