"""Stop early, with one clear line, where Python is too old."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is installed
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(
        f"launchbook needs Python 3.11 or newer, and {sys.executable} is {found}; "
        "type `make PYTHON=python3.11 rehearse` with a newer one."
    )
