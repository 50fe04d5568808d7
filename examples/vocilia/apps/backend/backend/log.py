"""Log lines: one JSON object a line on standard output."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

logger = logging.getLogger("vocilia")
_LEVELS = {"warn": "WARNING"}


class JsonFormatter(logging.Formatter):
    """Writes time, level, message and the fields given as `extra={"fields": ...}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: str) -> None:
    """Send the lines of `level` and above to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(
        level=_LEVELS.get(level, level.upper()), handlers=[handler], force=True
    )
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def event(message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line with its fields."""
    logger.log(level, message, extra={"fields": fields})
