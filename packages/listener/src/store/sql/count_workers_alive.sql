-- Workers that were heard of in the last $1 ms and did not say that they stop.
SELECT count(*)::integer AS count
FROM task_workers
WHERE stopped_at IS NULL AND heartbeat_at > now() - $1::double precision * interval '1 millisecond'
