-- Forgets the commits that the candidate snapshot has seen, once it is old enough. $1 how old, in seconds
WITH moved AS (
  UPDATE task_commit_horizon
  SET horizon = candidate, candidate = pg_current_snapshot(), candidate_at = now()
  WHERE candidate_at < now() - $1::double precision * interval '1 second'
  RETURNING horizon
)
DELETE FROM task_commits AS c USING moved AS m
WHERE c.transaction < pg_snapshot_xmax(m.horizon) AND pg_visible_in_snapshot(c.transaction, m.horizon)
