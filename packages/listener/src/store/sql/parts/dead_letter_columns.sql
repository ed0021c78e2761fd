d.id::double precision AS id, d.lane, d.reason, d.detail, d.payload_bytes::double precision AS payload_bytes,
d.task_request_id, d.publisher_id, d.sequence::double precision AS sequence,
taskwire_rfc3339(d.received_at) AS received_at, taskwire_rfc3339(d.replayed_at) AS replayed_at,
taskwire_rfc3339(d.discarded_at) AS discarded_at
