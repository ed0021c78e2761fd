-- Newest first: $1 action or null, $2 task_request_id or null, $3 id of the last row of the page before or null, $4 limit
SELECT id::double precision AS id, taskwire_rfc3339(at) AS at, actor, role, action, target, detail, remote_address
FROM audit_log
WHERE ($1::text IS NULL OR action = $1) AND ($2::text IS NULL OR task_request_id = $2)
  AND ($3::bigint IS NULL OR id < $3)
ORDER BY id DESC
LIMIT $4
