"""Runs clients that nobody here wrote, against the sandbox.

Their packages are installed once, by npm and by the lock file beside the scripts;
where Node or the registry is out of reach, the tests are skipped with the reason.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "strangers"
LIMIT_SECONDS = 100


def installed() -> None:
    """See to it that the packages are there, or skip."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node and npm are not installed")
    lock_file = FOLDER / "package-lock.json"
    digest = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / f".installed-{digest[:12]}"
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists():
            return
        command = ["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit"]
        done = subprocess.run(
            [*command, "--no-fund"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["npm failed"]
            pytest.skip(f"the npm registry is out of reach: {reason[0]}")
        stamp.touch()


def node(script: str, ca_file: str, facts: Mapping[str, object]) -> dict[str, Any]:
    """Run a script for Node of the strangers' folder; return what it printed."""
    installed()
    return _run(["node", script], {"NODE_EXTRA_CA_CERTS": ca_file}, facts)


def python(script: str, ca_file: str, facts: Mapping[str, object]) -> dict[str, Any]:
    """Run a Python script of the strangers' folder; return what it printed."""
    return _run([sys.executable, script], {"SSL_CERT_FILE": ca_file}, facts)


def _run(
    command: list[str], trust: Mapping[str, str], facts: Mapping[str, object]
) -> dict[str, Any]:
    """The facts are the only argument; the last line printed is one JSON object."""
    done = subprocess.run(
        [*command, json.dumps(facts)],
        cwd=FOLDER,
        env={"PATH": os.environ["PATH"], **trust},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
