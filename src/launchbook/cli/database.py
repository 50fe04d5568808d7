"""``invoke database.*``: is an environment's database safe, and are there connections?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.app.database import Declared, declared, open_database
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.provision import open_app
from launchbook.cli.render.table import columns
from launchbook.config.inventory import load_inventory
from launchbook.config.reference import Resolver
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.database.advisor import NAMES, advise
from launchbook.database.pool import SERVER_CONNECTIONS, size_for
from launchbook.database.proof import prove
from launchbook.database.reading import read_catalog
from launchbook.errors import GateFailed
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.cli.desk import Desk
    from launchbook.cli.output import Output
    from launchbook.database.advice import Advice, Finding
    from launchbook.database.proof import Check, Proof

REFUSED: Final = GateFailed.exit_status
"""Exit status when the answer is no."""


def show_advice(options: Mapping[str, object]) -> int:
    """Run every rule over the database's catalogue; reads only."""
    desk = open_desk(options)
    app = open_app(desk, {**options, "workers": "1"})
    acceptances = declared(app).acceptances
    with open_database(app) as session:
        advice = advise(read_catalog(session), acceptances)
    for finding in (*advice.open, *advice.accepted):
        desk.output.record(_finding_record(finding, advice))
    for line in _advice_lines(advice):
        desk.output.line(line)
    is_empty = not advice.counts["tables"]
    return REFUSED if advice.blocking or is_empty else 0


def show_proof(options: Mapping[str, object]) -> int:
    """Let everybody try everything in a transaction that is never committed."""
    desk = open_desk(options)
    app = open_app(desk, {**options, "workers": "1"})
    intentions = declared(app).intentions
    with open_database(app) as session:
        proof = prove(session, read_catalog(session), intentions)
    _show_attempts(desk.output, proof, is_verbose=read_switch(options, "verbose"))
    for problem in proof.problems:
        desk.output.line(f"WRONG  {problem}")
    counts = ", ".join(f"{count} by {actor}" for actor, count in proof.counts.items())
    desk.output.line(f"{len(proof.checks)} attempts ({counts or 'nobody'})")
    desk.output.line(
        f"{len(proof.problems)} came out wrong; nothing of them stays in the database"
    )
    desk.output.record(
        {
            "kind": "policies-proven",
            "attempts": len(proof.checks),
            "by": proof.counts,
            "problems": list(proof.problems),
        }
    )
    return REFUSED if proof.problems else 0


def show_pool(options: Mapping[str, object]) -> int:
    """Say how the connections are shared out; asks no platform.

    Raises:
        PoolTooSmall: They do not suffice.
    """
    desk = open_desk(options)
    said = _declared_offline(desk, options)
    demand, supply = said.demand, said.supply
    size = size_for(demand, supply)
    facts: dict[str, object] = {
        "instance_size": supply.instance_size,
        "server_connections": SERVER_CONNECTIONS[supply.instance_size],
        "pooler_size": supply.pooler_size,
        "usable": supply.usable,
        "processes": demand.processes,
        "size": size,
        "used": demand.processes * size,
    }
    desk.output.record({"kind": "pool", **facts})
    for line in columns([(name, str(value)) for name, value in facts.items()]):
        desk.output.line(line)
    return 0


def _declared_offline(desk: Desk, options: Mapping[str, object]) -> Declared:
    """The inventory alone: neither a platform nor a running sandbox is needed."""
    inventory = load_inventory(Workspace(desk.root, desk.home))
    environment = read_text(options, "environment", "staging")
    view = inventory.view(environment, read_text(options, "platforms", SANDBOX))
    resolver = Resolver(view.roots, secrets=Secret, locate=view.locate)
    return Declared(lambda reference: resolver.resolve(reference, {}))


def _advice_lines(advice: Advice) -> Iterator[str]:
    """One paragraph a finding, then what was looked at."""
    for finding in advice.open:
        yield f"{finding.level.upper():5}  {finding.object}: {finding.message}"
        yield f"       {finding.rule}: {finding.remedy}"
    for finding in advice.accepted:
        yield f"taken  {finding.object}: {finding.message} ({finding.rule})"
    for each in advice.unused:
        yield f"stale  {each.object}: nothing to accept any more ({each.rule})"
    counts = ", ".join(f"{count} {kind}" for kind, count in advice.counts.items())
    yield f"{len(NAMES)} rules over {counts}"
    yield (
        f"{len(advice.blocking)} to mend or to accept by name, "
        f"{len(advice.open) - len(advice.blocking)} to know, "
        f"{len(advice.accepted)} accepted"
    )


def _finding_record(finding: Finding, advice: Advice) -> dict[str, object]:
    """One finding, for ``--json``."""
    return {
        "kind": "finding",
        "rule": finding.rule,
        "level": str(finding.level),
        "object": finding.object,
        "message": finding.message,
        "remedy": finding.remedy,
        "is_accepted": finding in advice.accepted,
    }


def _show_attempts(output: Output, proof: Proof, *, is_verbose: bool) -> None:
    """Every attempt as a record; as a line only when asked for."""
    for check in proof.checks:
        output.record(_attempt_record(check))
        if is_verbose:
            output.line(f"{'right' if check.is_right else 'WRONG'}  {check}")


def _attempt_record(check: Check) -> dict[str, object]:
    """One attempt, for ``--json``."""
    return {
        "kind": "attempt",
        "actor": check.actor,
        "table": check.table,
        "attempt": check.attempt,
        "expected": str(check.expected),
        "seen": str(check.seen),
        "is_right": check.is_right,
    }
