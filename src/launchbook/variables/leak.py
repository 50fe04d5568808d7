"""Secrets where they must not be: in public names, in the inventory, undeclared."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Final

from launchbook.redact import SHORTEST_REDACTED, Redactor, Secret
from launchbook.variables.contract import Source
from launchbook.variables.fault import Breach, FaultKind
from launchbook.variables.rule import LOCAL, name_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.variables.contract import Variable

CREDENTIAL: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bsk-[A-Za-z0-9_-]{16,}|\b[sr]k_(live|test)_[A-Za-z0-9]{8,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bsbp_[a-f0-9]{20,}|\bsb_secret_[A-Za-z0-9_-]{10,}"
    r"|://[^/@:\s]+:[^/@\s]+@"
)
"""How well-known services' keys begin (their own pages), and URLs with a password."""
JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+\.(eyJ[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
POWERFUL_ROLES: Final = frozenset({"service_role", "supabase_admin"})
"""Roles of Supabase's keys that pass by row level security."""


class Leaks:
    """Finds secrets of an environment in its other values.

    Args:
        secrets: Name of a secret variable to its value.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._short = {
            text: name
            for name, text in secrets.items()
            if text and len(text) < SHORTEST_REDACTED
        }
        self._redactors: dict[str, Redactor] = {}
        for name, text in secrets.items():
            self._redactors[name] = Redactor()
            self._redactors[name].learn(Secret(text))

    def find(self, variable: Variable, text: str) -> Iterator[Breach]:
        """Yield what leaks by a variable's value."""
        if variable.is_public and (name := self._holds(text)):
            yield Breach(
                FaultKind.EXPOSED_VALUE,
                f"is public, and holds the value of the secret {name}",
            )
        elif not variable.is_secret and is_credential(text):
            yield Breach(
                FaultKind.CREDENTIAL,
                "looks like a credential, and is not declared secret",
            )

    def _holds(self, text: str) -> str:
        """The secret that a text is or holds, encoded or not; empty for none."""
        if text in self._short:
            return self._short[text]
        holders = (n for n, each in self._redactors.items() if each.clean(text) != text)
        return next(holders, "")


def is_credential(text: str) -> bool:
    """Whether a text looks like something that opens a door."""
    if CREDENTIAL.search(text):
        return True
    return any(_role(match[1]) in POWERFUL_ROLES for match in JWT.finditer(text))


def declaration_faults(
    variable: Variable, environment: str, *, is_local_allowed: bool, text: str
) -> Iterator[Breach]:
    """Yield what leaks by the way in which a variable is declared."""
    if fault := name_fault(variable):
        yield Breach(FaultKind.EXPOSED, fault)
    if not variable.is_secret or not variable.is_written:
        return
    if variable.is_sealed is None and not variable.is_public:
        yield Breach(
            FaultKind.UNSEALED, "is secret, and does not say whether it is sealed"
        )
    if variable.sources.get(environment) is not Source.LITERAL:
        return
    # A database of one's own machine may have a password that everybody knows.
    if not (is_local_allowed and LOCAL.search(text)):
        yield Breach(
            FaultKind.WRITTEN_DOWN, "is secret, and its value stands in the inventory"
        )


def _role(payload: str) -> str:
    """The role that a JSON web token claims; empty where it claims none."""
    try:
        claims = json.loads(
            base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        )
    except ValueError:
        return ""
    return str(claims.get("role", "")) if isinstance(claims, dict) else ""
