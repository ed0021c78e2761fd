-- Until the end of the transaction nobody else submits this id: $1 task_request_id. A statement of its own, so that the
-- next one sees what the holder before has committed.
SELECT pg_advisory_xact_lock(hashtextextended($1, 0))
