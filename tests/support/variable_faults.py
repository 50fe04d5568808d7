"""Seeded faults of variables: the shipped tree, with one thing wrong in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from launchbook.app import App, Target
from launchbook.app.contract import Declared
from launchbook.clock import SystemClock
from launchbook.config.package_data import data_root
from launchbook.config.secret_file import SecretStore
from launchbook.model.change import Unknown
from launchbook.model.railway import VariableNote
from launchbook.model.vercel import Target as Place
from launchbook.model.vercel import Variable
from launchbook.redact import Redactor, Secret, fingerprint
from launchbook.steps import railway_variables, vercel_variables
from launchbook.variables.code.monorepo import CodeReadings, read_monorepo
from launchbook.variables.seal import Knowledge, Seal
from tests.support.workspace import FACTS, shipped, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.config.workspace import Workspace
    from launchbook.model.change import Change

CASES = Path(__file__).parents[1] / "cases" / "variables"
REPOSITORY = "examples/vocilia"
NUMERIC = frozenset({"SWISH_MERCHANT_ID"})
ADDRESSES = {"REDIS_URL": "rediss://queue.example.com:6379"}
OUTPUTS: Mapping[str, Mapping[str, object]] = {
    "database": {"api_url": "https://abcdefgh.supabase.co"},
    "database_keys": {
        "anon_key": "an-anonymous-key-of-some-length",
        "service_role_key": Secret("a-service-role-key-of-some-length"),
    },
    "database_pooler": {
        "session_url": Secret("postgresql://u:pw012345@db.example.com:5432/postgres")
    },
}
"""What the database's steps put out on a healthy day."""
KEY = b"k" * 32


@dataclass(frozen=True)
class Case:
    """One seeded fault."""

    category: str
    given: Mapping[str, Any]

    @property
    def expected(self) -> set[tuple[str, str, str]]:
        """App, name and kind of every fault that shall be found."""
        kind, name = self.given["kind"], self.given["name"]
        also = {(app, other, kind) for app, other in self.given.get("also", [])}
        return {(self.given["app"], name, kind), *also}


