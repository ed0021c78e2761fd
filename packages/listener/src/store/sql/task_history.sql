-- The events of a task in the order of their time: $1 task_request_id, $2 limit. Where there are more, progress is left
-- out, the oldest first: what a task went through matters more than each of its steps.
SELECT
  event_id::text, task_request_id, status, attempt, message, task_name, worker_source, data,
  taskwire_rfc3339(event_time) AS event_time, taskwire_rfc3339(received_at) AS received_at, applied, progress, source,
  lane, publisher_id, sequence::double precision AS sequence
FROM (
  SELECT * FROM task_logs
  WHERE task_request_id = $1
  ORDER BY progress IS NOT NULL, task_logs.event_time DESC, task_logs.event_id DESC
  LIMIT $2
) AS l
ORDER BY l.event_time, l.event_id
