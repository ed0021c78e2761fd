-- $1 task_request_id
SELECT
  task_request_id, task_name, status, attempt, progress, params, result, error, error_type, worker_source,
  taskwire_rfc3339(created_at) AS created_at, taskwire_rfc3339(started_at) AS started_at,
  taskwire_rfc3339(finished_at) AS finished_at, taskwire_rfc3339(last_status_update) AS last_status_update,
  rerun_of, (finals & (finals - 1)) <> 0 AS conflict
FROM task_requests
WHERE task_request_id = $1
