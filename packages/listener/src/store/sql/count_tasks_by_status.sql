SELECT status, count(*)::integer AS count FROM task_requests GROUP BY status ORDER BY status
