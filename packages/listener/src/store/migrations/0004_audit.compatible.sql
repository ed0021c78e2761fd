-- Who changed what by hand, from where. Written with the change in one transaction wherever there is one.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  role text NOT NULL,
  action text NOT NULL,
  target text,
  task_request_id text COLLATE "C",
  detail jsonb NOT NULL,
  remote_address text
);

CREATE INDEX audit_log_task ON audit_log (task_request_id, id DESC) WHERE task_request_id IS NOT NULL;
