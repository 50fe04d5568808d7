"""Standard output and standard error, with every secret value taken out."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Final, TextIO

from launchbook.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

REDACTOR: Final = Redactor()
"""One for the process: whoever meets a secret value teaches it this one."""


class Output:
    """Where a command writes. Everything passes the redactor.

    Args:
        is_json: One JSON object a line instead of text.
        stream: Standard output unless a test passes another.
        errors: Standard error unless a test passes another.
        redactor: Takes known secret values out.
        environ: Says whether the terminal may be drawn on; the process's own
            unless a test passes another.
    """

    def __init__(
        self,
        *,
        is_json: bool = False,
        stream: TextIO | None = None,
        errors: TextIO | None = None,
        redactor: Redactor = REDACTOR,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.is_json = is_json
        self.stream = stream or sys.stdout
        self.errors = errors or sys.stderr
        self._redactor = redactor
        self._environ = environ

    @property
    def is_live(self) -> bool:
        """Whether a terminal is there to redraw on (and nobody refused it)."""
        is_dumb = self._environ.get("TERM") == "dumb" or "NO_COLOR" in self._environ
        return self.stream.isatty() and not self.is_json and not is_dumb

    def line(self, text: str = "") -> None:
        """Write a line of text; nothing with ``--json``."""
        if not self.is_json:
            self._write(self.stream, self._redactor.clean(text))

    def record(self, value: Mapping[str, object]) -> None:
        """Write one JSON object, only with ``--json``."""
        if self.is_json:
            clean = self._redactor.clean_value(dict(value))
            self._write(self.stream, json.dumps(clean, ensure_ascii=False, default=str))

    def complaint(self, text: str) -> None:
        """Write a line to standard error."""
        self._write(self.errors, self._redactor.clean(text))

    def clean(self, text: str) -> str:
        """Return text without secret values, for those who draw it themselves."""
        return self._redactor.clean(text)

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        """Write and flush, so that a pipe sees each line when it happens."""
        stream.write(text + "\n")
        stream.flush()


def output_of(options: Mapping[str, object]) -> Output:
    """Return the output that a command's options ask for."""
    return Output(is_json=bool(options.get("json")))
