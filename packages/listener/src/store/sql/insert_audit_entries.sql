-- $1 actor, $2 role, $3 action, $4 remote_address: the same for all
-- $5 targets, $6 task_request_ids, $7 details (JSON): arrays, an element each
INSERT INTO audit_log (actor, role, action, remote_address, target, task_request_id, detail)
SELECT $1, $2, $3, $4, e.target, e.task_request_id, e.detail::jsonb
FROM unnest($5::text::text[], $6::text::text[], $7::text::text[]) AS e (target, task_request_id, detail)
