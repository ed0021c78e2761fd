-- Submissions without a confirmed queue entry, oldest first, with the status that their task has by now: $1 limit
SELECT d.task_request_id, d.task_name, d.params, d.attempts_max, d.traceparent, r.status
FROM task_dispatches AS d JOIN task_requests AS r USING (task_request_id)
ORDER BY d.created_at
LIMIT $1
