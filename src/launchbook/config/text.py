"""References inside text: where they begin, and what kind they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

TOKEN: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
PATH: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
SECRET: Final = re.compile(
    r"(?:secret|env):[A-Za-z_][A-Za-z0-9_]*"
    # What a command of the allow-list puts out, for one of its subjects or for none;
    # a subject never begins with a hyphen, which a program would take for a flag.
    r"|cmd:[a-z][a-z0-9-]*(?::[A-Za-z0-9_][A-Za-z0-9_./@-]*)?"
)
FILE: Final = re.compile(r"file:(?!//).+")


@dataclass(frozen=True, slots=True)
class Reference:
    """``${path}``; a path that is malformed is kept as it was written."""

    path: str

    @property
    def is_well_formed(self) -> bool:
        """Whether it is dotted names, such as ``inventory.name``."""
        return PATH.fullmatch(self.path) is not None


Part = str | Reference


def split(text: str) -> tuple[Part, ...]:
    """Split text into literal pieces and references; ``$${`` is a literal ``${``."""
    parts: list[Part] = []
    literal, end = "", 0
    for match in TOKEN.finditer(text):
        literal += text[end : match.start()]
        end = match.end()
        if match.group() == "$${":
            literal += "${"
            continue
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(Reference(_path(text, match)))
    literal += text[end:]
    return (*parts, literal) if literal or not parts else tuple(parts)


def _path(text: str, match: re.Match[str]) -> str:
    """What stands between the braces; the rest of the text where one is missing."""
    inside = match.group(1)
    return text[match.end() :] if inside is None else inside.strip()


def is_secret(text: str) -> bool:
    """Whether a text as a whole is a reference to one, as ``secret:NAME``."""
    return bool(SECRET.fullmatch(text) or FILE.fullmatch(text))


def is_open(text: str) -> bool:
    """Whether a text stands for a value that is not known before it is resolved."""
    return is_secret(text) or any(isinstance(part, Reference) for part in split(text))
