-- Newest first: $1 reason or null, $2 id of the last row of the page before or null, $3 limit
SELECT
  id::integer, lane, reason, detail, payload, payload_bytes::double precision, task_request_id, publisher_id,
  sequence::double precision, taskwire_rfc3339(received_at) AS received_at, taskwire_rfc3339(replayed_at) AS replayed_at
FROM dead_letters
WHERE ($1::text IS NULL OR reason = $1) AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3
