import os
from contextlib import contextmanager

from fastapi import FastAPI, HTTPException
from psycopg2.extras import RealDictCursor
from psycopg2.pool import ThreadedConnectionPool
from tasks import make_report

app = FastAPI()
pool = ThreadedConnectionPool(0, 40, os.environ["DATABASE_URL"], cursor_factory=RealDictCursor)


@contextmanager
def cursor():
    connection = pool.getconn()
    try:
        with connection, connection.cursor() as opened:
            yield opened
    finally:
        pool.putconn(connection)


@app.post("/reports", status_code=202)
def create_report(month: int):
    return {"task_request_id": make_report.delay(month).id}


@app.get("/reports/{task_request_id}")
def read_report(task_request_id: str):
    with cursor() as opened:
        opened.execute(
            "SELECT status, attempt, progress, result, error FROM task_requests WHERE task_request_id = %s",
            (task_request_id,),
        )
        report = opened.fetchone()
    if report is None:
        raise HTTPException(404, "no such report, or one of the last milliseconds")
    return report
