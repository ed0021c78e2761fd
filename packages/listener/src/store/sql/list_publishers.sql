-- Publishers, the newest first, with what their worker says of its outbox where it lives.
-- $1 whether only those with holes  $2 and $3 first_seen_at and publisher_id of the last one of the page before, or
-- null  $4 limit  $5 a worker lives that was heard of in so many ms
--
-- A hole is what is missing below the highest received sequence, or below the last one of a publisher that was closed.
SELECT
  p.publisher_id, p.worker_container, p.received::text AS received,
  taskwire_rfc3339(p.first_seen_at) AS first_seen_at, taskwire_rfc3339(p.last_seen_at) AS last_seen_at,
  taskwire_rfc3339(p.closed_at) AS closed_at, p.last_sequence::double precision AS last_sequence,
  (
    SELECT max(w.outbox_depth)::double precision FROM task_workers AS w
    WHERE w.publisher_id = p.publisher_id AND w.stopped_at IS NULL
      AND w.heartbeat_at > now() - $5::double precision * interval '1 millisecond'
  ) AS outbox_depth
FROM task_publishers AS p
WHERE p.first_seen_at <= coalesce($2::timestamptz, 'infinity')
  AND ($2::timestamptz IS NULL OR p.first_seen_at < $2 OR p.publisher_id > $3::text)
  AND (NOT $1::boolean OR :publisher_holes)
ORDER BY p.first_seen_at DESC, p.publisher_id
LIMIT $4
