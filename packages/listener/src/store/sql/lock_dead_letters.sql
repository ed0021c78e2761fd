-- Dead letters by their ids ($1), locked in one order so that two replays of one cannot both apply it.
SELECT id::double precision AS id, lane, reason, payload, replayed_at IS NOT NULL AS replayed
FROM dead_letters
WHERE id = ANY ($1::text::bigint[])
ORDER BY id
FOR UPDATE
