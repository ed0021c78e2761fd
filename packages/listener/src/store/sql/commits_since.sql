-- The commits that changed tasks and that a snapshot has not seen, with the snapshot that has seen all of them: both are
-- of this statement. $1 xmax and $2 transactions in progress of the earlier snapshot, or null for no commits, $3 limit
--
-- No row where the feed has not begun yet.
SELECT
  -- A dump carries the feed's id to other servers and to tables that are made anew, and a folder that is put back to an
  -- earlier time of this one: what numbers of transactions meant before they do not mean there.
  left(
    md5(concat(h.feed, h.tableoid, (SELECT system_identifier FROM pg_control_system()), extract(epoch FROM pg_postmaster_start_time()))),
    12
  ) AS feed,
  pg_current_snapshot()::text AS snapshot,
  h.horizon::text AS horizon,
  (
    SELECT coalesce(json_agg(json_build_array(c.transaction::text::bigint, c.task_request_ids IS NULL)), '[]')
    FROM (
      SELECT transaction, task_request_ids
      FROM task_commits
      WHERE transaction >= $1::text::xid8 OR transaction = ANY ($2::text::xid8[])
      LIMIT $3
    ) AS c
  ) AS commits
FROM task_commit_horizon AS h
