"""``python -m launchbook.sandbox``: one sandbox as a process of its own.

Prints one line, ``{"event": "ready", "endpoints": "/abs/endpoints.json"}``, when
everything listens. Before that it may end with one JSON line on standard error
and exit status 3 (``port-busy``), 4 (``already-running``) or 1 (``failed``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.lock import AlreadyRunning
from launchbook.sandbox.ports import PortBusy
from launchbook.sandbox.server import running
from launchbook.sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from launchbook.sandbox.server import Builder

PORT_BUSY_STATUS: Final = 3
ALREADY_RUNNING_STATUS: Final = 4
FAILED_STATUS: Final = 1

_LOG = logging.getLogger("launchbook.sandbox")


def main(
    words: Sequence[str] | None = None, builders: Sequence[Builder] | None = None
) -> int:
    """Run until told to stop; return the exit status.

    Args:
        words: The command line after the program; the process's own by default.
        builders: What makes the emulators; the three vendors by default.
    """
    options = _parser().parse_args(words)
    home = Path(options.home).resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _log_to(home / "sandbox.log", options.log)
    ports = {"edge": options.edge_port} if options.edge_port else {}
    settings = Settings(home, is_realistic=options.realistic, ports=ports)
    try:
        asyncio.run(_serve(settings, builders))
    except PortBusy as error:
        return _failed(
            PORT_BUSY_STATUS, error="port-busy", port=error.port, name=error.name
        )
    except AlreadyRunning as error:
        return _failed(ALREADY_RUNNING_STATUS, error="already-running", pid=error.pid)
    except Exception as error:  # noqa: BLE001 - the launcher must learn of anything
        _LOG.exception("the sandbox failed")
        message = f"{type(error).__name__}: {error}"
        return _failed(FAILED_STATUS, error="failed", message=message)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m launchbook.sandbox",
        description="Railway, Vercel and Supabase on loopback, with real parts.",
    )
    parser.add_argument("--home", required=True, help="folder of the whole state")
    parser.add_argument(
        "--realistic", action="store_true", help="use the vendors' own delays"
    )
    parser.add_argument(
        "--edge-port", type=int, default=0, help="port of all product host names"
    )
    parser.add_argument(
        "--log", default="INFO", help="level of sandbox.log: DEBUG, INFO, WARNING"
    )
    return parser


async def _serve(settings: Settings, builders: Sequence[Builder] | None) -> None:
    with _cancelled_by_signals():
        async with running(settings, builders) as sandbox:
            path = str(settings.home / "endpoints.json")
            sys.stdout.write(json.dumps({"event": "ready", "endpoints": path}) + "\n")
            sys.stdout.flush()
            await sandbox.down.wait()


@contextlib.contextmanager
def _cancelled_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the body, from its first moment on, cleanly.

    The first signal counts; more of them do not disturb the taking down.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    asked: list[str] = []

    def ask(name: str) -> None:
        if task and not asked:
            _LOG.info("stopping: %s", name)
            task.cancel()
        asked.append(name)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask, number.name)
    try:
        yield
    except asyncio.CancelledError:
        if not asked:
            raise
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _log_to(path: Path, level: str) -> None:
    path.touch(mode=0o600)
    logging.basicConfig(
        filename=path,
        level=level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def _failed(status: int, **facts: object) -> int:
    sys.stderr.write(json.dumps(facts) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
