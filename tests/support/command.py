"""Commands typed in this process, without a sandbox; and streams that look like one."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from launchbook.cli.place import Place
from launchbook.cli.program import program

if TYPE_CHECKING:
    from pathlib import Path


class Terminal(io.StringIO):
    """A stream that says that somebody is looking."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Typed:
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects of ``--json``, one a line."""
        return [json.loads(line) for line in self.lines]


@dataclass(frozen=True)
class Shell:
    """A folder in which commands are typed, and what they find in the environment."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def type(self, *words: str) -> Typed:
        """Run one command of the ``launchbook`` program."""
        out, err, status = io.StringIO(), io.StringIO(), 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                program(Place(self.folder, self.environ)).run(["launchbook", *words])
            except SystemExit as ended:
                status = int(ended.code or 0)
        return Typed(status, out.getvalue(), err.getvalue())
