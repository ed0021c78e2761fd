-- Forgets entries of the audit log written before $1 (ms since 1970), the oldest first, at most $2. Their ids ascend
-- with their time, so only the first ones are looked at.
-- One row: count
WITH first AS (
  SELECT id, at FROM audit_log ORDER BY id LIMIT $2
),
gone AS (
  DELETE FROM audit_log AS a USING first
  WHERE a.id = first.id AND first.at < to_timestamp($1::double precision / 1000)
  RETURNING 1
)
SELECT count(*)::integer AS count FROM gone
