"""What the scripts answer."""

from typing import List, NamedTuple, Optional

from ..delivery.publisher_ack import PublisherAck, parse_publisher_ack


class BatchReply(NamedTuple):
    """What publish-batch.lua answers."""

    added: int
    #: Why the stream did not take all; None where it did.
    reason: Optional[str]
    previous_sending: int
    marked: bool
    ack: Optional[PublisherAck]


class AcksReply(NamedTuple):
    """What read-acks.lua answers."""

    previous_sending: int
    stream_is_empty: bool
    acks: List[Optional[PublisherAck]]


def parse_batch_reply(reply: object) -> BatchReply:
    """:raises ValueError: for anything else than what the script returns"""
    if not isinstance(reply, list) or len(reply) != 5 or not isinstance(reply[0], int):
        raise ValueError("unexpected answer of publish-batch")
    added, reason, previous, marked, ack = reply
    return BatchReply(added, _text(reason) or None, _number(previous), marked == 1, parse_publisher_ack(_text(ack)))


def parse_acks_reply(reply: object) -> AcksReply:
    """:raises ValueError: for anything else than what the script returns"""
    if not isinstance(reply, list) or len(reply) != 3 or not isinstance(reply[2], list):
        raise ValueError("unexpected answer of read-acks")
    previous, length, acks = reply
    return AcksReply(_number(previous), length == 0, [parse_publisher_ack(_text(ack)) for ack in acks])


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _number(value: object) -> int:
    text = _text(value)
    return int(text) if text.isdigit() else 0
