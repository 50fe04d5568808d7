"""How long ``invoke --list`` takes, against a bare Invoke listing of 30 tasks.

Prints one JSON object: medians in milliseconds and their ratio. The aim is a ratio of
at most 1.5.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 9
TASKS = 30
ROOT = Path(__file__).parents[1]
INVOKE = Path(sys.executable).with_name("invoke")


def bare_folder(folder: Path) -> Path:
    """Write a tasks.py with nothing but 30 empty tasks."""
    lines = ["from invoke import task", ""]
    for number in range(TASKS):
        lines += [
            "@task",
            f"def task_{number}(context):",
            f'    """Task {number}."""',
            "",
        ]
    (folder / "tasks.py").write_text("\n".join(lines), encoding="utf-8")
    return folder


def milliseconds(folder: Path) -> float:
    """Run the listing once."""
    started = time.perf_counter()
    subprocess.run(
        [INVOKE, "--list"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    return (time.perf_counter() - started) * 1000


def main() -> None:
    """Measure both alternately, so that both see the same machine."""
    with tempfile.TemporaryDirectory() as name:
        folders = {"bare": bare_folder(Path(name)), "launchbook": ROOT}
        for folder in folders.values():
            milliseconds(folder)
        measured: dict[str, list[float]] = {key: [] for key in folders}
        for _ in range(RUNS):
            for key, folder in folders.items():
                measured[key].append(milliseconds(folder))
    medians = {key: statistics.median(values) for key, values in measured.items()}
    result = {f"{key}_ms": round(value, 1) for key, value in medians.items()}
    result["ratio"] = round(medians["launchbook"] / medians["bare"], 2)
    print(json.dumps({"bench": "start-up", "runs": RUNS, **result}))


if __name__ == "__main__":
    main()
