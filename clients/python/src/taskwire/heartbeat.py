"""Says that the worker lives."""

import json
from typing import Any, Callable, Mapping

from .log import Logger
from .protocol.errors import message_of
from .protocol.redis_names import RedisNames
from .wire.lua_script import load_lua_script
from .wire.redis_connection import RedisConnection


class Heartbeat:
    def __init__(self, names: RedisNames, logger: Logger, now_ms: Callable[[], int]) -> None:
        self._names = names
        self._logger = logger
        self._now_ms = now_ms
        self._script = load_lua_script("heartbeat.lua")

    def beat(self, connection: RedisConnection, content: Mapping[str, Any]) -> bool:
        """Never throws: the next one comes soon.

        :returns: whether it was written
        """
        if not connection.is_ready:
            return False
        text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))[:-1]
        try:
            connection.run(self._script, [self._names.heartbeats], [content["worker_id"], text, self._now_ms()])
            return True
        except Exception as error:
            self._logger.debug("the heartbeat was not written", problem=message_of(error))
            return False
