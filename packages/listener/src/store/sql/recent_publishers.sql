-- The publishers heard of in the last $1 seconds, with what has been received of each.
SELECT publisher_id, received::text AS received
FROM task_publishers
WHERE last_seen_at > now() - $1::double precision * interval '1 second'
ORDER BY publisher_id
