-- The oldest ids, for doing something with many at once. :which picks the state (see list-dead-letters.ts).
-- $1 reason  $2 lane  $3 task_request_id; null: any
-- $4 id behind which to begin  $5 limit
SELECT d.id::double precision AS id
FROM dead_letters AS d
WHERE :which AND ($1::text IS NULL OR d.reason = $1) AND ($2::text IS NULL OR d.lane = $2) AND d.id > $4::bigint
ORDER BY d.id
LIMIT $5
