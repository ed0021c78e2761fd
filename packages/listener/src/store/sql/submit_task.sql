-- What a submission adds to its PENDING row, and the wish for a queue entry: $1 task_request_id, $2 task_name,
-- $3 params for the queue (JSON), $4 rerun_of, $5 attempts_max, $6 params for the row (JSON): without secrets,
-- $7 traceparent
WITH dispatch AS (
  INSERT INTO task_dispatches (task_request_id, task_name, params, attempts_max, traceparent)
  VALUES ($1, $2, $3::text::jsonb, $5::integer, $7)
)
UPDATE task_requests SET params = $6::text::jsonb, rerun_of = $4 WHERE task_request_id = $1
