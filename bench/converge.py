"""How long it takes to converge, against bare requests to the same sandbox.

A fresh sandbox is provisioned from nothing, then provisioned again, then checked, each
as a command of its own. The baseline is what the platforms themselves need: as many
GETs as the second run sends, through one session that keeps its connection. Prints one
JSON object as its last line: seconds, the second run and the check as medians.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

RUNS = 3
ROOT = Path(__file__).parents[1]
INVOKE = Path(sys.executable).with_name("invoke")
STAGING = "provision.staging"


class Bench:
    """Commands that share one state folder, and the clock that times them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._environ = {**os.environ, "LAUNCHBOOK_HOME": str(home)}

    def seconds(self, *words: str, status: int = 0) -> float:
        """Run a command and return its wall time; another exit status ends all."""
        started = time.perf_counter()
        done = subprocess.run(
            [INVOKE, *words],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        taken = time.perf_counter() - started
        if status != done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            sys.exit(f"invoke {' '.join(words)} ended with {done.returncode}")
        return taken

    def median(self, *words: str) -> float:
        """Run a command several times."""
        return statistics.median(self.seconds(*words) for _ in range(RUNS))

    def endpoints(self) -> dict[str, Any]:
        """Read where the sandbox listens."""
        path = self._home / "emulator" / "endpoints.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def request_count(self) -> int:
        """Return how many requests have reached the platforms."""
        found = self.endpoints()
        answer = requests.get(
            f"{found['control']}/requests",
            headers={"Authorization": f"Bearer {found['control_token']}"},
            timeout=30,
        )
        answer.raise_for_status()
        return int(answer.json()["last_sequence"])


def bare_seconds(endpoints: dict[str, Any], count: int) -> float:
    """Send as many GETs, one after another, with one session; return the time."""
    url = f"{endpoints['vercel']['api']}/v10/projects"
    with requests.Session() as session:
        session.trust_env = False
        session.verify = endpoints["ca_file"]
        session.headers["Authorization"] = f"Bearer {endpoints['vercel']['token']}"
        session.params = {"teamId": endpoints["vercel"]["team"]}
        started = time.perf_counter()
        for _ in range(count):
            session.get(url, timeout=30).raise_for_status()
        return time.perf_counter() - started


def measure(bench: Bench) -> dict[str, object]:
    """Measure everything on one sandbox, in the order of a person's day."""
    first = bench.seconds(STAGING)
    before = bench.request_count()
    seconds = [bench.seconds(STAGING)]
    count = bench.request_count() - before
    seconds += [bench.seconds(STAGING) for _ in range(RUNS - 1)]
    second = statistics.median(seconds)
    check = bench.median(STAGING, "--check")
    endpoints = bench.endpoints()
    bare = statistics.median(bare_seconds(endpoints, count) for _ in range(RUNS))
    return {
        "first_s": round(first, 2),
        "second_s": round(second, 2),
        "check_s": round(check, 2),
        "requests": count,
        "bare_gets_s": round(bare, 3),
        "ratio": round(second / bare, 1),
    }


def main() -> None:
    """Start a sandbox in a temporary folder, measure, and stop it."""
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name) / "home")
        bench.seconds("sandbox.up")
        try:
            result = measure(bench)
        finally:
            bench.seconds("sandbox.down")
    print(json.dumps({"bench": "converge", "runs": RUNS, **result}))


if __name__ == "__main__":
    main()
