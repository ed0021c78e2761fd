"""What a task can be in."""

from typing import Tuple

TASK_STATUSES: Tuple[str, ...] = ("PENDING", "RUNNING", "RETRY", "FAILURE", "CANCELLED", "SUCCESS")

#: After these nothing more is expected of a task.
FINAL_STATUSES: Tuple[str, ...] = ("FAILURE", "CANCELLED", "SUCCESS")
