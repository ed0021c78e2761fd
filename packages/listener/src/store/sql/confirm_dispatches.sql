-- $1 task_request_ids
DELETE FROM task_dispatches WHERE task_request_id = ANY ($1::text::text[])
