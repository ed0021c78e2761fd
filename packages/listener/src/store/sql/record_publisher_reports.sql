-- What living workers say of their publishers, one array element each: $1 publisher_id, $2 last_sequence, $3 closed.
-- One that is open counts as seen, once an hour; one that is closed says when and with which sequence. Publishers that
-- a batch is just writing are left for the next heartbeat.
WITH told AS (
  SELECT n.publisher_id, n.last_sequence, n.closed
  FROM unnest($1::text::text[], $2::text::bigint[], $3::text::boolean[]) AS n (publisher_id, last_sequence, closed)
),
due AS (
  SELECT p.publisher_id, told.last_sequence, told.closed
  FROM task_publishers AS p JOIN told USING (publisher_id)
  WHERE told.closed <> (p.closed_at IS NOT NULL)
    OR (NOT told.closed AND p.last_seen_at < now() - interval '1 hour')
  FOR UPDATE OF p SKIP LOCKED
)
UPDATE task_publishers AS p SET
  last_seen_at = CASE WHEN due.closed THEN p.last_seen_at ELSE now() END,
  closed_at = CASE WHEN due.closed THEN now() END,
  last_sequence = CASE WHEN due.closed THEN due.last_sequence END
FROM due
WHERE p.publisher_id = due.publisher_id
