-- Forgets those of the publishers $2 that are still as they were when they were found: closed or silent before $1 (ms
-- since 1970), and not written by anybody right now.
-- One row: count
WITH old AS (
  SELECT publisher_id FROM task_publishers
  WHERE publisher_id = ANY ($2::text::text[])
    AND greatest(last_seen_at, closed_at) < to_timestamp($1::double precision / 1000)
  FOR UPDATE SKIP LOCKED
),
gone AS (
  DELETE FROM task_publishers AS p USING old WHERE p.publisher_id = old.publisher_id RETURNING 1
)
SELECT count(*)::integer AS count FROM gone
