"""Toy steps on a toy platform: a folder of files, one file a thing.

The platform gives ids of its own and happily makes two things of one name, so that
a step that creates blindly is found out. Every mutation is one line of a log.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from launchbook.config.reference import Resolver
from launchbook.engine.engine import Engine
from launchbook.engine.gate import pass_gate
from launchbook.engine.setting import Kit, Setting
from launchbook.engine.step import Context, Prior, Step, Verified, Waiting
from launchbook.errors import InputError, Location, UnknownStep, VerificationFailed
from launchbook.ledger.chain import ChainKey
from launchbook.ledger.journal import Author
from launchbook.ledger.ledger import Ledger, open_ledger
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.gate import Finding, Verdict
from launchbook.model.playbook import PlaybookEntry
from launchbook.redact import Redactor, Secret

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.ledger.history import History
    from launchbook.model.event import Event, EventKind

KEY = ChainKey("toy", b"k" * 32)
KEYS = {KEY.id: KEY.value}
FINGERPRINT_KEY = b"f" * 32
AUTHOR = Author("ada@toy", "0.0.1")
START = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


class ToyClock:
    """Time that passes only when somebody sleeps, and a microsecond a look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            self._now += timedelta(microseconds=1)
            return self._now

    def monotonic(self) -> float:
        return (self._now - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)


class ToyPlatform:
    """Things by name, in a folder; survives whoever writes to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> dict[str, object] | None:
        """Return the oldest thing of a name."""
        found = [each for each in self.things() if each["name"] == name]
        return found[0] if found else None

    def things(self) -> list[dict[str, object]]:
        paths = sorted(self.root.glob("*.json"))
        return [json.loads(path.read_text()) for path in paths]

    def create(self, name: str, content: object) -> None:
        self._log(f"create {name}")
        identity = secrets.token_hex(8)
        self._write({"id": identity, "name": name, "content": content})

    def update(self, thing: Mapping[str, object], content: object) -> None:
        self._log(f"update {thing['name']}")
        self._write({**thing, "content": content})

    def delete(self, thing: Mapping[str, object]) -> None:
        self._log(f"delete {thing['name']}")
        (self.root / f"{thing['id']}.json").unlink()

    def mutations(self) -> list[str]:
        log = self.root / "mutations.log"
        return log.read_text().splitlines() if log.exists() else []

    def _write(self, thing: Mapping[str, object]) -> None:
        beside = self.root / f"{thing['id']}.new"
        beside.write_text(json.dumps(thing))
        beside.replace(self.root / f"{thing['id']}.json")

    def _log(self, line: str) -> None:
        with (self.root / "mutations.log").open("a") as file:
            file.write(f"{line}\n")


Hook = Callable[[str, str], None]
"""Called with a verb and a thing's name before the verb works."""


def no_hook(verb: str, name: str) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class ThingInputs:
    name: str
    content: object = ""
    after: object = None


class Thing:
    """One thing, found by name or created, and kept at its content."""

    name: ClassVar[str] = "toy.thing"
    inputs_type: ClassVar[type] = ThingInputs
    is_check: ClassVar[bool] = False

    def __init__(self, platform: ToyPlatform, hook: Hook = no_hook) -> None:
        self.platform = platform
        self.hook = hook

    def facts(self, inputs: ThingInputs, context: Context) -> dict[str, object] | None:
        self.hook("facts", inputs.name)
        return self.platform.read(inputs.name)

    def plan(
        self,
        inputs: ThingInputs,
        facts: dict[str, object] | None,
        prior: Prior | None,
    ) -> Planned:
        if facts is None:
            change = Change(Action.CREATE, self.name, inputs.name)
            return Planned((change,), evidence={"replaced": "nothing"})
        outputs = {"id": facts["id"], "name": inputs.name}
        if facts["content"] == _plain(inputs.content):
            return Planned((Change(Action.NO_CHANGE, self.name, inputs.name),), outputs)
        differing = FieldChange("content", facts["content"], inputs.content)
        change = Change(Action.UPDATE, self.name, inputs.name, (differing,))
        return Planned((change,), outputs)

    def apply(
        self, inputs: ThingInputs, facts: dict[str, object] | None, context: Context
    ) -> Waiting | None:
        self.hook("apply", inputs.name)
        context.progress(f"writing {inputs.name}")
        if facts is None:
            self.platform.create(inputs.name, _plain(inputs.content))
        else:
            self.platform.update(facts, _plain(inputs.content))
        self.hook("applied", inputs.name)
        return None

    def verify(self, inputs: ThingInputs, context: Context) -> Verified | Waiting:
        self.hook("verify", inputs.name)
        thing = self.platform.read(inputs.name)
        if thing is None or thing["content"] != _plain(inputs.content):
            raise VerificationFailed(f"{inputs.name} is not there", hint="Look at it.")
        return Verified({"id": thing["id"], "name": inputs.name}, {"seen": True})


