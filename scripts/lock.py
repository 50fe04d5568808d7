"""Write the lock files: every dependency pinned, with the hashes of its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCKS = {
    "rehearse": ("sandbox", "build"),
    "test": ("sandbox", "build", "load", "pages", "test"),
}


def main() -> None:
    """Resolve each group with uv and write requirements/NAME.txt."""
    for name, extras in LOCKS.items():
        target = Path("requirements") / f"{name}.txt"
        command = ["uv", "pip", "compile", "--quiet", "--universal"]
        command += ["--python-version", "3.11", "--generate-hashes"]
        command += ["--no-emit-index-url", "--custom-compile-command", "make lock"]
        for extra in extras:
            command += ["--extra", extra]
        command += ["pyproject.toml", "--output-file", str(target), *sys.argv[1:]]
        subprocess.run(command, check=True)  # noqa: TID251 - a script of its own
        print(f"wrote {target}")


if __name__ == "__main__":
    main()
