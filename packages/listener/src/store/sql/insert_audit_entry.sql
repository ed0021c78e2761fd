-- $1 actor, $2 role, $3 action, $4 target, $5 task_request_id, $6 detail (JSON), $7 remote_address
INSERT INTO audit_log (actor, role, action, target, task_request_id, detail, remote_address)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7)
