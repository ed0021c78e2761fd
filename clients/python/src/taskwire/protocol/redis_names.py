"""Every Redis name that a worker uses. No other module spells one."""

from typing import NamedTuple


class RedisNames(NamedTuple):
    """``channel``: each event is published to it. ``stream``: the main lane. ``acks``: hash of publisher_id to what the
    database holds of it. ``heartbeats``: hash of worker_id to its heartbeat. ``queue``: the list of version 0 producers.
    """

    channel: str = "task_status_events"
    queue: str = "task_status_queue"
    stream: str = "task_status_stream"
    acks: str = "task_status_acks"
    heartbeats: str = "task_status_heartbeats"


def redis_names(channel: str, queue: str, key_prefix: str = "") -> RedisNames:
    """The prefix goes before the names that are taskwire's own, so that several deployments can share one Redis."""
    return RedisNames(
        channel=channel,
        queue=queue,
        stream=f"{key_prefix}task_status_stream",
        acks=f"{key_prefix}task_status_acks",
        heartbeats=f"{key_prefix}task_status_heartbeats",
    )


def sending_number_key(names: RedisNames, sender_id: str) -> str:
    """The number of the last batch that one sender sent, written in the same step as the batch."""
    return f"{names.stream}:sending:{sender_id}"
