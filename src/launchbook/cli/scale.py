"""``invoke scale.ENVIRONMENT``: replicas by the platform's own figures."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.cli.desk import open_desk
from launchbook.cli.failure import show
from launchbook.cli.options import (
    read_count,
    read_duration_seconds,
    read_switch,
    read_text,
)
from launchbook.cli.provision import PENDING, open_app
from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.plan import plan_lines
from launchbook.cli.render.progress import JsonProgress
from launchbook.cli.render.table import columns
from launchbook.config.edit import set_scalar
from launchbook.config.nearest import suggestion
from launchbook.config.workspace import SANDBOX
from launchbook.engine.graph import needed_entries
from launchbook.errors import InputError
from launchbook.model.railway import ServiceScope
from launchbook.model.scaling import Scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.model.playbook import Playbook, PlaybookEntry
    from launchbook.model.scaling import Load

AFFECTED: Final = frozenset({"railway.deployment", "backend.health"})
"""Steps that more replicas are about."""


def run(options: Mapping[str, object]) -> int:
    """Recommend; with ``--replicas`` change the inventory and what runs."""
    desk = open_desk(options)
    app = open_app(desk, options)
    service, scale = _service(app, options), _scale(app)
    wanted = _wanted(options, scale)
    playbook = app.playbook(app.target.environment)
    target = app.target
    desk.output.line(f"{target.platforms} platforms, {target.environment}: {service}")
    if wanted is None:
        return _recommend(desk, app, service, options)
    if read_switch(options, "check"):
        _set_in_memory(app, service, wanted)
        return _check(desk, app, playbook, options)
    if target.platforms != SANDBOX:
        desk.confirm(f"Scale {service} of {target.environment} to {wanted}?")
    return _apply(desk, app, playbook, options, wanted)


def _recommend(
    desk: Desk, app: App, service: str, options: Mapping[str, object]
) -> int:
    """Show what is used, what is aimed at, and how many replicas that asks for."""
    scale, replicas = _scale(app), _replicas(app, service)
    since = timedelta(seconds=read_duration_seconds(read_text(options, "since")))
    load = app.clients.railway.read_load(_scope(app, service), desk.clock.now() - since)
    recommended = scale.recommend(replicas, load)
    desk.output.record(
        {
            "kind": "scaling",
            "service": service,
            "replicas": replicas,
            "recommended": recommended if load.is_known else None,
            "cpu": load.cpu,
            "memory": load.memory,
            "points": load.points,
        }
    )
    for line in _load_lines(load, scale):
        desk.output.line(line)
    if not load.is_known:
        desk.output.line(
            f"replicas: {replicas}; nothing was measured in the last "
            f"{read_text(options, 'since')}, so nothing is recommended"
        )
        return 0
    desk.output.line(f"replicas: {replicas}; recommended: {recommended}")
    if recommended != replicas:
        environment = app.target.environment
        desk.output.line(f"next: invoke scale.{environment} --replicas {recommended}")
    return 0


def _load_lines(load: Load, scale: Scale) -> Iterator[str]:
    """The table: what is used at the busiest minute, and what is aimed at."""
    rows = [("", "busiest minute", "target")]
    for name, used, aim in (
        ("CPU", load.cpu, scale.cpu),
        ("memory", load.memory, scale.memory),
    ):
        told = "not measured" if used is None else f"{used:.0%}"
        rows.append((name, told, f"{aim:.0%}"))
    return columns(rows)


def _check(
    desk: Desk,
    app: App,
    playbook: Playbook,
    options: Mapping[str, object],
) -> int:
    """Print what would change."""
    entries = _entries(app, playbook)
    with closing(app.open_history()) as history:
        engine = app.engine(playbook, JsonProgress(desk.output), history=history)
        plan = engine.plan(entries)
    is_verbose = read_switch(options, "verbose")
    for line in plan_lines(plan.lines_as_json(), is_verbose=is_verbose):
        desk.output.line(line)
    return PENDING if plan.is_pending else 0


def _apply(
    desk: Desk,
    app: App,
    playbook: Playbook,
    options: Mapping[str, object],
    wanted: int,
) -> int:
    """Look whether it can be, write the inventory, deploy.

    A plan that is refused, as by a pool that is too small, leaves the file alone.
    """
    service = read_text(options, "service")
    _set_in_memory(app, service, wanted)
    entries = _entries(app, playbook)
    with closing(app.open_history()) as history:
        app.engine(playbook, lambda _: None, history=history).plan(entries)
    path = app.workspace.inventory / "environments" / f"{app.target.environment}.yml"
    set_scalar(path, f"/replicas/{service}", wanted)
    desk.output.line(f"  wrote /replicas/{service} = {wanted} to "
                     f"{app.workspace.shown(path)}")  # fmt: skip
    ledger = app.open_ledger()
    is_verbose = read_switch(options, "verbose")
    try:
        with progress_for(
            desk.output, is_verbose=is_verbose, total=len(entries)
        ) as progress:
            result = app.engine(playbook, progress, ledger=ledger).run(entries)
    finally:
        ledger.close()
    if result.error is not None:
        show(result.error, desk.output)
    else:
        desk.output.line(
            f"{wanted} replicas of {service}; {len(result.changed)} changed"
        )
    desk.output.record(
        {"kind": "scaled", "service": service, "replicas": wanted,
         "exit_status": result.exit_status}
    )  # fmt: skip
    desk.output.line(f"next: invoke scale.{app.target.environment}")
    return result.exit_status


# --- what it is about --------------------------------------------------------


def _service(app: App, options: Mapping[str, object]) -> str:
    """The service, if the environment has it.

    Raises:
        InputError: It does not.
    """
    name, known = read_text(options, "service"), _replica_counts(app)
    if name in known:
        return name
    raise InputError(
        f"the environment has no service {name!r}",
        hint=suggestion(name, known, what="service"),
    )


def _wanted(options: Mapping[str, object], scale: Scale) -> int | None:
    """How many replicas are asked for; None for a recommendation."""
    if not options.get("replicas"):
        return None
    return read_count(options, "replicas", least=scale.lowest, most=scale.highest)


def _scale(app: App) -> Scale:
    """The policy of the inventory."""
    policies = cast("dict[str, Any]", app.inventory.product.mapping()["policies"])
    scaling = policies["scaling"]
    return Scale(
        lowest=scaling["lowest_replicas"],
        highest=scaling["highest_replicas"],
        cpu=scaling["cpu_percent"] / 100,
        memory=scaling["memory_percent"] / 100,
    )


def _replica_counts(app: App) -> dict[str, object]:
    document = app.inventory.environment(app.target.environment)
    return cast("dict[str, object]", document.mapping()["replicas"])


def _replicas(app: App, service: str) -> int:
    """How many the inventory says."""
    resolver = app.view.resolver(app.secrets)
    return int(str(resolver.resolve(_replica_counts(app)[service], {})))


def _set_in_memory(app: App, service: str, wanted: int) -> None:
    """Let this command see the environment as it will be written."""
    _replica_counts(app)[service] = wanted


def _entries(app: App, playbook: Playbook) -> tuple[PlaybookEntry, ...]:
    """Every service's deployment, the proof, and what they stand on; no gate.

    Services share the database's connections, so more of one are fewer for others.
    """
    entries = playbook.ungated_entries
    wanted = {each.id for each in entries if each.uses in AFFECTED}
    resolver = app.view.resolver(app.secrets, steps=[each.id for each in entries])
    return needed_entries(
        entries,
        wanted,
        lambda entry: resolver.dependencies(dict(entry.inputs), entry.locate),
    )


def _scope(app: App, service: str) -> ServiceScope:
    """Where the service runs, found by the names of the inventory.

    Raises:
        InputError: It is not there yet.
    """
    railway, environment = app.clients.railway, app.target.environment
    resolver = app.view.resolver(app.secrets)
    names = cast("dict[str, str]", resolver.resolve(app.view.roots["environment"], {}))
    wanted = cast("dict[str, str]", names["names"])["backend"]
    workspace = str(app.clients.platform["railway"]["workspace"])
    for project in railway.read_projects(workspace):
        if project.name != wanted:
            continue
        places = railway.read_environments(project.id)
        place = next((each for each in places if each.name == environment), None)
        found = railway.read_service_instances(place.id) if place else ()
        for instance in found:
            if place and instance.service_name == service:
                return ServiceScope(project.id, place.id, instance.service_id)
    raise InputError(
        f"{service} does not run in {environment} yet",
        hint=f"Type `invoke provision.{environment}` first.",
    )