class UndoableThing(Thing):
    """The same, and it can be taken back."""

    name: ClassVar[str] = "toy.undoable"

    def undo(
        self, inputs: ThingInputs, facts: dict[str, object] | None, context: Context
    ) -> None:
        self.hook("undo", inputs.name)
        thing = self.platform.read(inputs.name)
        if thing is None:
            return
        if facts is None:
            self.platform.delete(thing)
        else:
            self.platform.update(thing, facts["content"])


class House(Thing):
    """A thing that can be destroyed, with the things that name it as theirs."""

    name: ClassVar[str] = "toy.house"
    protected_as: ClassVar[str] = ""

    def destroy(
        self, inputs: ThingInputs, facts: dict[str, object] | None, context: Context
    ) -> None:
        self.hook("destroy", inputs.name)
        if facts is None:
            return
        for thing in self.platform.things():
            if thing["content"] == facts["id"]:
                self.platform.delete(thing)
        self.platform.delete(facts)


class Vault(House):
    """The same, and it is kept unless it is named."""

    name: ClassVar[str] = "toy.vault"
    protected_as: ClassVar[str] = "database"


class Sleeper(Thing):
    """A thing that takes an hour to become ready, each time that it is verified."""

    name: ClassVar[str] = "toy.sleeper"

    def verify(self, inputs: ThingInputs, context: Context) -> Verified | Waiting:
        context.clock.sleep(3600)
        return super().verify(inputs, context)


@dataclass(frozen=True)
class ShelfInputs:
    names: Sequence[str]
    content: str = ""


class Shelf:
    """Many things in one step; what is not named is deleted. For the guard."""

    name: ClassVar[str] = "toy.shelf"
    inputs_type: ClassVar[type] = ShelfInputs
    is_check: ClassVar[bool] = False

    def __init__(self, platform: ToyPlatform) -> None:
        self.platform = platform

    def facts(self, inputs: ShelfInputs, context: Context) -> list[dict[str, object]]:
        return self.platform.things()

    def plan(
        self, inputs: ShelfInputs, facts: list[dict[str, object]], prior: Prior | None
    ) -> Planned:
        there = {str(each["name"]): each["content"] for each in facts}
        changes = []
        for name in [*inputs.names, *(n for n in there if n not in inputs.names)]:
            action = Action.NO_CHANGE
            if name not in inputs.names:
                action = Action.DELETE
            elif name not in there:
                action = Action.CREATE
            elif there[name] != inputs.content:
                action = Action.UPDATE
            changes.append(Change(action, self.name, name))
        return Planned(tuple(changes), {"count": len(inputs.names)})

    def apply(
        self, inputs: ShelfInputs, facts: list[dict[str, object]], context: Context
    ) -> None:
        there = {str(each["name"]): each for each in facts}
        for name in inputs.names:
            if name not in there:
                self.platform.create(name, inputs.content)
            elif there[name]["content"] != inputs.content:
                self.platform.update(there[name], inputs.content)
        for name in there.keys() - set(inputs.names):
            self.platform.delete(there[name])

    def verify(self, inputs: ShelfInputs, context: Context) -> Verified:
        return Verified({"count": len(inputs.names)})


@dataclass(frozen=True)
class CheckInputs:
    id: str = ""
    name: str = ""


class Check:
    """A check: reads and proves."""

    name: ClassVar[str] = "toy.check"
    inputs_type: ClassVar[type] = CheckInputs
    is_check: ClassVar[bool] = True

    def __init__(self, platform: ToyPlatform, hook: Hook = no_hook) -> None:
        self.platform = platform
        self.hook = hook

    def facts(self, inputs: CheckInputs, context: Context) -> None:
        """Nothing to read."""

    def plan(self, inputs: CheckInputs, facts: None, prior: Prior | None) -> Planned:
        return Planned(())

    def apply(self, inputs: CheckInputs, facts: None, context: Context) -> None:
        raise AssertionError("a check is never applied")

    def verify(self, inputs: CheckInputs, context: Context) -> Verified:
        self.hook("check", inputs.name or inputs.id)
        return Verified({"checked": inputs.id}, {"things": len(self.platform.things())})


@dataclass(frozen=True)
class PatienceInputs:
    name: str
    after: object = None


class Patience:
    """Waits for a thing that somebody else makes."""

    name: ClassVar[str] = "toy.patience"
    inputs_type: ClassVar[type] = PatienceInputs
    is_check: ClassVar[bool] = True

    def __init__(self, platform: ToyPlatform) -> None:
        self.platform = platform

    def facts(self, inputs: PatienceInputs, context: Context) -> None:
        """Nothing to read."""

    def plan(self, inputs: PatienceInputs, facts: None, prior: Prior | None) -> Planned:
        return Planned(())

    def apply(self, inputs: PatienceInputs, facts: None, context: Context) -> None:
        """Nothing to write."""

    def verify(self, inputs: PatienceInputs, context: Context) -> Verified | Waiting:
        if self.platform.read(inputs.name) is None:
            later = context.clock.now() + timedelta(minutes=5)
            return Waiting(f"{inputs.name} is not there yet", later)
        return Verified({})


