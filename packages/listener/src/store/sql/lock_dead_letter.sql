-- One dead letter ($1 id), locked so that two replays of it cannot both apply it.
SELECT payload, replayed_at IS NOT NULL AS replayed FROM dead_letters WHERE id = $1 FOR UPDATE
