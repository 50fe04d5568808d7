"""Values that belong to another environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.variables.contract import Kind
from launchbook.variables.fault import Breach, FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.variables.contract import Variable

HOST: Final = re.compile(r"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
SHORT_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "development": frozenset({"dev", "develop"}),
    "staging": frozenset({"stage", "stg"}),
    "production": frozenset({"prod", "prd"}),
}
"""What people call an environment in host names beside its own name."""
TEST_KEY: Final = re.compile(r"\b[a-z]{2}_test_[A-Za-z0-9]{6,}")
PRODUCTION: Final = "production"


class Neighbours:
    """The other environments, as they show in values.

    Args:
        environment: Whose values are looked at.
        hosts: Environment to its host names.
    """

    def __init__(self, environment: str, hosts: Mapping[str, frozenset[str]]) -> None:
        self._environment = environment
        own = hosts.get(environment, frozenset())
        self._foreign = {
            host: name
            for name, names in hosts.items()
            if name != environment
            for host in names - own
        }
        self._own = own
        self._names = frozenset(hosts) - {environment}
        self._words = {
            word: name
            for name in self._names
            for word in {name, *SHORT_NAMES.get(name, frozenset())}
        }

    def find(self, variable: Variable, text: str) -> Iterator[Breach]:
        """Yield what says that a value is another environment's."""
        is_choice = variable.kind is Kind.ENUM and self._environment in variable.options
        if is_choice and text in self._names:
            yield Breach(FaultKind.OTHER_ENVIRONMENT, f"says that this is {text}")
        if self._environment == PRODUCTION and TEST_KEY.search(text):
            yield Breach(FaultKind.OTHER_ENVIRONMENT, "holds a key for tests")
        names = dict.fromkeys(map(self._owner, HOST.findall(text)))
        for name in names:
            if name:
                yield Breach(FaultKind.OTHER_ENVIRONMENT, f"holds an address of {name}")

    def _owner(self, host: str) -> str:
        """The other environment that a host name says; empty for none."""
        host = host.lower()
        if host in self._foreign:
            return self._foreign[host]
        if host in self._own:
            return ""
        words = re.split(r"[.-]", host)
        return next((self._words[word] for word in words if word in self._words), "")
