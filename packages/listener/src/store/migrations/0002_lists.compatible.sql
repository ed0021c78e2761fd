-- What lists of tasks, dead letters and publishers are found by.
--
-- task_requests is written with each status change, and an index on anything that changes then (last_status_update,
-- error_type, worker_source) would cost every change a new entry in every index, as the row could no longer be updated
-- in place (HOT). These two cost little: rerun_of never changes after the submission, finished_at and finals change only
-- with a final event, and both hold few rows. All other filters look through a bounded part of the newest rows.
CREATE INDEX task_requests_reruns ON task_requests (rerun_of) WHERE rerun_of IS NOT NULL;

-- Ended otherwise than by the SUCCESS of a worker alone (its bit in finals is 4): failures, cancellations, conflicts.
CREATE INDEX task_requests_unsuccessful ON task_requests (created_at DESC, task_request_id)
  WHERE finished_at IS NOT NULL AND finals <> 4;

ALTER TABLE dead_letters ADD COLUMN discarded_at timestamptz;

-- Those that nobody has replayed or discarded, also to count them and to take many at once.
CREATE INDEX dead_letters_open ON dead_letters (reason, id) WHERE replayed_at IS NULL AND discarded_at IS NULL;

CREATE INDEX dead_letters_task ON dead_letters (task_request_id) WHERE task_request_id IS NOT NULL;

-- Neither column changes: publishers are written with each batch.
CREATE INDEX task_publishers_newest ON task_publishers (first_seen_at DESC, publisher_id);
