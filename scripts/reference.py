"""Write docs/reference from the code: schemas, tasks, steps, errors, exit statuses.

    python scripts/reference.py           writes the pages
    python scripts/reference.py --check   fails when a page is not what it would write

A key without a description fails: the schemas are where keys are documented.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from launchbook.app.register import STEPS, load
from launchbook.cli.catalogue import (
    GROUPS,
    PER_ENVIRONMENT,
    SINGLE,
    playbook_operation,
)
from launchbook.cli.program import INIT
from launchbook.engine.step import Undoable
from launchbook.errors import LaunchbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.cli.operation import Flag, Operation

ROOT: Final = Path(__file__).parents[1]
SCHEMAS: Final = ROOT / "schemas"
PAGES: Final = ROOT / "docs" / "reference"
NOTE: Final = "<!-- Written by scripts/reference.py; change the source, then type `make reference`. -->"
LIMITS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "pattern": "matches `{}`",
}
EXIT_STATUSES: Final = {
    0: ("done, or nothing to do", "nothing"),
    1: (
        "a bug, or a usage error that Invoke itself found (unknown task or flag)",
        "read `invoke --list` and `invoke --help TASK`; report a bug",
    ),
    2: (
        "invalid input: inventory, playbook, schema, missing secret",
        "mend what the message points at; nothing was started",
    ),
    3: ("changes pending (only with `--check`)", "run the same command without it"),
    4: (
        (
            "refused by a guard or a missing approval: nothing was written; by a gate: "
            "nothing behind it"
        ),
        "look at the plan; override by name with a reason if it is meant",
    ),
    5: (
        "failed and taken back: the world is as before",
        "mend the cause, then the same command",
    ),
    6: (
        "failed and needs a person: the output lists what stands",
        "mend the cause, then the same command, which goes on from what stands",
    ),
    7: ("locked by another run", "wait for it, or `invoke ledger.unlock`"),
    8: (
        "a platform is unavailable or refuses us",
        "read status and code in the message; the same command goes on",
    ),
    9: (
        "integrity: ledger chain, archive, signature",
        "stop; `invoke ledger.verify` says what differs",
    ),
    10: (
        "waiting (DNS, certificate, approval, bake): resumable, nothing failed",
        "the same command later",
    ),
    130: ("interrupted, resumable", "the same command"),
}
"""Exit status to what it means and what to do; docs/concepts.md has the same."""
EMPTY: Final = ("at least 1 characters", "at least 1 entries")

Schema = dict[str, Any]


class Undocumented(Exception):
    """A key that its schema does not describe."""


def read(path: Path) -> Schema:
    """Return one schema."""
    found: Schema = json.loads(path.read_text(encoding="utf-8"))
    return found


def kind_of(schema: Schema) -> str:
    """Say the type of a value, as people write it."""
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array" and "items" in schema:
        return f"list of {kind_of(schema['items'])}"
    names = {"object": "mapping", "array": "list", "integer": "whole number"}
    return names.get(str(kind), str(kind))


def rules_of(schema: Schema) -> str:
    """Say what a value must satisfy."""
    rules = [text.format(schema[key]) for key, text in LIMITS.items() if key in schema]
    rules = ["not empty" if rule in EMPTY else rule for rule in rules]
    if "enum" in schema:
        rules.insert(0, "one of " + ", ".join(f"`{each}`" for each in schema["enum"]))
    return "; ".join(rules)


def example_of(schema: Schema) -> str:
    """Show the first example."""
    examples = schema.get("examples") or schema.get("enum") or []
    if not examples:
        return ""
    first = examples[0]
    text = first if isinstance(first, str) else json.dumps(first, ensure_ascii=False)
    return f"`{text}`" if text else '`""`'


def rows_of(schema: Schema, prefix: str = "") -> list[str]:
    """Return one row for each key below a schema, depth first."""
    rows = []
    required = schema.get("required", [])
    for key, each in schema.get("properties", {}).items():
        path = f"{prefix}{key}"
        if not each.get("description"):
            raise Undocumented(f"{path} has no description")
        cells = (
            f"`{path}`",
            kind_of(each),
            "yes" if key in required else "",
            " ".join(filter(None, (each["description"], _sentence(rules_of(each))))),
            example_of(each) if "properties" not in each else "",
        )
        rows.append("| " + " | ".join(map(cell, cells)) + " |")
        rows += rows_below(each, path)
    return rows


def rows_below(schema: Schema, path: str) -> list[str]:
    """Return the rows of what a key holds."""
    rows = rows_of(schema, f"{path}.")
    for word, mark in (("items", "[]"), ("additionalProperties", ".NAME")):
        below = schema.get(word)
        if isinstance(below, dict):
            rows += rows_of(below, f"{path}{mark}.")
    return rows


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def cell(text: str) -> str:
    """Escape what would end a table's cell."""
    return text.replace("|", "\\|")


