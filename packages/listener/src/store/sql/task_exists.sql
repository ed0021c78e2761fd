-- $1 task_request_id
SELECT 1 FROM task_requests WHERE task_request_id = $1
