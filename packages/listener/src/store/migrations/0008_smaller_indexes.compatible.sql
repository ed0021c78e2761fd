-- The events of a task are all read and then sorted (see task_history.sql), so the index need not hold their order. With
-- the task alone an event takes less than half of the place in it: what belongs to one task shares an entry.
DROP INDEX task_logs_task;
CREATE INDEX task_logs_task ON task_logs (task_request_id);

-- The same order, read from the other end. New tasks come in at the right, where PostgreSQL fills pages, and not at the
-- left, where it leaves half of each empty.
DROP INDEX task_requests_newest;
CREATE INDEX task_requests_newest ON task_requests (created_at, task_request_id DESC);
DROP INDEX task_requests_unsuccessful;
CREATE INDEX task_requests_unsuccessful ON task_requests (created_at, task_request_id DESC)
  WHERE finished_at IS NOT NULL AND finals <> 4;
