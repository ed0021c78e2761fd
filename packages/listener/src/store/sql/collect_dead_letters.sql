-- Forgets dead letters received before $1 (ms since 1970), the oldest first, at most $2. Their ids ascend with their
-- time, so only the first ones are looked at.
-- One row: count
WITH first AS (
  SELECT id, received_at FROM dead_letters ORDER BY id LIMIT $2
),
gone AS (
  DELETE FROM dead_letters AS d USING first
  WHERE d.id = first.id AND first.received_at < to_timestamp($1::double precision / 1000)
  RETURNING 1
)
SELECT count(*)::integer AS count FROM gone
