-- Under which id Celery keeps the result of task request $1, where one of its events says that it is another one
SELECT data ->> 'celery_task_id' AS celery_task_id
FROM task_logs
WHERE task_request_id = $1 AND data ->> 'celery_task_id' IS NOT NULL
ORDER BY event_id DESC
LIMIT 1
