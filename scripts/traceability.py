"""Check docs/traceability.md: a row that is missing or points nowhere fails.

Each row names steps, tests and evidence in backticks. A step must be registered, a
file must exist, a test ``path::name`` must be in its file, and ``invoke X`` and
``make X`` must be commands. A row that names nothing says "not built yet".
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from launchbook.cli.catalogue import GROUPS, PER_ENVIRONMENT, SINGLE

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "traceability.md"
REQUIREMENTS: Final = [f"R{number}" for number in range(1, 15)]
SCENARIOS: Final = [f"S{number}" for number in range(1, 8)]
PACKAGES: Final = ["invoke", "fabric", "pyyaml", "jsonschema", "requests", "pytest"]
FOLDERS: Final = [
    *("tasks.py", "inventory", "playbooks", "schemas", "scripts", "tests", "Makefile")
]
CARD: Final = [*PACKAGES, *FOLDERS, "ledger"]
"""What the project was asked to be made of."""
HEADS: Final = frozenset({"id", "item"})
"""First cells of rows that are no rows."""
STEP: Final = re.compile(r"[a-z]+\.[a-z_]+")
ADDRESS: Final = re.compile(r"/[a-z/]+")
"""A path of the product, as ``/health/jobs``."""


def steps() -> set[str]:
    """Return the names of the registered steps."""
    folder = ROOT / "schemas" / "steps"
    return {path.name.removesuffix(".schema.json") for path in folder.iterdir()}


def tasks() -> set[str]:
    """Return the names of all tasks."""
    playbooks = {f"provision.{path.stem}" for path in (ROOT / "playbooks").iterdir()}
    names = [path.stem for path in (ROOT / "inventory" / "environments").iterdir()]
    return (
        playbooks
        | {f"{group}.{each.name}" for group, found in GROUPS.items() for each in found}
        | {f"{group}.{name}" for group in PER_ENVIRONMENT for name in names}
        | {each.name for each in SINGLE}
    )


def problems_of(row: str) -> list[str]:
    """Return what is wrong with one row."""
    cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
    name, rest = cells[0], " ".join(cells[1:])
    pointers = re.findall(r"`([^`]+)`", rest)
    if not pointers:
        is_honest = "not built yet" in rest
        return [] if is_honest else [f"{name}: points nowhere"]
    return [f"{name}: {text}" for each in pointers if (text := problem_of(each))]


def problem_of(pointer: str) -> str:
    """Return what is wrong with one pointer; nothing when it is right."""
    if ADDRESS.fullmatch(pointer):
        return ""
    if STEP.fullmatch(pointer) and not (ROOT / pointer).exists():
        return "" if pointer in steps() else f"no step {pointer}"
    if pointer.startswith(("invoke ", "make ")):
        return command_problem(pointer)
    path, _, test = pointer.partition("::")
    if not (ROOT / path).exists():
        return f"no file {path}"
    if test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"):
        return f"no test {test} in {path}"
    return ""


def command_problem(command: str) -> str:
    """Return what is wrong with ``invoke X`` or ``make X``."""
    program, name, *_ = command.split()
    if program == "invoke":
        known = name in tasks()
    else:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        known = re.search(rf"^{re.escape(name)}:", makefile, re.MULTILINE) is not None
    return "" if known else f"no command {command}"


def main() -> int:
    """Print every problem; return 1 when there is one."""
    text = TABLE.read_text(encoding="utf-8")
    wanted = [*REQUIREMENTS, *SCENARIOS, *CARD]
    rows = [
        line
        for line in text.splitlines()
        if line.startswith("| ") and line.split("|")[1].strip() not in HEADS
    ]
    named = {row.split("|")[1].strip() for row in rows}
    problems = [f"{name}: no row" for name in wanted if name not in named]
    problems += [problem for row in rows for problem in problems_of(row)]
    for problem in problems:
        print(f"docs/traceability.md: {problem}", file=sys.stderr)
    print(f"traceability: {len(rows)} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
