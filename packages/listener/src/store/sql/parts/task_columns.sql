t.task_request_id, t.task_name, t.status, t.attempt, t.progress, t.error_type,
t.worker_source, taskwire_rfc3339(t.created_at) AS created_at, taskwire_rfc3339(t.started_at) AS started_at,
taskwire_rfc3339(t.finished_at) AS finished_at, taskwire_rfc3339(t.last_status_update) AS last_status_update,
t.rerun_of, (t.finals & (t.finals - 1)) <> 0 AS conflict,
(extract(epoch FROM t.last_heard_at) * 1000000)::double precision AS revision
