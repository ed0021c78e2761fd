-- What the history holds under these event_ids: $1 event_ids. Tells a copy from an id that was used again.
SELECT event_id::text, task_request_id, status, (extract(epoch FROM event_time) * 1000000)::bigint::text AS event_time_us
FROM task_logs
WHERE event_id = ANY ($1::text::uuid[])
