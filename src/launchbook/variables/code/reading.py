"""What a program reads of its environment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*[A-Z0-9]")
"""What variables are called; other keys are not taken for names."""
SYSTEM_NAMES: Final = frozenset(
    {"CI", "HOME", "LANG", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "TZ", "USER"}
)
SYSTEM_PREFIXES: Final = ("RAILWAY_", "VERCEL_", "LC_", "NPM_", "NEXT_RUNTIME")
"""What the machine, the platform or the framework sets; nobody declares it."""


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """One place where a variable is read.

    Attributes:
        name: The variable.
        file: From the repository's root, with forward slashes.
        line: From 1.
        is_listed: The name stands in a list in a module that reads names which it
            computes, so it is likely, and not certain, that it is read.
    """

    name: str
    file: str
    line: int
    is_listed: bool = False


def is_name(text: str) -> bool:
    """Whether a text may be the name of a variable of the product's own."""
    if not NAME.fullmatch(text) or text in SYSTEM_NAMES or text == "VERCEL":
        return False
    return not text.startswith(SYSTEM_PREFIXES)
