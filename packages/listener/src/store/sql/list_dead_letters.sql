-- Newest first, each with the beginning of its payload. :which picks the state (see list-dead-letters.ts).
-- $1 reason  $2 lane  $3 task_request_id; null: any
-- $4 id of the last row of the page before or null  $5 limit  $6 how many characters of the payload
SELECT
  :dead_letter_columns,
  substr(d.payload, 1, $6::integer) AS payload,
  -- The sizes are known without unpacking the text.
  d.payload_bytes > 1048576 OR octet_length(d.payload) > octet_length(substr(d.payload, 1, $6::integer))
    AS payload_truncated
FROM dead_letters AS d
WHERE :which AND ($1::text IS NULL OR d.reason = $1) AND ($2::text IS NULL OR d.lane = $2)
  AND ($4::bigint IS NULL OR d.id < $4)
ORDER BY d.id DESC
LIMIT $5
