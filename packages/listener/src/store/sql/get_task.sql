-- $1 task_request_id
SELECT :task_columns, t.params, t.result, t.error FROM task_requests AS t WHERE t.task_request_id = $1
