-- Which of these events the history holds, and whether what it holds is the same event: tells a copy from an event_id
-- that was used again. By which publisher and sequence it travels does not count: an event that had to be moved to
-- another outbox is still that event.
-- $1 event_id  $2 task_request_id  $3 status  $4 attempt  $5 task_name  $6 worker_source  $7 data  $8 event_time (µs)
-- $9 progress  $10 source
SELECT
  l.event_id::text AS event_id,
  (l.task_request_id, l.status, l.attempt, l.task_name, l.worker_source, l.data, l.event_time, l.progress, l.source)
    IS NOT DISTINCT FROM
  (e.task_request_id, e.status, e.attempt, e.task_name, e.worker_source, e.data::jsonb, taskwire_time(e.event_time),
   e.progress, e.source) AS is_copy
FROM unnest(
  $1::text::uuid[], $2::text::text[], $3::text::text[], $4::text::integer[], $5::text::text[], $6::text::text[],
  $7::text::text[], $8::text::bigint[], $9::text::double precision[], $10::text::text[]
) AS e (
  event_id, task_request_id, status, attempt, task_name, worker_source, data, event_time, progress, source
)
JOIN task_logs AS l ON l.event_id = e.event_id
