-- After a migration, a crash or a failover. No parameters.
INSERT INTO task_commit_horizon DEFAULT VALUES ON CONFLICT DO NOTHING
