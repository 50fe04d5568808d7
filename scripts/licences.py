"""List the licence of every installed dependency; refuse what is not permissive.

The exceptions are libraries that we use unchanged, as separate packages, and that
no permissive one replaces.
"""

from __future__ import annotations

import json
import subprocess
import sys

PERMISSIVE = (
    "Apache",
    "BSD",
    "CC0",
    "DFSG approved",
    "ISC",
    "MIT",
    "PSF",
    "PostgreSQL",
    "Python Software Foundation",
    "Unlicense",
    "ZPL",
    "0BSD",
)
EXCEPTIONS = {
    "bidict": "MPL-2.0: comes with locust, used unchanged",
    "certifi": "MPL-2.0: a list of authorities, data; needed by requests",
    "fqdn": "MPL-2.0: comes with octodns, used unchanged",
    "hypothesis": "MPL-2.0: tests only",
    "launchbook": "this project, Apache-2.0",
    "paramiko": "LGPL-2.1: comes with fabric, used unchanged",
    "pyrage": "MIT, as its licence file says; its metadata names none",
    "pathspec": "MPL-2.0: comes with mypy and hatchling, not shipped",
}


def installed() -> list[dict[str, str]]:
    """Return name, version and licence of each installed distribution."""
    command = [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json"]
    answer = subprocess.run(command, check=True, capture_output=True)  # noqa: TID251 - a script of its own
    found: list[dict[str, str]] = json.loads(answer.stdout)
    return found


def is_allowed(licence: str) -> bool:
    """Whether every part of a licence expression is permissive."""
    parts = licence.replace(" AND ", ";").replace(" and ", ";").split(";")
    return all(any(word in part for word in PERMISSIVE) for part in parts)


def main() -> int:
    """Print the list; return 1 when something is not permissive."""
    refused = []
    for each in installed():
        name, licence = each["Name"], each["License"]
        note = EXCEPTIONS.get(name.lower(), "")
        if not note and not is_allowed(licence):
            refused.append(f"{name} {each['Version']}: {licence}")
        first = licence.splitlines()[0]
        print(f"{name:<28} {first[:40]}" + (f"  (exception: {note})" if note else ""))
    for line in refused:
        print(f"not permissive: {line}", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
