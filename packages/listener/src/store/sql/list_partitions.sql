-- The parts of the history, attached or left behind by an interrupted drop. No parameters.
SELECT
  c.relname AS name,
  pg_get_expr(c.relpartbound, c.oid) AS bounds,
  i.inhrelid IS NOT NULL AS attached,
  coalesce(i.inhdetachpending, false) AS detach_pending
FROM pg_class AS c
LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid
WHERE c.relkind = 'r'
  AND c.relname ~ '^task_logs_[0-9]{4}'
  AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'task_logs'::regclass)
ORDER BY c.relname
