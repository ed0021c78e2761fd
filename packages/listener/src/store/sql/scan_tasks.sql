-- A page of tasks out of all that :which picks, in any order. For few rows (open ones, a beginning of an id), and for
-- orders that no index has.
-- Parameters $1 to $13 and the result as in walk_tasks.sql; searched_to is null.
SELECT coalesce(json_agg(f), '[]') AS tasks, NULL AS searched_to
FROM (
  SELECT :task_columns, left(t.error, 2000) AS error
  FROM task_requests AS t
  WHERE :which
    AND t.created_at >= coalesce($9::timestamptz, '-infinity') AND t.created_at < coalesce($10::timestamptz, 'infinity')
    AND :behind
    AND :task_filter
  ORDER BY :order
  LIMIT $13::integer
) AS f
