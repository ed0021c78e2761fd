-- Takes back the wish for a queue entry: $1 task_request_id. A row where there was one.
DELETE FROM task_dispatches WHERE task_request_id = $1 RETURNING task_request_id
