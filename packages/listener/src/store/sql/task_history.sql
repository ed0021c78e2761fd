-- Every event of a task in the order of its time: $1 task_request_id, $2 limit
SELECT
  event_id::text, task_request_id, status, attempt, message, task_name, worker_source, data,
  taskwire_rfc3339(event_time) AS event_time, taskwire_rfc3339(received_at) AS received_at, applied, progress, source,
  lane, publisher_id, sequence::double precision AS sequence
FROM task_logs
WHERE task_request_id = $1
ORDER BY event_time, event_id
LIMIT $2
