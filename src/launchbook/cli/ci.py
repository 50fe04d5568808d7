"""``invoke ci.*``: workflows for GitHub Actions, and a plan as a comment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_names, read_switch, read_text
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.markdown import plan_markdown
from launchbook.config.inventory import load_inventory
from launchbook.config.nearest import suggestion
from launchbook.config.schema import load_schema, problems
from launchbook.config.workspace import Workspace
from launchbook.delivery.need import OWN_SECRETS, Needs, secret_names
from launchbook.delivery.preview import REVIEW
from launchbook.delivery.text import State, files, state_of
from launchbook.engine.saved import load
from launchbook.errors import InputError, PlanUnreadable
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.cli.desk import Desk
    from launchbook.config.inventory import Inventory

PENDING: Final = 3
LIVE: Final = "live"
RELEASED: Final = ("staging", "production")
NOT_INSIDE: Final = (
    "the inventory is not inside the product's repository: the workflows will look for "
    "inventory, playbooks and tasks.py at its top"
)
NOT_SHARED: Final = (
    "inventory/platforms/live.yml has no `ledger`: each job would have a history and a "
    "queue of its own; name a database there, then type `invoke ledger.move --platforms "
    "live`"
)
FOLDER: Final = Path(".github") / "workflows"


def workflow(options: Mapping[str, object]) -> int:
    """Write every workflow; with ``--check`` only compare.

    Returns 3 when one is not up to date and nothing was to be written.
    """
    desk = open_desk(options)
    workspace = Workspace(desk.root, desk.home)
    inventory = load_inventory(workspace)
    repository = desk.root / _repository(inventory)["path"]
    folder = _folder(options, workspace, repository)
    wanted = files(_needs(desk, inventory, repository))
    replaced = read_names(options, "replace")
    _require_known(replaced, wanted)
    states = {name: _state(folder / name, text) for name, text in wanted.items()}
    is_checking = read_switch(options, "check")
    if not is_checking:
        _require_ours(folder, states, replaced)
        _write(folder, wanted, states)
    for name, state in states.items():
        is_written = not is_checking and state is not State.CURRENT
        told = "written" if is_written else str(state)
        shown = workspace.shown(folder / name)
        desk.output.record({"kind": "workflow", "file": shown, "state": told})
        desk.output.line(f"{shown}  {told}")
    if not _is_inside(desk.root, repository):
        desk.output.line(NOT_INSIDE)
    if "ledger" not in inventory.platform(LIVE).mapping():
        desk.output.record({"kind": "ledger-not-shared", "platforms": LIVE})
        desk.output.line(NOT_SHARED)
    is_pending = any(each is not State.CURRENT for each in states.values())
    return PENDING if is_pending and is_checking else 0


def comment(options: Mapping[str, object]) -> int:
    """Render a plan that was saved; nothing is asked of any platform."""
    desk = open_desk(options)
    _learn(desk)
    content = REDACTOR.clean_value(dict(_read_plan(options)))
    text = plan_markdown(cast("Mapping[str, object]", content))
    out = read_text(options, "out")
    if out:
        _write_file(Path(out), text)
        desk.output.line(f"wrote {out}")
    else:
        desk.output.line(text)
    facts = {"file": out} if out else {"text": text}
    desk.output.record({"kind": "comment", **facts})
    return 0


def _folder(
    options: Mapping[str, object], workspace: Workspace, repository: Path
) -> Path:
    """Where the workflows are.

    Raises:
        InputError: None was named, and the product's repository is not here.
    """
    if given := read_text(options, "out"):
        return Path(given)
    if not repository.is_dir():
        raise InputError(
            f"there is no folder {workspace.shown(repository)}",
            hint="Correct `repository` in inventory/product.yml, or name a folder "
            "with --out.",
        )
    return repository / FOLDER


def _repository(inventory: Inventory) -> Mapping[str, str]:
    return cast("Mapping[str, str]", inventory.product.mapping()["repository"])


def _needs(desk: Desk, inventory: Inventory, repository: Path) -> Needs:
    """What the workflows need to know.

    Raises:
        UnknownEnvironment: Staging or production is not in the inventory.
    """
    inside = "."
    if _is_inside(desk.root, repository):
        inside = desk.root.resolve().relative_to(repository.resolve()).as_posix()
    playbook = desk.root / "playbooks" / f"{REVIEW}.yml"
    has_preview = REVIEW in inventory.environments and playbook.is_file()
    environments = (*RELEASED, REVIEW) if has_preview else RELEASED
    return Needs(
        branch=_repository(inventory)["branch"],
        folder=inside,
        secrets={name: _secrets(inventory, name) for name in environments},
        has_preview=has_preview,
    )


def _is_inside(root: Path, repository: Path) -> bool:
    return root.resolve().is_relative_to(repository.resolve())


def _secrets(inventory: Inventory, environment: str) -> tuple[str, ...]:
    """What a run in an environment reads from the process's variables."""
    parts = [inventory.platform(LIVE).value, inventory.environment(environment).value]
    for document in inventory.variables.values():
        entries = cast("dict[str, dict[str, object]]", document.mapping()["variables"])
        for entry in entries.values():
            own = cast("dict[str, object]", entry.get("values", {}))
            parts.append(own.get(environment, entry.get("value")))
    return secret_names(*parts)


