SELECT task_name, count(*)::integer AS tasks FROM task_requests WHERE task_name IS NOT NULL GROUP BY task_name
