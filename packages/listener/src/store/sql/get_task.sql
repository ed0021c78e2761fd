-- $1 task_request_id
SELECT :task_columns FROM task_requests AS t WHERE t.task_request_id = $1
