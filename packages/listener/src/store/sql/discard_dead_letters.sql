-- Marks those of the dead letters $1 (ids) that are open; they stay until the retention.
-- Rows: those that were marked
UPDATE dead_letters SET discarded_at = now()
WHERE id = ANY ($1::text::bigint[]) AND replayed_at IS NULL AND discarded_at IS NULL
RETURNING id::double precision AS id, task_request_id
