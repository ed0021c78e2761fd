"""A Python worker that says one thing and waits for the database; what kept it from that is its last line."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../clients/python/src"))

import taskwire  # noqa: E402

notifier = taskwire.TaskStatusNotifier.from_environment()
notifier.start()
notifier.publish("of-python", "SUCCESS")
is_committed = notifier.flush(float(sys.argv[1]))
problem = notifier.status().lane_problem
notifier.stop()
print("acknowledged" if is_committed else problem, flush=True)
