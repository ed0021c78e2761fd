import time

from celery import Celery

import taskwire.celery

celery = Celery("tasks", broker="redis://localhost:6379/0")
taskwire.celery.install(celery)


@celery.task(bind=True)
def make_report(self, month):
    for page in range(1, 4):
        time.sleep(0.2)
        self.update_state(state="PROGRESS", meta={"current": page, "total": 3})
    return {"pages": 3, "month": month}
