"""An output whose two streams can be read afterwards."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.cli.output import Output
from launchbook.redact import Redactor
from tests.support.command import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Screen:
    """An output, and the streams that it writes to."""

    out: io.StringIO
    err: io.StringIO
    output: Output

    @property
    def lines(self) -> list[str]:
        """What stands on standard output."""
        return self.out.getvalue().splitlines()

    @property
    def complaints(self) -> list[str]:
        """What stands on standard error."""
        return self.err.getvalue().splitlines()


def screen(
    *,
    is_json: bool = False,
    is_terminal: bool = False,
    redactor: Redactor | None = None,
    environ: Mapping[str, str] | None = None,
) -> Screen:
    """Return an output over two streams of its own; it knows no secrets yet."""
    out, err = Terminal() if is_terminal else io.StringIO(), io.StringIO()
    output = Output(
        is_json=is_json,
        stream=out,
        errors=err,
        redactor=redactor or Redactor(),
        environ=environ or {},
    )
    return Screen(out, err, output)
