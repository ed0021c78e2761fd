"""Log lines of taskwire go to the logger ``taskwire`` of the standard library, which the application configures."""

import json
import logging
from typing import Optional


class Logger:
    """One line a message: its words, then ``key=value`` with the values as JSON, so that no value can forge a line."""

    def __init__(self, logger: Optional[logging.Logger] = None) -> None:
        self._logger = logger or logging.getLogger("taskwire")

    def debug(self, message: str, **fields: object) -> None:
        self._log(logging.DEBUG, message, fields)

    def info(self, message: str, **fields: object) -> None:
        self._log(logging.INFO, message, fields)

    def warning(self, message: str, **fields: object) -> None:
        self._log(logging.WARNING, message, fields)

    def error(self, message: str, **fields: object) -> None:
        self._log(logging.ERROR, message, fields)

    def _log(self, level: int, message: str, fields: "dict[str, object]") -> None:
        if not self._logger.isEnabledFor(level):
            return
        try:
            shown = "".join(f" {name}={json.dumps(value, default=str)}" for name, value in fields.items())
            self._logger.log(level, "%s%s", message, shown)
        except Exception:
            # Saying something must never be what fails.
            pass
