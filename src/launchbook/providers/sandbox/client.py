"""The sandbox's control API: look at it, move its clock, save it, break it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from launchbook.errors import SandboxNotRunning, Unavailable
from launchbook.providers.sandbox import wire
from launchbook.transport.answer import Fields
from launchbook.transport.http import HttpTransport, Origin, bearer
from launchbook.transport.process import is_running
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.model.sandbox import Endpoints, RequestLog
    from launchbook.transport.request import Sender

ENDPOINTS_FILE: Final = "endpoints.json"
RESTORE_TIMEOUT_SECONDS: Final = 120.0
_START_HINT: Final = (
    "Start it with `invoke sandbox.up`, then run the same command again."
)


def read_endpoints(home: Path) -> Endpoints:
    """Return where the running sandbox of a home listens.

    Args:
        home: The sandbox's own folder, ``$LAUNCHBOOK_HOME/emulator``.

    Raises:
        SandboxNotRunning: There is none, or it died without saying so.
    """
    try:
        text = (home / ENDPOINTS_FILE).read_text(encoding="utf-8")
        endpoints = wire.read_endpoints(Fields(json.loads(text), "sandbox endpoints"))
    except (FileNotFoundError, ValueError):
        raise _not_running(home) from None
    if not is_running(endpoints.pid):
        raise _not_running(home)
    return endpoints


class SandboxClient:
    """The verbs of the control API.

    Args:
        sender: The HTTP transport to the control API.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @classmethod
    def open(cls, endpoints: Endpoints, clock: Clock) -> SandboxClient:
        """Return a client of a running sandbox."""
        origin = Origin("sandbox", endpoints.control, bearer(endpoints.control_token))
        return cls(HttpTransport(origin, clock=clock))

    def status(self) -> dict[str, object]:
        """Return what runs: emulators, ports, hosts, counts.

        Raises:
            SandboxNotRunning: Nobody answers.
        """
        return self._ask(Request("GET", "/status"))

    def requests(self, *, is_mutating_only: bool = False, since: int = 0) -> RequestLog:
        """Return the requests that the platforms received after a sequence number.

        Raises:
            SandboxNotRunning: Nobody answers.
        """
        query = {"since": since, **({"mutating": 1} if is_mutating_only else {})}
        answer = self._ask(Request("GET", "/requests", query=query))
        return wire.read_request_log(Fields(answer, "sandbox requests"))

    def advance(self, seconds: float) -> str:
        """Move the sandbox's clock forward; returns its new time, ISO 8601."""
        answer = self._write("POST", "/advance", {"seconds": seconds})
        return Fields(answer, "sandbox advance").text("now")

    def snapshot(self, name: str) -> dict[str, object]:
        """Save the whole world under a name."""
        return self._write("POST", f"/snapshots/{name}")

    def restore(self, name: str) -> None:
        """Go back to a saved world.

        Raises:
            NotFound: There is no snapshot of that name.
        """
        self._write("POST", f"/snapshots/{name}/restore")

    def snapshots(self) -> tuple[dict[str, object], ...]:
        """Return what was saved."""
        answer = self._ask(Request("GET", "/snapshots"))
        listed = answer.get("snapshots")
        entries = listed if isinstance(listed, list) else []
        return tuple(dict(each) for each in entries if isinstance(each, dict))

    def add_fault(self, fault: Mapping[str, object]) -> dict[str, object]:
        """Make something go wrong; the fault as ``docs`` describe it."""
        return self._write("POST", "/faults", dict(fault))

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._write("DELETE", "/faults")

    def reset(self) -> None:
        """Empty the world; addresses, certificates and tokens stay."""
        self._write("POST", "/reset")

    def down(self) -> None:
        """Ask the sandbox to stop; it goes on for a moment to write everything."""
        self._write("POST", "/down")

    def _write(self, method: str, path: str, json: object = None) -> dict[str, object]:
        return self._ask(
            Request(method, path, json=json, timeout_seconds=RESTORE_TIMEOUT_SECONDS)
        )

    def _ask(self, request: Request) -> dict[str, object]:
        try:
            response = self._sender.send(request)
        except Unavailable as error:
            if error.status is not None:
                raise
            raise SandboxNotRunning(
                f"the sandbox does not answer: {error.message}",
                hint=_START_HINT,
                platform="sandbox",
            ) from error
        body = response.json() if response.content else {}
        return dict(body) if isinstance(body, dict) else {}


def _not_running(home: Path) -> SandboxNotRunning:
    return SandboxNotRunning(
        f"no sandbox runs on {home}", hint=_START_HINT, platform="sandbox"
    )
