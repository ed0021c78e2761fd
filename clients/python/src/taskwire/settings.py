"""The settings of a worker: the same environment variables, defaults and refusals as in TypeScript.

``known_settings.json`` is written by ``npm run generate`` from the definition that all of taskwire shares.
"""

import difflib
import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional
from urllib.parse import urlsplit

from .protocol.errors import TaskwireError
from .protocol.redis_names import RedisNames, redis_names

_CONTROL_CHARACTER = re.compile("[\u0000-\u001f\u007f]")
_HOUR_MS = 3_600_000
_MIB = 1_048_576


class Setting(NamedTuple):
    """One environment variable: ``parse`` returns None where the text is not of the expected form."""

    name: str
    fallback: Any
    expected: str
    parse: Callable[[str], Any]
    secret: bool = False


class Settings(NamedTuple):
    """What a worker is set to."""

    redis_url: str
    redis_ca_file: Optional[str]
    notifications_enabled: bool
    worker_container: str
    channel: str
    queue: str
    key_prefix: Optional[str]
    data_dir: str
    outbox_path: Optional[str]
    outbox_bytes_max: int
    outbox_fsync: bool
    ack_grace_ms: int
    heartbeat_interval_ms: int
    event_bytes_max: int
    celery_id_argument: Optional[str]
    signing_key: Optional[str]
    signing_key_file: Optional[str]

    @property
    def names(self) -> RedisNames:
        return redis_names(self.channel, self.queue, self.key_prefix or "")

    @property
    def outbox_file(self) -> str:
        """A container's name may hold what a file's may not."""
        if self.outbox_path is not None:
            return self.outbox_path
        container = re.sub(r"[^A-Za-z0-9._-]", "_", self.worker_container)
        return os.path.join(self.data_dir, f"outbox-{container}.sqlite")


def _text(name: str, fallback: Optional[str], secret: bool = False) -> Setting:
    return Setting(name, fallback, "a text without control characters", _parse_text, secret)


def _flag(name: str, fallback: bool) -> Setting:
    return Setting(name, fallback, "true or false", _parse_flag)


def _integer(name: str, fallback: int, least: int, most: int, unit: str) -> Setting:
    def parse(text: str) -> Optional[int]:
        value = int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else None
        return value if value is not None and least <= value <= most else None

    return Setting(name, fallback, f"a whole number from {least} to {most} ({unit})", parse)


def _parse_text(text: str) -> Optional[str]:
    """A line end in a name or path is a slip of the deployment's template, and would forge lines in logs."""
    return None if _CONTROL_CHARACTER.search(text) else text


def _parse_flag(text: str) -> Optional[bool]:
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}.get(
        text.lower()
    )


def _parse_redis_url(text: str) -> Optional[str]:
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    is_complete = bool(url.hostname) or len(url.path) > 1
    return text if url.scheme in ("redis", "rediss") and is_complete and _parse_text(text) else None


_REDIS_URL = Setting(
    "REDIS_URL",
    "redis://127.0.0.1:6379",
    "an address that begins with redis:// or rediss://",
    _parse_redis_url,
    secret=True,
)

#: By field of :class:`Settings`.
SETTINGS: Dict[str, Setting] = {
    "redis_url": _REDIS_URL,
    "redis_ca_file": _text("TASKWIRE_REDIS_CA_FILE", None),
    "notifications_enabled": _flag("ENABLE_STATUS_NOTIFICATIONS", True),
    "worker_container": _text("WORKER_CONTAINER_ID", "secretflow-worker"),
    "channel": _text("TASK_STATUS_REDIS_CHANNEL", "task_status_events"),
    "queue": _text("TASK_STATUS_QUEUE_NAME", "task_status_queue"),
    "key_prefix": _text("TASKWIRE_KEY_PREFIX", None),
    "data_dir": _text("TASKWIRE_DATA_DIR", ".taskwire"),
    "outbox_path": _text("TASKWIRE_OUTBOX_PATH", None),
    "outbox_bytes_max": _integer("TASKWIRE_OUTBOX_BYTES_MAX", 256 * _MIB, _MIB, 1_099_511_627_776, "bytes"),
    "outbox_fsync": _flag("TASKWIRE_OUTBOX_FSYNC", False),
    "ack_grace_ms": _integer("TASKWIRE_ACK_GRACE_MS", _HOUR_MS, 0, 7 * 24 * _HOUR_MS, "ms"),
    "heartbeat_interval_ms": _integer("TASKWIRE_HEARTBEAT_INTERVAL_MS", 5_000, 100, _HOUR_MS, "ms"),
    "event_bytes_max": _integer("TASKWIRE_EVENT_BYTES_MAX", _MIB, 1_024, 16 * _MIB, "bytes"),
    "celery_id_argument": _text("TASKWIRE_CELERY_ID_ARGUMENT", None),
    "signing_key": _text("TASKWIRE_SIGNING_KEY", None, secret=True),
    "signing_key_file": _text("TASKWIRE_SIGNING_KEY_FILE", None),
}


def read_settings(env: Mapping[str, str]) -> Settings:
    """Reads all settings of a worker from an environment. An empty variable counts as unset.

    :raises TaskwireError: ``setting_invalid``, one line that names the variable, what was expected and what was given;
        also for a variable that begins with TASKWIRE_ and that no part of taskwire reads, since it is a typing error as a
        rule
    """
    for name in env:
        if name.startswith("TASKWIRE_") and name not in known_settings():
            near = difflib.get_close_matches(name, known_settings(), n=1, cutoff=0.8)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise TaskwireError("setting_invalid", f"{json.dumps(name[:100])[1:-1]}: no such setting{hint}")
    _refuse_several_servers(env)
    return Settings(**{field: _read(setting, env) for field, setting in SETTINGS.items()})


def _refuse_several_servers(env: Mapping[str, str]) -> None:
    if _read(_flag("TASKWIRE_REDIS_CLUSTER", False), env):
        raise TaskwireError(
            "setting_invalid",
            "TASKWIRE_REDIS_CLUSTER: expected false, as the Python client cannot find its way in a Redis Cluster",
        )
    if env.get("TASKWIRE_STREAM_SHARDS", "") not in ("", "1"):
        raise TaskwireError(
            "setting_invalid", "TASKWIRE_STREAM_SHARDS: expected 1, as the Python client knows one stream only"
        )
    if env.get("TASKWIRE_REDIS_SENTINELS", "") != "":
        raise TaskwireError(
            "setting_invalid",
            "TASKWIRE_REDIS_SENTINELS: expected none, as the Python client asks no Sentinels; unset it and give it a"
            " REDIS_URL that leads to the primary",
        )


def _read(setting: Setting, env: Mapping[str, str]) -> Any:
    given = env.get(setting.name, "")
    if given == "":
        return setting.fallback
    parsed = setting.parse(given)
    if parsed is None:
        shown = "a value that is not of that form" if setting.secret else json.dumps(given[:100])
        raise TaskwireError("setting_invalid", f"{setting.name}: expected {setting.expected}, got {shown}")
    return parsed


@lru_cache(maxsize=None)
def known_settings() -> Dict[str, Dict[str, Any]]:
    """Every setting that any part of taskwire reads, by its name, with ``default`` and ``expected`` as documented."""
    text = Path(__file__).with_name("known_settings.json").read_text(encoding="utf-8")
    return {setting["name"]: setting for setting in json.loads(text)}
