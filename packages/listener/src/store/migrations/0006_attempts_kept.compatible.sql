-- A row keeps the 16 latest attempts (ATTEMPTS_KEPT of protocol/src/merge.ts), where it kept all before.
CREATE OR REPLACE FUNCTION taskwire_join_runs(a jsonb, b jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jsonb_object_agg(attempt, run)
  FROM (
    SELECT
      attempt,
      CASE
        WHEN x.value IS NULL THEN y.value
        WHEN y.value IS NULL THEN x.value
        ELSE jsonb_build_object(
          's', least((x.value ->> 's')::bigint, (y.value ->> 's')::bigint),
          'k', CASE WHEN (x.value ->> 'k') COLLATE "C" >= (y.value ->> 'k') THEN x.value -> 'k' ELSE y.value -> 'k' END,
          'p', CASE WHEN (x.value ->> 'k') COLLATE "C" >= (y.value ->> 'k') THEN x.value -> 'p' ELSE y.value -> 'p' END
        )
      END AS run
    FROM jsonb_each(a) AS x (attempt, value) FULL JOIN jsonb_each(b) AS y (attempt, value) USING (attempt)
    ORDER BY attempt::bigint DESC
    LIMIT 16
  ) AS latest
$$;
