-- One batch in one round trip: the history, the rows, the publishers and the dead letters, in one statement and so in
-- one transaction. Each field of all rows comes as one array; one that is NULL in all rows comes empty. They are taken
-- apart side by side in the list of a SELECT: unnest() in FROM would put each of them into a store of its own first.
--
-- events      $1 event_id  $2 task_request_id  $3 status  $4 attempt  $5 message  $6 task_name  $7 worker_source
--             $8 data  $9 event_time  $10 merge_key  $11 advances  $12 progress  $13 source  $14 lane
--             $15 publisher_id  $16 sequence  $17 traceparent
--             sorted by event_id, each once; advances: its key is greater than those before it in the batch
-- tasks       $18 task_request_id  $19 task_name  $20 status  $21 attempt  $22 progress  $23 result  $24 error
--             $25 error_type  $26 worker_source  $27 created  $28 started  $29 finished
--             $30 last_status_update  $31 merge_key  $32 failure_key  $33 runs  $34 finals
--             the join of the batch's events, sorted by task_request_id, each once: replicas lock in one order
-- publishers  $35 publisher_id  $36 received  $37 worker_container; sorted, each once
-- dead        $38 lane  $39 reason  $40 detail  $41 payload  $42 payload_bytes  $43 task_request_id
--             $44 publisher_id  $45 sequence  $46 fingerprint; sorted by fingerprint, each once
-- verified    $47 whether events that are in the history already are known to be the same ones
-- changes     $48 whether somebody wants to know what changed
--
-- Rows and publishers are written only where every event of the batch is new, or verified. Otherwise an event_id that
-- was used again with other content would change a row without being in its history; the caller looks, leaves such
-- events out, and calls again.
--
-- known_events is what becomes of those that are in the history already. With nothing there the statement fails where
-- there is one (SQLSTATE 23505), and is cheaper where there is none: PostgreSQL need not look for each event first, nor
-- mark it as one that may have to be taken back.
--
-- One row: inserted (count), inserted_ids (null where all of them are new), changes (JSON, null where nobody wants them),
-- conflicts (how many of the tasks), publishers (JSON), transaction (null where no task changed)
WITH history AS (
  INSERT INTO task_logs (
    event_id, task_request_id, status, attempt, message, task_name, worker_source, data, event_time, applied,
    progress, source, lane, publisher_id, sequence, traceparent
  )
  SELECT
    e.event_id, e.task_request_id, e.status, e.attempt, e.message, e.task_name, e.worker_source, e.data::jsonb,
    e.event_time,
    e.advances AND coalesce(
      e.merge_key
        > (SELECT t.merge_key FROM task_requests AS t WHERE t.task_request_id = e.task_request_id),
      true
    ),
    e.progress, e.source, e.lane, e.publisher_id, e.sequence, e.traceparent
  FROM (
    SELECT
      unnest($1::uuid[]) AS event_id, unnest($2::text[]) AS task_request_id, unnest($3::text[]) AS status,
      unnest($4::integer[]) AS attempt, unnest($5::text[]) AS message, unnest($6::text[]) AS task_name,
      unnest($7::text[]) AS worker_source, unnest($8::text[]) AS data, unnest($9::timestamptz[]) AS event_time,
      unnest($10::bytea[]) AS merge_key, unnest($11::boolean[]) AS advances,
      unnest($12::double precision[]) AS progress, unnest($13::text[]) AS source, unnest($14::text[]) AS lane,
      unnest($15::text[]) AS publisher_id, unnest($16::bigint[]) AS sequence, unnest($17::text[]) AS traceparent
  ) AS e
  :known_events
  RETURNING event_id
),
task AS (
  INSERT INTO task_requests AS t (
    task_request_id, task_name, status, attempt, progress, result, error, error_type, worker_source, created_at,
    started_at, finished_at, last_status_update, merge_key, failure_key, runs, finals
  )
  SELECT
    n.task_request_id, n.task_name, n.status, n.attempt, n.progress, n.result::jsonb, n.error, n.error_type,
    n.worker_source, n.created, n.started, n.finished, n.last_status_update, n.merge_key, n.failure_key, n.runs::jsonb,
    n.finals
  FROM (
    SELECT
      unnest($18::text[]) AS task_request_id, unnest($19::text[]) AS task_name, unnest($20::text[]) AS status,
      unnest($21::integer[]) AS attempt, unnest($22::double precision[]) AS progress, unnest($23::text[]) AS result,
      unnest($24::text[]) AS error, unnest($25::text[]) AS error_type, unnest($26::text[]) AS worker_source,
      unnest($27::timestamptz[]) AS created, unnest($28::timestamptz[]) AS started,
      unnest($29::timestamptz[]) AS finished, unnest($30::timestamptz[]) AS last_status_update, unnest($31::bytea[]) AS merge_key,
      unnest($32::bytea[]) AS failure_key, unnest($33::text[]) AS runs, unnest($34::smallint[]) AS finals
  ) AS n
  WHERE $47::boolean OR (SELECT count(*) FROM history) = cardinality($1::uuid[])
  ON CONFLICT (task_request_id) DO UPDATE SET (
    task_name, status, attempt, progress, result, error, error_type, worker_source, created_at, started_at,
    finished_at, last_status_update, merge_key, failure_key, runs, finals, last_heard_at
  ) = (
    SELECT
      greatest(t.task_name, EXCLUDED.task_name),
      CASE WHEN j.wins THEN EXCLUDED.status ELSE t.status END,
      j.attempt,
      (j.runs -> j.attempt::text ->> 'p')::double precision,
      CASE WHEN j.wins THEN EXCLUDED.result ELSE t.result END,
      CASE WHEN j.settled THEN NULL WHEN j.fails THEN EXCLUDED.error ELSE t.error END,
      CASE WHEN j.settled THEN NULL WHEN j.fails THEN EXCLUDED.error_type ELSE t.error_type END,
      CASE WHEN j.wins THEN EXCLUDED.worker_source ELSE t.worker_source END,
      least(t.created_at, EXCLUDED.created_at),
      taskwire_time((j.runs -> j.attempt::text ->> 's')::bigint),
      CASE WHEN j.wins THEN EXCLUDED.finished_at ELSE t.finished_at END,
      CASE WHEN j.wins THEN EXCLUDED.last_status_update ELSE t.last_status_update END,
      greatest(t.merge_key, EXCLUDED.merge_key),
      greatest(t.failure_key, EXCLUDED.failure_key),
      j.runs,
      t.finals | EXCLUDED.finals,
      -- Grows with each change of the row, also where transactions change it in another order than they began in.
      greatest(now(), t.last_heard_at + interval '1 microsecond')
    FROM (
      SELECT
        EXCLUDED.merge_key > t.merge_key AS wins,
        CASE WHEN EXCLUDED.merge_key > t.merge_key THEN EXCLUDED.attempt ELSE t.attempt END AS attempt,
        -- SUCCESS and CANCELLED begin with a class above 0 and show no error.
        get_byte(greatest(t.merge_key, EXCLUDED.merge_key), 0) > 0 AS settled,
        coalesce(EXCLUDED.failure_key > t.failure_key, EXCLUDED.failure_key IS NOT NULL) AS fails,
        -- As a rule at most one side has any; the function is for the rest, since a call costs more than the row.
        CASE
          WHEN EXCLUDED.runs = '{}' THEN t.runs
          WHEN t.runs = '{}' THEN EXCLUDED.runs
          ELSE taskwire_join_runs(t.runs, EXCLUDED.runs)
        END AS runs
      OFFSET 0
    ) AS j
  )
  WHERE EXCLUDED.merge_key > t.merge_key
    OR coalesce(EXCLUDED.failure_key > t.failure_key, EXCLUDED.failure_key IS NOT NULL)
    OR coalesce(EXCLUDED.task_name > t.task_name, EXCLUDED.task_name IS NOT NULL)
    OR EXCLUDED.created_at < t.created_at
    OR (EXCLUDED.finals & ~t.finals) <> 0
    OR NOT t.runs @> EXCLUDED.runs
  RETURNING
    t.task_request_id, t.status, t.task_name, t.attempt, t.progress, t.last_status_update, t.finals, t.last_heard_at
),
noted AS (
  INSERT INTO task_commits (task_request_ids)
  -- More than so many at once are cheaper to load anew than to tell one by one.
  SELECT CASE WHEN count(*) <= 250 THEN array_agg(task_request_id) END FROM task HAVING count(*) > 0
  RETURNING transaction
),
publisher AS (
  INSERT INTO task_publishers AS p (publisher_id, received, worker_container)
  SELECT n.publisher_id, n.received::int8multirange, n.worker_container
  FROM (
    SELECT
      unnest($35::text[]) AS publisher_id, unnest($36::text[]) AS received, unnest($37::text[]) AS worker_container
  ) AS n
  WHERE $47::boolean OR (SELECT count(*) FROM history) = cardinality($1::uuid[])
  ON CONFLICT (publisher_id) DO UPDATE
    SET received = p.received + EXCLUDED.received,
        worker_container = coalesce(EXCLUDED.worker_container, p.worker_container),
        last_seen_at = now()
  RETURNING p.publisher_id, p.received
),
dead AS (
  INSERT INTO dead_letters (
    lane, reason, detail, payload, payload_bytes, task_request_id, publisher_id, sequence, fingerprint
  )
  SELECT
    n.lane, n.reason, n.detail, n.payload, n.payload_bytes, n.task_request_id, n.publisher_id, n.sequence,
    n.fingerprint
  FROM (
    SELECT
      unnest($38::text[]) AS lane, unnest($39::text[]) AS reason, unnest($40::text[]) AS detail,
      unnest($41::text[]) AS payload, unnest($42::bigint[]) AS payload_bytes, unnest($43::text[]) AS task_request_id,
      unnest($44::text[]) AS publisher_id, unnest($45::bigint[]) AS sequence, unnest($46::bytea[]) AS fingerprint
  ) AS n
  ON CONFLICT (fingerprint) DO NOTHING
  RETURNING reason
)
SELECT
  h.inserted::integer AS inserted,
  CASE WHEN h.inserted < cardinality($1::uuid[]) THEN (SELECT array_agg(event_id::text) FROM history) END AS inserted_ids,
  CASE WHEN $48::boolean THEN (
    SELECT coalesce(json_agg(json_build_array(
      task_request_id, status, task_name, attempt, progress,
      taskwire_rfc3339(last_status_update), (extract(epoch FROM last_heard_at) * 1000000)::bigint
    )), '[]') FROM task
  ) END AS changes,
  (SELECT count(*)::integer FROM task WHERE (finals & (finals - 1)) <> 0) AS conflicts,
  (SELECT transaction::text::double precision FROM noted) AS transaction,
  (SELECT array_agg(reason) FROM dead) AS dead_lettered,
  (
    SELECT coalesce(json_agg(json_build_array(
      p.publisher_id, p.received::text,
      -- The statement's own snapshot: what had been received before this batch.
      (SELECT o.received::text FROM task_publishers AS o WHERE o.publisher_id = p.publisher_id)
    )), '[]') FROM publisher AS p
  ) AS publishers
FROM (SELECT count(*) AS inserted FROM history) AS h
