CREATE TABLE obvious_tasks (
  task_request_id text PRIMARY KEY,
  status text NOT NULL,
  task_name text,
  data jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE obvious_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_request_id text NOT NULL,
  status text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX obvious_logs_task ON obvious_logs (task_request_id);
