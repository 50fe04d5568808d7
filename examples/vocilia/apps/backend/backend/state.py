"""What the handlers of one running application share."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from aiohttp import web

from backend.config import Config
from backend.database import Database
from backend.figures import Processor, Window
from backend.workspace import build_identity

REQUEST_WINDOW_SECONDS = 60


@dataclass
class State:
    """Configuration, database and the figures measured so far."""

    config: Config
    database: Database
    build: str | None = field(default_factory=build_identity)
    started: float = field(default_factory=time.monotonic)
    requests: Window = field(default_factory=lambda: Window(REQUEST_WINDOW_SECONDS))
    processor: Processor = field(default_factory=Processor)
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))


STATE: web.AppKey[State] = web.AppKey("state", State)


def state_of(request: web.Request) -> State:
    """Return the state of the application that serves the request."""
    return request.app[STATE]
