-- A page of tasks in the order of their creation, out of the next $14 rows in that order: however few of them the filter
-- lets through, no more are looked at.
-- :which picks an index, :order and :behind the direction (see list-tasks.ts).
-- $1 statuses  $2 task_name  $3 worker_source  $4 beginning of the id  $5 text, as a pattern of ILIKE  $6 error_type
-- $7 conflict  $8 rerun_of; null: any
-- $9 created_at from  $10 created_at before; null: any
-- $11 and $12 created_at and task_request_id of the row after which the page begins, or null  $13 limit
--
-- One row: tasks (JSON), searched_to (JSON: created_at and task_request_id of the last row that was looked at where there
-- are more; null where the page is full or everything was looked at)
WITH found AS MATERIALIZED (
  SELECT :task_columns, left(t.error, 2000) AS error
  FROM (
    SELECT * FROM task_requests AS t
    WHERE :which
      AND t.created_at >= coalesce($9::timestamptz, '-infinity') AND t.created_at < coalesce($10::timestamptz, 'infinity')
      AND :behind
    ORDER BY :order
    LIMIT $14::integer
  ) AS t
  WHERE :task_filter
  ORDER BY :order
  LIMIT $13::integer
)
SELECT
  (SELECT coalesce(json_agg(f), '[]') FROM found AS f) AS tasks,
  CASE WHEN (SELECT count(*) FROM found) < $13::integer THEN (
    SELECT json_build_array(taskwire_rfc3339(t.created_at), t.task_request_id)
    FROM task_requests AS t
    WHERE :which
      AND t.created_at >= coalesce($9::timestamptz, '-infinity') AND t.created_at < coalesce($10::timestamptz, 'infinity')
      AND :behind
    ORDER BY :order
    OFFSET $14::integer - 1
    LIMIT 1
  ) END AS searched_to
