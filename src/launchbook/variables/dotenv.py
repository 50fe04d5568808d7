"""Values as a ``.env`` file, readable for the usual parsers and for shells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.variables.contract import Contract

PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@,+-]*")


def dotenv_of(contract: Contract, texts: Mapping[str, str], environment: str) -> str:
    """Return the file of one app.

    Args:
        contract: Gives the order and the comments.
        texts: Name to value.
        environment: Whose values they are.
    """
    head = (
        f"# {contract.app} in {environment}; made by `invoke env.pull {environment}`.\n"
        "# Holds secrets: git must not have it.\n"
    )
    lines = [
        f"\n# {contract.variables[name].description}\n{name}={_quoted(texts[name])}\n"
        for name in contract.variables
        if name in texts
    ]
    return head + "".join(lines)


def _quoted(text: str) -> str:
    """A value; in quotes where it holds more than plain characters."""
    if PLAIN.fullmatch(text):
        return text
    if "'" not in text:
        return f"'{text}'"
    escaped = re.sub(r'(["\\$`])', r"\\\1", text).replace("\n", "\\n")
    return f'"{escaped}"'
