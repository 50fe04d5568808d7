"""Write docs/reference from the schemas and the tree of errors.

    python scripts/reference.py           writes the pages
    python scripts/reference.py --check   fails when a page is not what it would write

A key without a description fails: the schemas are where keys are documented.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from launchbook.errors import LaunchbookError

ROOT: Final = Path(__file__).parents[1]
SCHEMAS: Final = ROOT / "schemas"
PAGES: Final = ROOT / "docs" / "reference"
NOTE: Final = "<!-- Written by scripts/reference.py; change the schema, then type `make reference`. -->"
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


def error_row(error: type[LaunchbookError]) -> str:
    """Return the row of one error."""
    is_bug = error is LaunchbookError
    summary = (error.__doc__ or "").strip().splitlines()[0]
    retryable = "yes" if error.retryable else ""
    meaning = "A bug; please report it." if is_bug else cell(summary)
    return f"| `{error.code}` | {error.exit_status} | {retryable} | {meaning} |"


def error_page() -> str:
    """Return the page of errors."""
    kinds = sorted(
        kinds_of(LaunchbookError), key=lambda each: (each.exit_status, each.code)
    )
    head = (
        "| code | exit status | may be tried again | what it means |\n|---|---|---|---|"
    )
    intro = (
        "Codes are permanent. Each error comes with a hint: the next command to type."
    )
    rows = "\n".join([head, *map(error_row, kinds)])
    return "\n\n".join(["# Errors", NOTE, intro, rows]) + "\n"


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    inventory = SCHEMAS / "inventory"
    names = ("product", "environment", "variables", "platforms")
    files = [read(inventory / f"{name}.schema.json") for name in names]
    steps = [read(path) for path in sorted((SCHEMAS / "steps").glob("*.schema.json"))]
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
        "steps.md": page(
            "Steps",
            "What `uses:` may name, and the keys of `with:` for each.",
            [(schema["title"], schema) for schema in steps],
        ),
        "errors.md": error_page(),
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
