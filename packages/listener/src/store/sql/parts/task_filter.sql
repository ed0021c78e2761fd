($1::text IS NULL OR t.status = ANY ($1::text::text[]))
AND ($2::text IS NULL OR t.task_name = $2)
AND ($3::text IS NULL OR t.worker_source = $3)
AND ($4::text IS NULL OR starts_with(t.task_request_id, $4))
AND ($5::text IS NULL OR t.task_request_id ILIKE $5 OR t.task_name ILIKE $5 OR t.error_type ILIKE $5
  OR substr(t.error, 1, 2000) ILIKE $5)
AND ($6::text IS NULL OR t.error_type = $6)
AND ($7::boolean IS NULL OR ((t.finals & (t.finals - 1)) <> 0) = $7)
AND ($8::text IS NULL OR t.rerun_of = $8)
