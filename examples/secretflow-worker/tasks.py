"""A Celery worker in a container (deploy/images/celery.Dockerfile): killed at any moment, it loses no task and no status."""

from time import sleep

from celery import Celery

import taskwire.celery

# The broker is the one that CELERY_BROKER_URL names.
app = Celery("tasks")
app.conf.update(
    # What was not finished is run again, here or elsewhere. So tasks must not mind to be run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # How long Redis waits for a worker that was killed, in seconds: longer than the longest task takes.
    broker_transport_options={"visibility_timeout": 60},
    broker_connection_retry_on_startup=True,
)
taskwire.celery.install(app)


@app.task(bind=True, name="reports.make")
def make_report(self, pages, seconds_a_page=0.05):
    for page in range(1, pages + 1):
        sleep(seconds_a_page)  # The work.
        self.update_state(state="PROGRESS", meta={"current": page, "total": pages})
    return {"pages": pages}
