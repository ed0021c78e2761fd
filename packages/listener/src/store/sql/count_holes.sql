-- How many sequences of all publishers are missing. A hole may be on its way to be filled.
SELECT coalesce(sum(greatest(upper(p.received) - 1, p.last_sequence) - held.count), 0)::double precision AS count
FROM task_publishers AS p
CROSS JOIN LATERAL (SELECT sum(upper(r) - lower(r)) AS count FROM unnest(p.received) AS r) AS held
WHERE :publisher_holes