def _state(path: Path, wanted: str) -> State:
    """How a file stands.

    Raises:
        InputError: It cannot be read.
    """
    try:
        found = path.read_text(encoding="utf-8") if path.exists() else None
    except UnicodeDecodeError:
        return State.FOREIGN
    except OSError as error:
        raise _unusable(path, error) from error
    return state_of(found, wanted)


def _require_known(replaced: Sequence[str], wanted: Mapping[str, str]) -> None:
    """Refuse consent to what is not written at all.

    Raises:
        InputError: A name is none of the files.
    """
    for name in replaced:
        if name not in wanted:
            raise InputError(
                f"no workflow is called {name!r}",
                hint=suggestion(name, wanted, what="workflow"),
            )


def _require_ours(
    folder: Path, states: Mapping[str, State], replaced: Sequence[str]
) -> None:
    """Refuse to write over what somebody else wrote.

    Raises:
        InputError: A file is not ours, or was changed, and was not named.
    """
    found = {
        name: state
        for name, state in states.items()
        if not state.is_ours and name not in replaced
    }
    if found:
        told = "; ".join(f"{folder / name} was {s}" for name, s in found.items())
        raise InputError(
            f"nothing was written: {told}",
            hint="Look at what would be lost, and name what may be: "
            f"`invoke ci.workflow --replace {','.join(found)}`.",
        )


def _write(
    folder: Path, wanted: Mapping[str, str], states: Mapping[str, State]
) -> None:
    """Write what is not up to date; a file that is stays untouched."""
    for name, text in wanted.items():
        if states[name] is not State.CURRENT:
            _write_file(folder / name, text)


def _write_file(path: Path, text: str) -> None:
    """Write a file that everybody may read.

    Raises:
        InputError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be used: {error.strerror}",
        hint="Name a folder that you may write to, with --out.",
    )


def _read_plan(options: Mapping[str, object]) -> Mapping[str, object]:
    """The plan of ``--plan``.

    Raises:
        InputError: None was named.
        PlanUnreadable: It is none.
    """
    path = read_text(options, "plan")
    if not path:
        raise InputError(
            "there is no plan to render",
            hint="Save one with `invoke provision.staging --check --out plan.json`, "
            "and add --plan plan.json.",
        )
    content = load(Path(path)).content
    # Its digest has no key, so anybody could have made one up.
    if found := problems(content, load_schema("plan")):
        raise PlanUnreadable(
            f"{path} does not fit the schema of plans: {found[0].message}",
            hint="Make a new plan with --check --out FILE.",
        )
    return content


def _learn(desk: Desk) -> None:
    """Know the secrets of this process by value, before something is written."""
    inventory = load_inventory(Workspace(desk.root, desk.home))
    names = {*OWN_SECRETS}
    for each in inventory.environments:
        names |= {*_secrets(inventory, each)}
    for name in names:
        if value := desk.environ.get(name):
            REDACTOR.learn(Secret(value))
