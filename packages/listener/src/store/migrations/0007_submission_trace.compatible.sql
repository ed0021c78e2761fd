-- The trace of the request that submitted a task, for the job that a worker is going to run.
ALTER TABLE task_dispatches ADD COLUMN traceparent text;
