-- $1 ids
UPDATE dead_letters SET replayed_at = now() WHERE id = ANY ($1::text::bigint[])
