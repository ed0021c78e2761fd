"""A producer as it was written before taskwire: publish and LPUSH, on a new connection each time, and nothing else.

Arguments: Redis URL, first task number, number of tasks.
"""

import json
import sys
from datetime import datetime

import redis

URL, FIRST, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def publish_task_event(task_request_id, status, data):
    event = json.dumps(
        {
            "task_request_id": task_request_id,
            "status": status,
            "timestamp": datetime.now().isoformat(),
            "data": data,
            "worker_container": "secretflow-worker",
            "task_name": "tasks.web.system.analyze_resources",
        }
    )
    client = redis.Redis.from_url(URL)
    client.publish("task_status_events", event)
    client.lpush("task_status_queue", event)
    client.close()


for number in range(FIRST, FIRST + COUNT):
    task_request_id = f"version-0-task-{number}"
    publish_task_event(task_request_id, "RUNNING", {"started_at": datetime.now().isoformat()})
    publish_task_event(
        task_request_id, "SUCCESS", {"result": {"number": number}, "execution_time": 0.25}
    )
print("done")
