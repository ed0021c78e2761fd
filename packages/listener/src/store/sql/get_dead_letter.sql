-- One dead letter with all of its payload that is kept: $1 id
SELECT :dead_letter_columns, d.payload, d.payload_bytes > 1048576 AS payload_truncated
FROM dead_letters AS d
WHERE d.id = $1
