from celery import Celery

import taskwire.celery

app = Celery("tasks", broker="redis://localhost:6379/0", backend="redis://localhost:6379/1")
taskwire.celery.install(app)


@app.task
def add(x, y):
    return x + y