def cases() -> list[Case]:
    """Every seeded fault."""
    return [
        Case(path.stem, each)
        for path in sorted(CASES.glob("*.yml"))
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def declared_of(folder: Path, given: Mapping[str, Any]) -> Declared:
    """Return the shipped contract with the case's fault in it."""
    workspace = shipped(folder)
    for app, entries in given.get("declare", {}).items():
        _edit(workspace, app, entries)
    for app, entries in given.get("change", {}).items():
        _edit(workspace, app, entries)
    _write_code(workspace, given)
    platforms = given.get("platforms", "sandbox")
    _give_secrets(workspace, platforms, given.get("secrets", {}))
    return Declared(
        app_of(workspace, given.get("environment", "staging"), platforms),
        reader=_read_code,
    )


def app_of(workspace: Workspace, environment: str, platforms: str) -> App:
    """Return the tools of a target, with an authority's file in its place."""
    ca_file = write(workspace, "inventory/certificates/supabase.pem", "AUTHORITY\n")
    facts = {**FACTS, "ca_file": str(ca_file)} if platforms == "sandbox" else None
    target = Target(environment, platforms, facts=facts, is_read_only=False)
    return App(workspace, target, SystemClock(), Redactor(), {})


def outputs_of(given: Mapping[str, Any], environment: str) -> dict[str, Any]:
    """Return what steps put out: the case's words over those of a healthy day."""
    start = "" if environment == "production" else f"{environment}-"
    web = {
        f"{app}_domain": {"url": f"https://{start}{label}.vocilia.com"}
        for app, label in (
            ("backend", "api"),
            ("customer", "customer"),
            ("business", "business"),
            ("admin", "admin"),
        )
    }
    found: dict[str, Any] = {**web, **OUTPUTS}
    for step, values in given.get("outputs", {}).items():
        found[step] = {**found.get(step, {}), **_closed(values)}
    return found


def _closed(values: Mapping[str, str]) -> dict[str, object]:
    """Keys and addresses that a step hides."""
    hidden = {"service_role_key", "session_url"}
    return {n: Secret(v) if n in hidden else v for n, v in values.items()}


def _edit(workspace: Workspace, app: str, entries: Mapping[str, Any]) -> None:
    path = workspace.inventory / "variables" / f"{app}.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, change in entries.items():
        entry = document["variables"].setdefault(name, {})
        if "value" in change and "values" not in change:
            entry.pop("values", None)
        values = {**entry.get("values", {}), **change.get("values", {})}
        entry |= {**change, **({"values": values} if values else {})}
        for key in [key for key, value in entry.items() if value is None]:
            del entry[key]
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _write_code(workspace: Workspace, given: Mapping[str, Any]) -> None:
    if not (given.keys() & {"code", "replace"}):
        return
    root = workspace.root / REPOSITORY
    ignored = shutil.ignore_patterns("node_modules", "dist", "__pycache__")
    shutil.copytree(data_root() / REPOSITORY, root, ignore=ignored)
    for path, text in given.get("code", {}).items():
        (root / path).write_text(text, encoding="utf-8")
    for path, (old, new) in given.get("replace", {}).items():
        text = (root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        (root / path).write_text(text.replace(old, new), encoding="utf-8")


def _give_secrets(
    workspace: Workspace, platforms: str, given: Mapping[str, Mapping[str, Any]]
) -> None:
    """Give every environment all of its secrets, and the case's own over them."""
    app = app_of(workspace, "staging", platforms)
    for environment in app.inventory.environments:
        uses = app.inventory.secret_uses(environment)
        own = given.get(environment, {})
        made = {use.secret: _made(use.secret, environment) for use in uses}
        values: dict[str, str | None] = {**made, **own}
        store = SecretStore(workspace.secrets_file(environment, platforms), app.keys)
        store.add({n: Secret(v) for n, v in values.items() if v is not None})


def _made(name: str, environment: str) -> str:
    """A value of one's own for each secret of each environment."""
    if name in ADDRESSES:
        return ADDRESSES[name].replace("queue", f"queue-{environment}")
    text = fingerprint(KEY, f"{environment} {name}")
    if name in NUMERIC:
        return str(int(text, 16))[:10]
    return text + text[:8]


def _read_code(root: Path, apps: Mapping[str, str]) -> CodeReadings:
    """Read code; that of the shipped tree only once."""
    if root == (data_root() / REPOSITORY).resolve():
        return _shipped_code(tuple(apps.items()))
    return read_monorepo(root, apps)


@cache
def _shipped_code(apps: tuple[tuple[str, str], ...]) -> CodeReadings:
    return read_monorepo(data_root() / REPOSITORY, dict(apps))


# --- what somebody changed on a platform -------------------------------------


def platform_changes(declared: Declared, given: Mapping[str, Any]) -> list[Change]:
    """Return the lines of a plan after somebody changed a platform by hand."""
    environment = declared.app.target.environment
    found = declared.values_with(outputs_of(given, environment))
    values = {
        app: {n: v for n, v in each.items() if not isinstance(v, Unknown)}
        for app, each in found.items()
    }
    if "railway" in given:
        return _railway_changes(declared, values["backend"], given["railway"])
    return _vercel_changes(values["customer"], given["vercel"])


def _railway_changes(
    declared: Declared, values: Mapping[str, Any], by_hand: Mapping[str, Any]
) -> list[Change]:
    contract = declared.contracts["backend"].variables
    sealed = tuple(n for n in values if contract[n].is_sealed)
    inputs = railway_variables.Inputs("p", "e", "s", "backend", values, sealed)
    wanted = railway_variables.desired(values)
    open_names = (set(wanted) - set(sealed)) | set(by_hand.get("unseal", ()))
    actual = {name: wanted[name] for name in open_names}
    notes = {
        name: VariableNote(name, name not in open_names, _moment(name, by_hand))
        for name in wanted
    }
    for name in by_hand.get("drop", ()):
        actual.pop(name, None)
        del notes[name]
    for name, text in by_hand.get("set", {}).items():
        actual[name] = Secret(text)
        notes[name] = VariableNote(name)
    facts = railway_variables.Facts(
        actual, "f", notes, _knowledge(wanted, by_hand.get("older", ()))
    )
    step = object.__new__(railway_variables.RailwayVariables)
    return list(step.plan(inputs, facts, None).changes)


def _vercel_changes(
    values: Mapping[str, Any], by_hand: Mapping[str, Any]
) -> list[Change]:
    inputs = vercel_variables.Inputs("p", "env1", "customer", values)
    here = Place.of("env1")
    texts = {n: v.reveal() if isinstance(v, Secret) else v for n, v in values.items()}
    texts |= by_hand.get("set", {})
    sealed = by_hand.get("seal", ())
    actual = {
        name: Variable(f"id-{name}", name, "sensitive", here)
        if name in sealed
        else Variable(f"id-{name}", name, "plain", here, Secret(text))
        for name, text in texts.items()
        if name not in by_hand.get("drop", ())
    }
    wanted = {name: Secret(text) for name, text in texts.items()}
    knowledge = Knowledge(wanted=_knowledge(wanted, ()).wanted)
    step = object.__new__(vercel_variables.VercelVariables)
    facts = vercel_variables.Facts(actual, knowledge)
    return list(step.plan(inputs, facts, None).changes)


def _moment(name: str, by_hand: Mapping[str, Any]) -> str:
    return "later" if name in by_hand.get("rewrite", ()) else "then"


def _knowledge(wanted: Mapping[str, Secret], older: Any) -> Knowledge:
    """What the ledger kept of all of them when they were verified."""
    prints = {name: fingerprint(KEY, value) for name, value in wanted.items()}
    seals = {
        name: Seal("another" if name in older else each, "then")
        for name, each in prints.items()
    }
    return Knowledge(seals, prints)
