"""What every part of one sandbox shares."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from launchbook.sandbox.authority import Authority
from launchbook.sandbox.clock import SandboxClock
from launchbook.sandbox.dns.names import Names
from launchbook.sandbox.document import Document
from launchbook.sandbox.faults import FaultBook
from launchbook.sandbox.gate import Gate
from launchbook.sandbox.ports import Ports
from launchbook.sandbox.process import ProcessTable
from launchbook.sandbox.requests import RequestLog

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

    from launchbook.sandbox.emulator import Emulator
    from launchbook.sandbox.issuance import NameLookup
    from launchbook.sandbox.settings import Settings

KEPT_NAMES = frozenset(
    {
        "ca",
        "endpoints.json",
        "kept.json",
        "lock",
        "output.log",
        "processes.json",
        "requests.jsonl",
        "sandbox.log",
        "snapshots",
    }
)
"""Below ``home``, what belongs to the sandbox and not to its world: a snapshot
does not hold it, a restore and a reset leave it alone."""


class World:
    """One sandbox's shared parts.

    Attributes:
        home: Folder of the whole state, 0700; an emulator owns ``home/<name>/``.
        settings: What a person decided.
        clock: Sandbox time.
        authority: Certificates.
        requests: What the vendors' APIs received.
        faults: What is to go wrong.
        ports: Listening sockets on ports that stay the same.
        names: Looks names up at the sandbox's own DNS server.
        processes: The real processes that were started, for reaping.
        emulators: By name; filled by the server.
        gate: Holds requests back while the world is stopped.
        client: The one HTTP client (no redirects followed by ``proxy``, nothing
            decompressed, no cookies), for proxying and health checks; there
            while the server runs.
    """

    client: aiohttp.ClientSession

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home: Path = settings.home.resolve()
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._documents: dict[str, Document] = {}
        self._kept = Document(self.home / "kept.json")
        self.clock = SandboxClock(
            offset_seconds=float(self.document("clock").data.get("offset_seconds", 0)),
            is_realistic=settings.is_realistic,
        )
        self._recall_moves()
        self.authority = Authority(self.home / "ca")
        self.requests = RequestLog(self.home / "requests.jsonl", self.clock)
        self.faults = FaultBook()
        self.ports = Ports(self._kept, settings.ports)
        self.names: NameLookup = Names(lambda: self.ports.number("dns"))
        self.processes = ProcessTable(self.home / "processes.json")
        self.emulators: dict[str, Emulator] = {}
        self.gate = Gate()

    @property
    def edge_port(self) -> int:
        """The port at which all product host names answer over TLS."""
        return self.ports.number("edge")

    def folder(self, name: str) -> Path:
        """Return ``home/<name>``, made when it is not there (0700)."""
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def document(self, name: str) -> Document:
        """Return the document ``home/<name>.json``; always the same object.

        Args:
            name: As ``railway/state``.
        """
        if name not in self._documents:
            self._documents[name] = Document(self.home / f"{name}.json")
        return self._documents[name]

    def token(self, name: str) -> str:
        """Return the API token of a vendor (or of the control API).

        Made once and kept, over resets as well.
        """
        tokens = self._kept.data.setdefault("tokens", {})
        if name not in tokens:
            tokens[name] = secrets.token_urlsafe(32)
            self._kept.save()
        return str(tokens[name])

    async def advance(self, seconds: float) -> None:
        """Advance the clock and keep its new offset."""
        await self.clock.advance(seconds)
        self.save_clock()

    def save_clock(self) -> None:
        """Write the clock's offset and how it came about."""
        document = self.document("clock")
        document.data["moves"] = [list(move) for move in self.clock.moves]
        document.data["offset_seconds"] = self.clock.offset_seconds
        document.save()

    def reload(self) -> None:
        """Read all documents again, after the files below home were replaced."""
        for document in self._documents.values():
            document.reload()
        offset = self.document("clock").data.get("offset_seconds", 0)
        self.clock.offset_seconds = float(offset)
        self._recall_moves()
        self.clock.wake()

    def _recall_moves(self) -> None:
        """Give the clock the moves that were written."""
        moves = self.document("clock").data.get("moves", [])
        self.clock.moves = [(float(at), float(seconds)) for at, seconds in moves]
