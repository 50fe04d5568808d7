"""Check docs/traceability.md: a row that points nowhere fails.

Each row names steps, tests and evidence in backticks. A step must be registered, a
file must exist, and a test ``path::name`` must be in its file. A row of a requirement
that is not built yet says so with "not built yet" and names nothing.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "traceability.md"
REQUIREMENTS = [f"R{number}" for number in range(1, 15)]
SCENARIOS = [f"S{number}" for number in range(1, 8)]
STEP = re.compile(r"[a-z]+\.[a-z_]+")


def steps() -> set[str]:
    """Return the names of the registered steps."""
    folder = ROOT / "schemas" / "steps"
    return {path.name.removesuffix(".schema.json") for path in folder.iterdir()}


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
    if STEP.fullmatch(pointer) and not (ROOT / pointer).exists():
        return "" if pointer in steps() else f"no step {pointer}"
    if pointer.startswith(("invoke ", "make ")):
        return ""
    path, _, test = pointer.partition("::")
    if not (ROOT / path).exists():
        return f"no file {path}"
    if test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"):
        return f"no test {test} in {path}"
    return ""


def main() -> int:
    """Print every problem; return 1 when there is one."""
    text = TABLE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| (R|S)\d+ ", line)]
    named = {row.split("|")[1].strip() for row in rows}
    problems = [
        f"{name}: no row" for name in [*REQUIREMENTS, *SCENARIOS] if name not in named
    ]
    problems += [problem for row in rows for problem in problems_of(row)]
    for problem in problems:
        print(f"docs/traceability.md: {problem}", file=sys.stderr)
    print(f"traceability: {len(rows)} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
