"""Commands typed in this process, through Invoke's own program, and what they left."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.cli.output import Output
from launchbook.cli.place import Place
from launchbook.cli.program import program
from launchbook.redact import Redactor

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace


@dataclass(frozen=True)
class Told:
    """Exit status, lines of standard output, text of standard error."""

    status: int
    lines: list[str]
    complaints: str


def told(workspace: Workspace, *words: str, **environ: str) -> Told:
    """Type a command in a working folder."""
    place = Place(workspace.root, {"LAUNCHBOOK_HOME": str(workspace.home), **environ})
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            program(place).run(["launchbook", *words])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Told(status, out.getvalue().splitlines(), err.getvalue())


class Screen(io.StringIO):
    """A stream that may say that it is a terminal."""

    def __init__(self, text: str = "", *, is_terminal: bool = False) -> None:
        super().__init__(text)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


@dataclass(frozen=True)
class Screens:
    """Standard output and standard error of an output."""

    out: Screen
    err: Screen
    output: Output


def screens(
    *,
    is_json: bool = False,
    is_terminal: bool = False,
    redactor: Redactor | None = None,
    **environ: str,
) -> Screens:
    """Return an output over two streams that can be read afterwards."""
    out, err = Screen(is_terminal=is_terminal), Screen()
    output = Output(
        is_json=is_json,
        stream=out,
        errors=err,
        redactor=redactor or Redactor(),
        environ=environ,
    )
    return Screens(out, err, output)
