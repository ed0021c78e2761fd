-- How many match. :which picks the state (see list-dead-letters.ts).
-- $1 reason  $2 lane  $3 task_request_id; null: any
SELECT count(*)::integer AS count
FROM dead_letters AS d
WHERE :which AND ($1::text IS NULL OR d.reason = $1) AND ($2::text IS NULL OR d.lane = $2)
