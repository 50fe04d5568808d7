"""``invoke domains.revert``: the way back of a host name that was moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.provision import PENDING, open_app
from launchbook.cli.render.progress import JsonProgress
from launchbook.config.workspace import SANDBOX
from launchbook.domains.cutover import ROUTES, former_of
from launchbook.errors import InputError, VerificationFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.model.dns import RecordSet
    from launchbook.providers.dns.client import DnsClient

EVENT: Final = "domain-reverted"
"""``evidence.event`` of the records of a way back."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """What is put back.

    Attributes:
        former: Where the host name led before it was moved.
        present: Where it leads now.
    """

    zone: str
    former: tuple[RecordSet, ...]
    present: tuple[RecordSet, ...]

    @property
    def is_there(self) -> bool:
        """Whether the host name leads there already; its TTL is no matter."""
        return _routes(self.former) == _routes(self.present)

    @property
    def ttl_seconds(self) -> int:
        """For how long others may remember where it leads now."""
        return max((each.ttl_seconds for each in self.present), default=0)

    def write(self, client: DnsClient) -> Mapping[str, object]:
        """Put it back, and look.

        Raises:
            VerificationFailed: The provider does not show it afterwards.
        """
        gone = {(r.host, r.kind) for r in self.present} - {
            (r.host, r.kind) for r in self.former
        }
        client.replace_records(self.zone, self.former, gone, is_meant=True)
        host = self.former[0].host
        if _routes(_present(client, self.zone, host)) != _routes(self.former):
            raise VerificationFailed(
                f"the DNS provider does not show where {host} led before",
                hint="Run the same command again; only what differs is written.",
            )
        return {"is_done": True}

    def as_json(self) -> dict[str, object]:
        """Return it for the ledger and for ``--json``."""
        return {
            "zone": self.zone,
            "from": [each.as_json() for each in self.present],
            "to": [each.as_json() for each in self.former],
        }


def revert(options: Mapping[str, object]) -> int:
    """Put the record back that a playbook replaced last."""
    desk = open_desk(options)
    app = open_app(desk, options)
    host = read_text(options, "host").lower().rstrip(".")
    way = _way_back(app, host)
    for line in _lines(host, way):
        desk.output.line(line)
    desk.output.record({"kind": "way-back", "host": host, **way.as_json()})
    if way.is_there:
        desk.output.line(f"{host} leads there already; nothing was written")
        return 0
    if read_switch(options, "check"):
        return PENDING
    if app.target.platforms != SANDBOX:
        desk.confirm(f"Let {host} lead there again?")
    _carry_out(desk, app, host, way)
    desk.output.line(
        f"{host} leads there again; others may remember the present for "
        f"{way.ttl_seconds} s"
    )
    desk.output.line(
        f"next: invoke provision.{app.target.environment} moves it forward again"
    )
    return 0


def _carry_out(desk: Desk, app: App, host: str, way: WayBack) -> None:
    """Write it under the environment's lock, between intent and proof."""
    playbook = app.playbook(app.target.environment)
    ledger = app.open_ledger()
    try:
        engine = app.engine(playbook, JsonProgress(desk.output), ledger=ledger)
        intent = {"event": EVENT, "host": host, **way.as_json()}
        engine.act(intent, lambda: way.write(app.clients.dns))
    finally:
        ledger.close()


def _way_back(app: App, host: str) -> WayBack:
    """What the ledger remembers last of where a host name led.

    Raises:
        InputError: It remembers nothing.
    """
    zone, former = _remembered(app, host)
    if not former:
        raise InputError(
            f"the ledger does not know where {host} led before",
            hint="Only a name that a playbook moved has a way back: type `invoke "
            f"domains.status --environment {app.target.environment}` to see all names.",
        )
    return WayBack(zone, former, _present(app.clients.dns, zone, host))


def _remembered(app: App, host: str) -> tuple[str, tuple[RecordSet, ...]]:
    """The zone, and where a host name led before it was moved last."""
    zone: str = ""
    former: tuple[RecordSet, ...] = ()
    history = app.open_history()
    try:
        for record in history.records(environment=app.target.environment):
            found = tuple(r for r in former_of(record.evidence) if r.host == host)
            if found:
                zone, former = str(record.evidence["zone"]), found
    finally:
        history.close()
    return zone, former


def _present(client: DnsClient, zone: str, host: str) -> tuple[RecordSet, ...]:
    return tuple(
        each
        for each in client.read_records(zone)
        if each.host == host and each.kind in ROUTES
    )


def _routes(sets: Iterable[RecordSet]) -> set[tuple[str, tuple[str, ...], bool]]:
    return {(each.kind, each.values, each.is_proxied) for each in sets}


def _lines(host: str, way: WayBack) -> list[str]:
    return [
        f"{host} leads to   {_told(way.present)}",
        f"{' ' * len(host)} led to     {_told(way.former)}",
    ]


def _told(sets: tuple[RecordSet, ...]) -> str:
    words = [
        f"{each.kind} {' '.join(each.values)} (TTL {each.ttl_seconds} s"
        f"{', proxied' if each.is_proxied else ''})"
        for each in sets
    ]
    return ", ".join(words) or "nothing"
