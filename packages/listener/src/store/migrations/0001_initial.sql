-- One row a task: the join of all its events. The columns down to last_status_update are for every reader;
-- merge_key, failure_key, runs and finals are the state that the merge needs (see protocol/src/merge.ts).
CREATE TABLE task_requests (
  task_request_id text COLLATE "C" PRIMARY KEY,
  task_name text COLLATE "C",
  status text NOT NULL CHECK (status IN ('PENDING', 'RUNNING', 'RETRY', 'FAILURE', 'CANCELLED', 'SUCCESS')),
  attempt integer NOT NULL,
  progress double precision,
  params jsonb,
  result jsonb,
  error text,
  error_type text,
  worker_source text NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  last_status_update timestamptz NOT NULL,
  merge_key bytea NOT NULL,
  failure_key bytea,
  runs jsonb NOT NULL,
  finals smallint NOT NULL,
  rerun_of text COLLATE "C",
  last_heard_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

CREATE INDEX task_requests_newest ON task_requests (created_at DESC, task_request_id);
CREATE INDEX task_requests_open ON task_requests (task_request_id) WHERE status IN ('PENDING', 'RUNNING', 'RETRY');

-- Every event, once. Partitioned by event_id, whose first 48 bits are its time: so the primary key dedupes across
-- partitions, and retention is dropping the oldest.
CREATE TABLE task_logs (
  event_id uuid PRIMARY KEY,
  task_request_id text COLLATE "C" NOT NULL,
  status text NOT NULL,
  attempt integer NOT NULL,
  message text NOT NULL,
  task_name text,
  worker_source text NOT NULL,
  data jsonb NOT NULL,
  event_time timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  applied boolean NOT NULL,
  progress double precision,
  source text,
  lane text NOT NULL,
  publisher_id text,
  sequence bigint,
  traceparent text
) PARTITION BY RANGE (event_id);

CREATE INDEX task_logs_task ON task_logs (task_request_id, event_time, event_id);

-- What has been received of each publisher, poison included: its holes are what was lost on the way.
CREATE TABLE task_publishers (
  publisher_id text COLLATE "C" PRIMARY KEY,
  received int8multirange NOT NULL,
  worker_container text,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  last_sequence bigint
) WITH (fillfactor = 50);

CREATE TABLE task_workers (
  worker_id text COLLATE "C" PRIMARY KEY,
  worker_container text NOT NULL,
  publisher_id text,
  pid integer NOT NULL,
  started_at timestamptz NOT NULL,
  heartbeat_at timestamptz NOT NULL,
  clock_skew_ms double precision NOT NULL,
  running text[] NOT NULL,
  outbox_depth bigint NOT NULL,
  oldest_unacknowledged_ms double precision NOT NULL,
  stopped_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE dead_letters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lane text NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  payload text NOT NULL,
  payload_bytes bigint NOT NULL,
  task_request_id text,
  publisher_id text,
  sequence bigint,
  fingerprint bytea NOT NULL UNIQUE,
  received_at timestamptz NOT NULL DEFAULT now(),
  replayed_at timestamptz
);

-- Submitted tasks whose queue entry has not been confirmed yet. Written with the PENDING row in one transaction, so
-- that neither is without the other.
CREATE TABLE task_dispatches (
  task_request_id text COLLATE "C" PRIMARY KEY,
  task_name text NOT NULL,
  params jsonb NOT NULL,
  attempts_max integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Joins two run maps, neither of them empty: {attempt: {s: start in µs, k: key of the newest progress, p: that progress}}.
CREATE FUNCTION taskwire_join_runs(a jsonb, b jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jsonb_object_agg(
    attempt,
    CASE
      WHEN x.value IS NULL THEN y.value
      WHEN y.value IS NULL THEN x.value
      ELSE jsonb_build_object(
        's', least((x.value ->> 's')::bigint, (y.value ->> 's')::bigint),
        'k', CASE WHEN (x.value ->> 'k') COLLATE "C" >= (y.value ->> 'k') THEN x.value -> 'k' ELSE y.value -> 'k' END,
        'p', CASE WHEN (x.value ->> 'k') COLLATE "C" >= (y.value ->> 'k') THEN x.value -> 'p' ELSE y.value -> 'p' END
      )
    END
  )
  FROM jsonb_each(a) AS x (attempt, value) FULL JOIN jsonb_each(b) AS y (attempt, value) USING (attempt)
$$;

-- Microseconds since 1970 as a time, exactly.
CREATE FUNCTION taskwire_time(us bigint) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_timestamp(us / 1000000) + (us % 1000000) * interval '1 microsecond'
$$;

-- RFC 3339 in UTC with microseconds, as every reader shows it.
CREATE FUNCTION taskwire_rfc3339(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
