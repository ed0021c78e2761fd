-- Newest first: $1 status or null, $2 task_name or null, $3 worker_source or null, $4 beginning of the id or null,
-- $5 and $6 created_at and task_request_id of the last row of the page before, or null, $7 limit
SELECT
  task_request_id, task_name, status, attempt, progress, params, result, error, error_type, worker_source,
  taskwire_rfc3339(created_at) AS created_at, taskwire_rfc3339(started_at) AS started_at,
  taskwire_rfc3339(finished_at) AS finished_at, taskwire_rfc3339(last_status_update) AS last_status_update,
  rerun_of, (finals & (finals - 1)) <> 0 AS conflict
FROM task_requests
WHERE ($1::text IS NULL OR status = $1)
  AND ($2::text IS NULL OR task_name = $2)
  AND ($3::text IS NULL OR worker_source = $3)
  AND ($4::text IS NULL OR starts_with(task_request_id, $4))
  AND (
    $5::timestamptz IS NULL
    OR created_at < $5
    OR (created_at = $5 AND task_request_id > $6::text)
  )
ORDER BY created_at DESC, task_request_id
LIMIT $7
