"""``invoke sandbox.*``: start, look at, steer and stop the embedded platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.cli.desk import Desk, open_desk
from launchbook.cli.options import (
    read_count,
    read_duration_seconds,
    read_switch,
    read_text,
)
from launchbook.providers.sandbox.client import SandboxClient, read_endpoints
from launchbook.providers.sandbox.launcher import SandboxLauncher, SandboxSettings
from launchbook.transport.process import Processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.model.sandbox import Endpoints, LoggedRequest


def up(options: Mapping[str, object]) -> int:
    """Start it, and commit the reference product to a repository of its own."""
    desk = open_desk(options)
    settings = SandboxSettings(
        home=desk.emulator_home,
        is_realistic=read_switch(options, "realistic"),
        edge_port=_edge_port(options),
    )
    endpoints = _launcher(desk, settings).up()
    is_new = desk.rehearsal().prepare()
    desk.output.record({"kind": "sandbox-up", **_addresses(endpoints)})
    desk.output.line(
        f"sandbox is up (process {endpoints.pid}), state in {desk.emulator_home}"
    )
    desk.output.line(f"  web addresses    https://*.localhost:{endpoints.edge_port}")
    desk.output.line(f"  certificates of  {endpoints.ca_file}")
    desk.output.line(
        "                   (a browser warns about them until `invoke sandbox.trust`)"
    )
    source = "committed to" if is_new else "unchanged in"
    desk.output.line(f"  product          {source} {desk.rehearsal().work_tree}")
    return 0


def down(options: Mapping[str, object]) -> int:
    """Stop it."""
    desk = open_desk(options)
    was_up = _launcher(desk).down()
    desk.output.record({"kind": "sandbox-down", "was_up": was_up})
    desk.output.line("sandbox is down" if was_up else "sandbox was not running")
    return 0


def status(options: Mapping[str, object]) -> int:
    """Show what runs and where."""
    desk = open_desk(options)
    endpoints = read_endpoints(desk.emulator_home)
    found = SandboxClient.open(endpoints, desk.clock).status()
    desk.output.record({"kind": "sandbox-status", **_addresses(endpoints), **found})
    desk.output.line(
        f"sandbox is up (process {endpoints.pid}), its clock says {found.get('now')}"
    )
    for name, each in _mapping(found.get("emulators")).items():
        facts = ", ".join(
            f"{key} {_fact(value)}" for key, value in _mapping(each).items()
        )
        desk.output.line(f"  {name:<10} {facts}")
    for host in _listed(found.get("hosts")):
        desk.output.line(f"  https://{host}:{endpoints.edge_port}")
    snapshots = ", ".join(
        str(_mapping(each).get("name")) for each in _listed(found.get("snapshots"))
    )
    desk.output.line(f"  snapshots  {snapshots or 'none'}")
    return 0


def reset(options: Mapping[str, object]) -> int:
    """Empty the world, and begin a new sandbox ledger beside the old one."""
    desk = open_desk(options)
    desk.confirm("Empty the sandbox and begin a new sandbox ledger?")
    _client(desk).reset()
    kept = desk.set_aside_sandbox_ledger()
    desk.output.record({"kind": "sandbox-reset", "kept_ledger": str(kept or "")})
    desk.output.line(
        "sandbox is empty" + (f"; the old ledger is {kept}" if kept else "")
    )
    return 0


def requests(options: Mapping[str, object]) -> int:
    """List what reached the platforms."""
    desk = open_desk(options)
    since = (
        read_count(options, "since", least=0, most=10**9) if options.get("since") else 0
    )
    log = _client(desk).requests(
        is_mutating_only=read_switch(options, "mutating"), since=since
    )
    for each in log.requests:
        desk.output.record({"kind": "request", **_request(each)})
        mark = "*" if each.is_mutating else " "
        desk.output.line(
            f"{each.sequence:>6} {mark} {each.platform:<9} {each.status} "
            f"{each.method:<6} {each.operation or each.path}"
        )
    desk.output.record({"kind": "requests", "mutating": log.mutating_count,
                        "last_sequence": log.last_sequence})  # fmt: skip
    desk.output.line(
        f"{len(log.requests)} requests, {log.mutating_count} of them mutating (*)"
    )
    return 0


def advance(options: Mapping[str, object]) -> int:
    """Move its clock forward."""
    desk = open_desk(options)
    seconds = read_duration_seconds(read_text(options, "duration"))
    now = _client(desk).advance(seconds)
    desk.output.record({"kind": "sandbox-advance", "seconds": seconds, "now": now})
    desk.output.line(f"the sandbox's clock says {now}")
    return 0


def snapshot(options: Mapping[str, object]) -> int:
    """Keep the whole world under a name."""
    desk = open_desk(options)
    name = read_text(options, "name")
    _client(desk).snapshot(name)
    desk.keep_sandbox_ledger(name)
    desk.output.record({"kind": "sandbox-snapshot", "name": name})
    desk.output.line(
        f"kept as {name}; bring it back with `invoke sandbox.restore {name}`"
    )
    return 0


def restore(options: Mapping[str, object]) -> int:
    """Bring back a world."""
    desk = open_desk(options)
    name = read_text(options, "name")
    _client(desk).restore(name)
    desk.bring_back_sandbox_ledger(name)
    desk.output.record({"kind": "sandbox-restore", "name": name})
    desk.output.line(f"the sandbox is as it was when {name} was kept")
    return 0


def _launcher(desk: Desk, settings: SandboxSettings | None = None) -> SandboxLauncher:
    """Start and stop of this working folder's sandbox."""
    return SandboxLauncher(
        settings or SandboxSettings(desk.emulator_home), Processes(), desk.clock
    )


def _client(desk: Desk) -> SandboxClient:
    """The control API of the running sandbox."""
    return SandboxClient.open(read_endpoints(desk.emulator_home), desk.clock)


def _edge_port(options: Mapping[str, object]) -> int | None:
    """The wished port, or None for the one it had or a free one."""
    if options.get("edge_port") is None:
        return None
    return read_count(options, "edge_port", least=1, most=65535)


def _addresses(endpoints: Endpoints) -> dict[str, object]:
    """Where it listens, without its tokens."""
    return {
        "pid": endpoints.pid,
        "control": endpoints.control,
        "railway": endpoints.railway_api,
        "vercel": endpoints.vercel_api,
        "supabase": endpoints.supabase_api,
        "edge_port": endpoints.edge_port,
        "ca_file": str(endpoints.ca_file),
    }


def _request(each: LoggedRequest) -> dict[str, object]:
    """One request for ``--json``."""
    return {
        "sequence": each.sequence,
        "at": each.at,
        "platform": each.platform,
        "method": each.method,
        "path": each.path,
        "operation": each.operation,
        "status": each.status,
        "is_mutating": each.is_mutating,
    }


def _fact(value: object) -> str:
    """A fact in a line; of a list, how long it is."""
    return str(len(value) if isinstance(value, list) else value)


def _mapping(value: object) -> dict[str, object]:
    """A JSON object, or nothing."""
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[object]:
    """A JSON array, or nothing."""
    return value if isinstance(value, list) else []
