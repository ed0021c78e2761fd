-- $1 limit
SELECT task_request_id, task_name, params FROM task_dispatches ORDER BY created_at LIMIT $1