@dataclass(frozen=True)
class GateInputs:
    verdicts: Mapping[str, str]
    commit: str = "c1"


class Gate:
    """Lets pass what is said to pass; the rest needs an override."""

    name: ClassVar[str] = "toy.gate"
    inputs_type: ClassVar[type] = GateInputs
    is_check: ClassVar[bool] = True

    def facts(self, inputs: GateInputs, context: Context) -> None:
        """Nothing to read."""

    def plan(self, inputs: GateInputs, facts: None, prior: Prior | None) -> Planned:
        return Planned(())

    def apply(self, inputs: GateInputs, facts: None, context: Context) -> None:
        """Nothing to write."""

    def verify(self, inputs: GateInputs, context: Context) -> Verified:
        findings = [
            Finding(name, Verdict(verdict), f"{name} says {verdict}")
            for name, verdict in inputs.verdicts.items()
        ]
        evidence = pass_gate(
            findings, context, what="the gate", hint="Mend it", subject=inputs.commit
        )
        return Verified({}, evidence)


@dataclass
class Toybox:
    """An engine over a toy platform, with everything in one folder."""

    root: Path
    clock: ToyClock = field(default_factory=ToyClock)
    hook: Hook = no_hook
    events: list[Event] = field(default_factory=list)
    workers: int = 4
    inventory: dict[str, object] = field(default_factory=dict)
    redactor: Redactor = field(default_factory=Redactor)
    overridable: frozenset[str] = frozenset({"large-change", "roof", "walls"})
    steps: dict[str, Step] = field(default_factory=dict)
    ledgers: list[Ledger] = field(default_factory=list)

    @property
    def ledger_path(self) -> Path:
        return self.root / "home" / "ledger.db"

    @property
    def platform(self) -> ToyPlatform:
        return ToyPlatform(self.root / "platform")

    def ledger(self) -> Ledger:
        ledger = open_ledger(self.ledger_path, key=KEY, author=AUTHOR, clock=self.clock)
        self.ledgers.append(ledger)
        return ledger

    def close(self) -> None:
        """Close every ledger that was opened."""
        for ledger in self.ledgers:
            ledger.close()

    def engine(
        self, ledger: Ledger | None = None, history: History | None = None
    ) -> Engine:
        setting = Setting(
            environment="staging",
            platforms="toy",
            playbook="toys",
            playbook_digest="p" * 64,
            inventory_digest="i" * 64,
            tool_version="0.0.1",
            fingerprint_key=FINGERPRINT_KEY,
            workers=self.workers,
            overridable=self.overridable,
            override_seconds=3600,
        )
        kit = Kit(
            steps=self._step,
            inputs=self._inputs,
            resolver=Resolver({"inventory": self.inventory}, secrets=self._secret),
            clock=self.clock,
            listener=self.events.append,
            redactor=self.redactor,
        )
        return Engine(setting, kit, ledger=ledger, history=history)

    def heard(self, kind: EventKind) -> list[str]:
        """Return the steps of all events of one kind."""
        return [event.step for event in self.events if event.kind is kind]

    def _step(self, uses: str) -> Step:
        steps: dict[str, Step] = {
            "toy.thing": Thing(self.platform, self.hook),
            "toy.undoable": UndoableThing(self.platform, self.hook),
            "toy.sleeper": Sleeper(self.platform, self.hook),
            "toy.house": House(self.platform, self.hook),
            "toy.vault": Vault(self.platform, self.hook),
            "toy.shelf": Shelf(self.platform),
            "toy.check": Check(self.platform, self.hook),
            "toy.patience": Patience(self.platform),
            "toy.gate": Gate(),
            **self.steps,
        }
        if uses not in steps:
            raise UnknownStep(f"there is no step {uses}", hint="Type another.")
        return steps[uses]

    def _inputs(self, entry: PlaybookEntry, values: Mapping[str, object]) -> object:
        inputs = self._step(entry.uses).inputs_type
        known = {each.name for each in fields(inputs)}
        for name in values.keys() - known:
            raise InputError(f"unknown input {name!r}", hint="Take it out.")
        return inputs(**values)

    def _secret(self, reference: str) -> Secret:
        return self.redactor.learn(Secret(f"value-of-{reference}"))


def entry(name: str, uses: str = "toy.thing", /, **inputs: object) -> PlaybookEntry:
    """Return an entry; the thing is called as the step unless it is said."""
    if uses not in {"toy.shelf", "toy.check", "toy.patience", "toy.gate"}:
        inputs = {"name": name, **inputs}
    return PlaybookEntry(name, uses, inputs, Location("toys.yml", 1))


def _plain(content: object) -> object:
    return content.reveal() if isinstance(content, Secret) else content
