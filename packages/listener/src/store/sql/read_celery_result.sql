-- What Celery's SQLAlchemy result back end keeps of a task, in the database that Celery is set to.
-- $1 id of the task
-- Returns status, result (pickled), traceback, finished_at_ms; no row where it keeps nothing
SELECT status, result, traceback, (extract(epoch FROM date_done) * 1000)::double precision AS finished_at_ms
FROM celery_taskmeta
WHERE task_id = $1
