"""One connection to Redis that comes back by itself, for ever."""

from typing import Any, Callable, Optional, Sequence, Union

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ..log import Logger
from ..protocol.backoff import BackoffPolicy, backoff_ms
from ..protocol.errors import message_of
from .lua_script import LuaScript

#: Back within a second of Redis coming back, and no storm while it is away.
_RECONNECT_BACKOFF = BackoffPolicy(first_ms=50, factor=2, max_ms=1_000)
#: A connection that cannot be made in this time, or that leaves a command unanswered for it, is given up.
_CONNECT_TIMEOUT_S = 4
_ANSWER_TIMEOUT_S = 4

#: What ends a connection: everything but an answer of Redis. A Redis that is loading its data counts as away.
_LOST = (redis.ConnectionError, redis.TimeoutError, OSError)


class RedisConnection:
    """Used by the sender's thread alone. Nothing is queued while it is away: calls fail at once."""

    def __init__(
        self,
        url: str,
        ca_file: Optional[str],
        logger: Logger,
        elapsed_ms: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        self._url = url
        #: Its default is to take any host's certificate.
        self._tls = {"ssl_check_hostname": True, "ssl_ca_certs": ca_file} if url.startswith("rediss://") else {}
        self._logger = logger
        self._elapsed_ms = elapsed_ms
        self._random = random
        self._client: Optional["redis.Redis[Any]"] = None
        self._attempts = 0
        self._retry_at_ms = 0.0
        #: What is wrong now, in words; None while it is ready.
        self.problem: Optional[str] = "not connected yet"

    @property
    def is_ready(self) -> bool:
        return self._client is not None

    @property
    def due_ms(self) -> float:
        """When the next try to connect is due."""
        return self._retry_at_ms

    def connect_if_due(self) -> bool:
        """:returns: whether a connection was made just now"""
        if self._client is not None or self._elapsed_ms() < self._retry_at_ms:
            return False
        try:
            client = self._make_client()
        except Exception as error:
            self._attempts += 1
            self._retry_at_ms = self._elapsed_ms() + backoff_ms(_RECONNECT_BACKOFF, self._attempts, self._random())
            self._report(message_of(error))
            return False
        self._client = client
        self._attempts = 0
        if self.problem is not None:
            self._logger.info("connected to Redis")
        self.problem = None
        return True

    def run(self, script: LuaScript, keys: Sequence[str], args: Sequence[Union[str, int]]) -> object:
        """Runs a script by its hash, and by its source where Redis does not have it.

        :raises Exception: what Redis answers; where the connection is lost, :attr:`is_ready` is false afterwards
        """
        if self._client is None:
            raise redis.ConnectionError(self.problem or "not connected")
        try:
            try:
                return self._client.execute_command("EVALSHA", script.sha1, len(keys), *keys, *args)
            except redis.exceptions.NoScriptError:
                return self._client.execute_command("EVAL", script.source, len(keys), *keys, *args)
        except _LOST as error:
            self._lose(message_of(error))
            raise

    def reconnect(self) -> None:
        """Gives the connection up and makes a new one, as after a failover behind the same address."""
        self._lose("reconnecting")

    def close(self) -> None:
        self._close(self._client)
        self._client = None

    def after_fork(self) -> None:
        """In the child: the socket is the parent's."""
        self.close()

    def _make_client(self) -> "redis.Redis[Any]":
        pool = redis.ConnectionPool.from_url(
            self._url,
            client_name="taskwire-notifier",
            socket_connect_timeout=_CONNECT_TIMEOUT_S,
            socket_timeout=_ANSWER_TIMEOUT_S,
            socket_keepalive=True,
            # A command that was sent may have been carried out: whether to send it again is our decision.
            retry=Retry(NoBackoff(), 0),
            **self._tls,
        )
        # Connects here, and keeps that one connection.
        return redis.Redis(connection_pool=pool, single_connection_client=True)

    def _lose(self, words: str) -> None:
        self.close()
        self._retry_at_ms = 0.0
        self._report(words)

    def _report(self, words: str) -> None:
        if self.problem != words:
            self._logger.warning("Redis cannot be used; events are kept", problem=words)
        self.problem = words

    @staticmethod
    def _close(client: Optional["redis.Redis[Any]"]) -> None:
        if client is None:
            return
        try:
            # In a forked child this closes the copy of the socket and leaves the parent's connection alone.
            client.connection.disconnect()
        except Exception:
            # It is given up; how it ends does not matter.
            pass
