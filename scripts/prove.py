"""Everything heavy in one go; writes docs/guarantees.md with commit and figures.

Three parts: all tests with branch coverage measured, the kills repeated with other
seeds, and the benchmarks. It fails when a test fails or coverage is below its floor:
90 % of the product, 80 % of the sandbox, from in-process tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guarantees.md"
FLOORS = {"product": 90.0, "sandbox": 80.0}
SEEDS = (1, 20, 300)


def run(*words: str) -> str:
    """Run a command from the project's root; stop everything when it fails."""
    print("$ " + " ".join(words), flush=True)
    ended = subprocess.run(  # noqa: TID251 - a script of its own
        words,
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        print(ended.stdout[-4000:], ended.stderr[-2000:], file=sys.stderr)
        sys.exit(f"failed: {' '.join(words)}")
    return ended.stdout


def tests_with_coverage() -> tuple[str, dict[str, float]]:
    """Run all tests; return their closing line and coverage by part."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "coverage.json"
        printed = run(
            "pytest", "-q", "-n", "3", "--dist", "loadgroup", "--cov",
            f"--cov-report=json:{report}", "--cov-fail-under=0", "tests",
        )  # fmt: skip
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return last_line(printed), {part: share(files, part) for part in FLOORS}


def share(files: dict[str, dict[str, dict[str, int]]], part: str) -> float:
    """Return the percentage of lines and branches that a part's tests reach."""
    seen = total = 0
    for path, facts in files.items():
        if ("launchbook/sandbox/" in path) is not (part == "sandbox"):
            continue
        summary = facts["summary"]
        seen += summary["covered_lines"] + summary["covered_branches"]
        total += summary["num_statements"] + summary["num_branches"]
    return round(100 * seen / total, 1) if total else 0.0


def last_line(printed: str) -> str:
    """Return pytest's closing line without its decoration."""
    return printed.strip().splitlines()[-1].strip("= ")


def matrix_line(printed: str) -> str:
    """Return how the points of the release matrix ended."""
    found = [each for each in printed.splitlines() if each.startswith("matrix: ")]
    if not found:
        sys.exit("failed: no point of the release matrix was run")
    return found[-1].removeprefix("matrix: ")


def page(results: dict[str, str]) -> str:
    """Return the text of docs/guarantees.md."""
    commit = run("git", "rev-parse", "--short=12", "HEAD").strip()
    day = datetime.now(UTC).date().isoformat()  # noqa: TID251 - a script of its own
    rows = "\n".join(f"| {name} | {value} |" for name, value in results.items())
    return (
        "# Guarantees\n\n"
        f"Written by `make prove` at commit {commit}, {day}. Figures are of the machine "
        "that ran it; compare ratios, not milliseconds.\n\n"
        "| what | measured |\n|---|---|\n" + rows + "\n"
    )


def main() -> None:
    """Prove everything, then write the page."""
    closing, coverage = tests_with_coverage()
    results = {"tests, with coverage": closing}
    for part, percent in coverage.items():
        results[f"branch coverage, {part}"] = f"{percent} % (floor {FLOORS[part]} %)"
    for seed in SEEDS:
        printed = run("pytest", "-q", f"--randomly-seed={seed}", "tests/crash")
        results[f"kills, seed {seed}"] = last_line(printed)
    printed = run("pytest", "-q", "-m", "heavy", "tests")
    results["heavy tests: every kill, every exchange, every recovery"] = last_line(
        printed
    )
    results["release matrix: what served after each failure"] = matrix_line(printed)
    for bench in ("start_up", "converge", "restart", "ledger", "load"):
        printed = run(sys.executable, f"bench/{bench}.py")
        results[f"bench {bench}"] = f"`{printed.strip().splitlines()[-1]}`"
    PAGE.write_text(page(results), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    low = [part for part, percent in coverage.items() if percent < FLOORS[part]]
    if low:
        sys.exit(f"coverage is below its floor: {', '.join(low)}")


if __name__ == "__main__":
    main()
