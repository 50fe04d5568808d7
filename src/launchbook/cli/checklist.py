"""``invoke checklist.*``: how the items before production stand, and signing them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_names, read_text
from launchbook.cli.provision import open_app
from launchbook.cli.render.progress import JsonProgress
from launchbook.cli.render.table import columns
from launchbook.config.nearest import suggestion
from launchbook.config.schema import load_schema, problems
from launchbook.engine.checklist import (
    EVENT,
    Circumstances,
    Item,
    Proof,
    judge,
    read_items,
    read_signatures,
    reading_problems,
)
from launchbook.engine.memory import Memory
from launchbook.engine.override import EVENT as OVERRIDE_EVENT
from launchbook.engine.override import Overrides
from launchbook.errors import FileMissing, InputError
from launchbook.model.gate import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.model.gate import Granted

STEP: Final = "checklist"
"""The gate's entry in the playbook; its last record says what steps proved."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one item stands now."""

    item: Item
    finding: Finding
    granted: Granted | None

    @property
    def is_open(self) -> bool:
        """Whether it would hold production back."""
        return self.finding.is_blocking and self.granted is None

    @property
    def words(self) -> str:
        """What to tell of it."""
        if self.granted is None or not self.finding.is_blocking:
            return self.finding.words
        until = f"{self.granted.until:%Y-%m-%d %H:%M} UTC"
        return f"{self.finding.words}; overridden until {until}: {self.granted.reason}"

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        return {
            "kind": "checklist-item",
            "question": self.item.question,
            "proof": str(self.item.proof),
            "is_open": self.is_open,
            **self.finding.as_json(),
            "words": self.words,
        }


def show(options: Mapping[str, object]) -> int:
    """Show the items as they would be judged for the commit that is checked out."""
    desk = open_desk(options)
    app = _open(desk, options)
    commit = _commit(app)
    standing = _standing(app, commit, desk)
    for each in standing:
        desk.output.record(each.as_json())
    head = ("item", "verdict", "what must be so", "found")
    rows = [
        (s.item.name, str(s.finding.verdict), s.item.question, s.words)
        for s in standing
    ]
    for line in columns([head, *rows]):
        desk.output.line(line)
    left = [each for each in standing if each.is_open]
    desk.output.line(
        f"{len(standing) - len(left)} of {len(standing)} items let commit "
        f"{commit[:12]} pass"
    )
    if line := _next(left, app.target.environment):
        desk.output.line(f"next: {line}")
    return 0


def sign(options: Mapping[str, object]) -> int:
    """Record that a person looked, and at what.

    Raises:
        InputError: There is no such item, it is not for signing, or the evidence is
            not what it asks for.
    """
    desk = open_desk(options)
    app = _open(desk, options)
    item = _signable(app, read_text(options, "item"))
    evidence = _evidence(item, options)
    commit = _commit(app)
    statement = {
        "event": EVENT,
        "item": item.name,
        "commit": commit,
        "evidence": evidence,
        "note": read_text(options, "note"),
    }
    playbook = app.playbook(app.target.environment)
    ledger = app.open_ledger()
    try:
        engine = app.engine(playbook, JsonProgress(desk.output), ledger=ledger)
        engine.note(statement)
    finally:
        ledger.close()
    desk.output.record({**statement, "kind": "signed"})
    scope = f" for commit {commit[:12]}" if item.is_bound_to_commit else ""
    until = f", for {item.expires_days} days" if item.expires_days else ""
    desk.output.line(f"{item.name} is signed{scope}{until}")
    desk.output.line(
        f"next: invoke checklist.show --environment {app.target.environment}"
    )
    return 0


# --- below -------------------------------------------------------------------


def _open(desk: Desk, options: Mapping[str, object]) -> App:
    app = open_app(desk, options)
    app.inventory.environment(app.target.environment)
    return app


def _items(app: App) -> tuple[Item, ...]:
    """The checklist.

    Raises:
        FileMissing: There is none.
    """
    document = app.inventory.checklist
    if document is None:
        raise FileMissing(
            "inventory/checklist.yml is not there",
            hint="Copy it from a new working folder: `launchbook init DIR`.",
        )
    return read_items(cast("Mapping[str, object]", document.mapping()["items"]))


def _commit(app: App) -> str:
    """The commit that would go to production."""
    path = Path(str(app.clients.platform["source"]["path"]))
    return app.clients.git.read_commit(path).sha