def table(schema: Schema) -> str:
    """Return the table of a schema's keys."""
    head = "| key | type | required | what it means | example |\n|---|---|---|---|---|"
    return "\n".join([head, *rows_of(schema)])


def page(title: str, intro: str, sections: list[tuple[str, Schema]]) -> str:
    """Return one page: a section for each schema."""
    parts = [f"# {title}", NOTE, intro]
    for heading, schema in sections:
        parts += [f"## {heading}", schema["description"], table(schema)]
    return "\n\n".join(parts) + "\n"


def kinds_of(error: type[LaunchbookError]) -> list[type[LaunchbookError]]:
    """Return an error and all below it that have a code of their own."""
    below = [kind for each in error.__subclasses__() for kind in kinds_of(each)]
    return [error, *below] if "code" in vars(error) else below


def summary_of(kind: type) -> str:
    """Return the first paragraph of a docstring as one line of Markdown."""
    paragraph = (kind.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(paragraph.replace("``", "`").split())


def branches() -> list[type[LaunchbookError]]:
    """Return the errors that the tree begins with, by exit status."""
    found = []
    for each in LaunchbookError.__subclasses__():
        found += [each] if "code" in vars(each) else each.__subclasses__()
    return sorted(found, key=lambda each: (each.exit_status, each.code))


def error_row(error: type[LaunchbookError]) -> str:
    """Return the row of one error."""
    retryable = "yes" if error.retryable else ""
    meaning = cell(summary_of(error))
    return (
        f"| `{error.code}` | {error.exit_status} | {retryable} | {meaning} "
        f"| `{error.__name__}` |"
    )


def error_page() -> str:
    """Return the page of errors, a section for each branch of the tree."""
    head = (
        "| code | exit status | may be tried again | what it means | class |\n"
        "|---|---|---|---|---|"
    )
    intro = (
        "Codes are permanent. Each error comes with a hint: the next command to type. "
        "`--json` gives code, message, hint, exit status and details as one object. "
        "The exit status is that of the class while nothing was written; what failed "
        "after a write ends with 6, or with 5 when all was taken back "
        "([exit-statuses.md](exit-statuses.md))."
    )
    parts = ["# Errors", NOTE, intro]
    for branch in branches():
        kinds = sorted(kinds_of(branch), key=lambda each: each.code)
        rows = "\n".join([head, *map(error_row, kinds)])
        parts += [f"## {branch.__name__}", summary_of(branch), rows]
    bug = (
        "`internal-error` (exit status 1) is a bug: please report it. With "
        "`LAUNCHBOOK_DEBUG=1` the same command shows where it happened."
    )
    return "\n\n".join([*parts, "## Bugs", bug]) + "\n"


def exit_status_page() -> str:
    """Return the page of exit statuses.

    Raises:
        Undocumented: An error has a status that the table does not have.
    """
    codes: dict[int, list[str]] = {status: [] for status in EXIT_STATUSES}
    for kind in kinds_of(LaunchbookError):
        if kind.exit_status not in codes:
            raise Undocumented(f"exit status {kind.exit_status} of {kind.code}")
        codes[kind.exit_status].append(f"`{kind.code}`")
    rows = ["| status | means | what to do | codes |", "|---|---|---|---|"]
    for status, (meaning, action) in EXIT_STATUSES.items():
        rows.append(
            f"| {status} | {meaning} | {action} | {', '.join(sorted(codes[status]))} |"
        )
    intro = (
        "Every command ends with one of these. A status of an error's class is "
        "replaced by 6 when the run had written something that still stands, and by 5 "
        "when it was all taken back; an error that simply goes away (a platform that "
        "is unavailable, a lock) keeps its own."
    )
    return "\n\n".join(["# Exit statuses", NOTE, intro, "\n".join(rows)]) + "\n"


def typed_as(flag: Flag) -> str:
    """Return a flag as it is typed."""
    name = flag.name.rstrip("_").replace("_", "-")
    if flag.is_argument:
        return f"`{name.upper()}`"
    return f"`--{name}`" if isinstance(flag.default, bool) else f"`--{name} VALUE`"


def operation_section(name: str, operation: Operation) -> list[str]:
    """Return heading, summary, flags and examples of one task."""
    parts = [f"### {name}", f"{operation.summary}."]
    if operation.flags:
        rows = [f"| {typed_as(each)} | {cell(each.help)} |" for each in operation.flags]
        parts.append("\n".join(["| flag | what it does |", "|---|---|", *rows]))
    if operation.examples:
        parts.append("\n".join(["```", *operation.examples, "```"]))
    return parts


def playbook_tasks() -> Iterator[tuple[str, Operation]]:
    """Yield the task of each playbook."""
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        environments = content.get("environments", [])
        operation = playbook_operation(path.stem, content["description"], environments)
        yield f"provision.{path.stem}", operation


def task_groups() -> dict[str, list[tuple[str, Operation]]]:
    """Return every task by its group, with the name that is typed."""
    groups = {"provision": [*playbook_tasks()]}
    for group, operation_for in PER_ENVIRONMENT.items():
        operation = operation_for("staging")
        groups[group] = [(f"{group}.{operation.name}", operation)]
    for group, operations in GROUPS.items():
        found = [(f"{group}.{each.name}", each) for each in operations]
        groups[group] = [*groups.get(group, []), *found]
    if SINGLE:
        groups["invoke"] = [(each.name, each) for each in SINGLE]
    groups["launchbook"] = [(f"launchbook {INIT.name}", INIT)]
    return groups


def task_page() -> str:
    """Return the page of tasks."""
    intro = (
        "What `invoke --list` lists, with every flag. `launchbook` may be typed "
        "instead of `invoke`; `launchbook init` is its own. Each playbook of the "
        "working folder becomes a task `provision.NAME`. `invoke --help TASK` shows "
        "one of these sections."
    )
    parts = ["# Tasks", NOTE, intro]
    for group, operations in task_groups().items():
        parts.append(f"## {group}")
        for name, operation in operations:
            parts += operation_section(name, operation)
    return "\n\n".join(parts) + "\n"


def step_note(name: str) -> str:
    """Say what a step's class says of itself."""
    kind = load(STEPS[name].location)
    notes = [f"Clients: {', '.join(f'`{each}`' for each in STEPS[name].clients)}."]
    if kind.is_check:
        notes.append("A check: it writes nothing and is verified on every run.")
    if issubclass(kind, Undoable):
        notes.append("It can be undone.")
    return " ".join(notes)


def step_page() -> str:
    """Return the page of steps."""
    intro = (
        "What `uses:` may name, and the keys of `with:` for each. The outputs of each "
        "step are in [data-model.md](../data-model.md)."
    )
    parts = ["# Steps", NOTE, intro]
    for name in sorted(STEPS):
        schema = read(SCHEMAS / "steps" / f"{name}.schema.json")
        about = f"{schema['description']} {step_note(name)}"
        parts += [f"## {schema['title']}", about, table(schema)]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    inventory = SCHEMAS / "inventory"
    names = (
        "product",
        "environment",
        "variables",
        "platforms",
        "checklist",
        "prices",
        "load",
        "recipients",
    )
    files = [read(inventory / f"{name}.schema.json") for name in names]
    return {
        "inventory.md": page(
            "The inventory's files",
            "Every key of every file. `NAME` stands for a name that you choose; values may be "
            "references such as `${inventory.name}`.",
            [(schema["title"], schema) for schema in files],
        ),
        "playbook.md": page(
            "Playbooks",
            "The keys of `playbooks/*.yml`.",
            [("playbooks/*.yml", read(SCHEMAS / "playbook.schema.json"))],
        ),
        "tasks.md": task_page(),
        "steps.md": step_page(),
        "errors.md": error_page(),
        "exit-statuses.md": exit_status_page(),
    }


def main(arguments: list[str]) -> int:
    """Write or check the pages; return 1 when a check fails."""
    is_check = "--check" in arguments
    try:
        wanted = pages()
    except Undocumented as problem:
        print(f"undocumented: {problem}", file=sys.stderr)
        return 1
    stale = [name for name, text in wanted.items() if _current(name) != text]
    if is_check:
        for name in stale:
            print(
                f"docs/reference/{name} is stale; type `make reference`",
                file=sys.stderr,
            )
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (PAGES / name).write_text(wanted[name], encoding="utf-8")
        print(f"wrote docs/reference/{name}")
    return 0


def _current(name: str) -> str:
    path = PAGES / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
