-- Publishers that were closed or fell silent before $1 (ms since 1970), at most $2.
SELECT publisher_id FROM task_publishers
WHERE greatest(last_seen_at, closed_at) < to_timestamp($1::double precision / 1000)
ORDER BY publisher_id
LIMIT $2