def _standing(app: App, commit: str, desk: Desk) -> list[Standing]:
    """Judge every item by what the ledger knows."""
    history = app.open_history()
    try:
        memory = Memory(history, app.target.environment)
        now = desk.clock.now()
        around = Circumstances(
            now=now,
            commit=commit,
            past=memory,
            proofs=None,
            signatures=read_signatures(memory.notes(EVENT)),
        )
        overrides = Overrides(notes=memory.notes(OVERRIDE_EVENT), now=now)
        seen = _seen_by_the_gate(memory)
        return [
            Standing(
                item,
                seen.get(item.name, judge(item, around))
                if item.proof is Proof.STEPS
                else judge(item, around),
                overrides.find(item.name, commit),
            )
            for item in _items(app)
        ]
    finally:
        history.close()


def _seen_by_the_gate(memory: Memory) -> dict[str, Finding]:
    """What the last run's steps proved, from the gate's own last record."""
    unfinished = memory.unfinished(STEP)
    prior = memory.latest(STEP)
    evidence = cast("Mapping[str, Any]", prior.evidence if prior else {})
    at = prior.at if prior else None
    if unfinished is not None:
        error = cast("Mapping[str, Any]", unfinished.evidence).get("error", {})
        evidence, at = error.get("details") or {}, unfinished.at
    return {
        each["name"]: Finding(
            each["name"],
            Verdict(each["verdict"]),
            f"{each['words']}, seen on {at:%Y-%m-%d}",
        )
        for each in evidence.get("items", ())
    }


def _next(left: list[Standing], environment: str) -> str:
    """The command that makes sense now."""
    for each in left:
        if each.item.proof is Proof.SIGNATURE:
            kind = each.item.evidence[0].removesuffix("s")
            return f"invoke checklist.sign {each.item.name} --{kind} ..."
    return f"invoke provision.{environment}"


def _signable(app: App, name: str) -> Item:
    """Return the item of a name, if a person may sign it."""
    items = {each.name: each for each in _items(app)}
    if name not in items:
        raise InputError(
            f"the checklist has no item {name!r}",
            hint=suggestion(name, items, what="item"),
        )
    if items[name].proof is not Proof.SIGNATURE:
        raise InputError(
            f"{name} is not for signing: its proof is `{items[name].proof}`",
            hint="Type `invoke checklist.show` to see what proves it; an item that "
            "nothing can prove yet is let pass by `--override` alone.",
        )
    return items[name]


def _evidence(item: Item, options: Mapping[str, object]) -> dict[str, object]:
    """What was looked at, valid by its schema and by what the item asks."""
    found: dict[str, object] = {}
    if url := read_text(options, "url"):
        found["url"] = url
    if path := read_text(options, "file"):
        found["file"] = _file(Path(path))
    if read_names(options, "reading"):
        found["readings"] = _readings(options)
    wrong = sorted(found.keys() - set(item.evidence))
    if wrong or not found:
        problem = f"does not take {', '.join(wrong)}" if wrong else "needs evidence"
        kinds = ", ".join(f"--{kind.removesuffix('s')}" for kind in item.evidence)
        raise InputError(
            f"a signature of {item.name} {problem}",
            hint=f"Give what you looked at with {kinds}.",
        )
    if invalid := problems(found, load_schema("evidence")):
        raise InputError(invalid[0].message, hint=invalid[0].hint)
    if beyond := reading_problems(item, found):
        raise InputError(
            f"{item.name} cannot be signed: {'; '.join(beyond)}",
            hint="Mend what was measured, measure again, and sign the new figures.",
        )
    return found


def _file(path: Path) -> dict[str, object]:
    """A file by its digest.

    Raises:
        InputError: It cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}",
            hint="Give --file a file that you may read.",
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    return {"path": str(path), "sha256": digest, "size_bytes": len(content)}


def _readings(options: Mapping[str, object]) -> dict[str, float]:
    """Figures by name.

    Raises:
        InputError: One is no figure.
    """
    found = {}
    for pair in read_names(options, "reading"):
        name, _, text = pair.partition("=")
        try:
            found[name] = float(text)
        except ValueError:
            raise InputError(
                f"--reading takes figures as p95=812, not {pair!r}",
                hint="Write name, equals sign and a number; commas between several.",
            ) from None
    return found
