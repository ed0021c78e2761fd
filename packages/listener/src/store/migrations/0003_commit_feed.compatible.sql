-- Which transactions changed which tasks, for live updates: what a reader missed is what has been committed outside the
-- snapshot that it saw last. Kept for minutes. Unlogged: it costs no WAL, and a database that crashed or failed over
-- begins a new feed by itself, so that nobody goes on with numbers of transactions that are given a second time.
CREATE UNLOGGED TABLE task_commits (
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- NULL where there are too many to be worth it: readers who missed this one load what they show anew.
  task_request_ids text[]
);
ALTER TABLE task_commits ALTER COLUMN task_request_ids SET STORAGE EXTERNAL;
CREATE INDEX task_commits_transaction ON task_commits (transaction);

-- One row: which feed this is, and which snapshot's transactions may be missing from it. The candidate becomes the
-- horizon when it is old enough.
CREATE UNLOGGED TABLE task_commit_horizon (
  feed uuid NOT NULL DEFAULT gen_random_uuid(),
  horizon pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
  candidate pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
  candidate_at timestamptz NOT NULL DEFAULT now(),
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
