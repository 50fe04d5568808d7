"""What workflows need to know of a product and its inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENVIRONMENT_REFERENCE: Final = "env:"
OWN_SECRETS: Final = ("LAUNCHBOOK_IDENTITY", "LAUNCHBOOK_LEDGER_URL")
"""A runner has no disk of its own: who it is, and where the ledger is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """A product, as its workflows see it.

    Attributes:
        branch: The branch that is released.
        folder: Of the inventory and ``tasks.py``, from the repository's top on.
        requirements: The lock file that Launchbook is installed from, in ``folder``.
        secrets: Environment to the names of the secrets that its runs read.
        has_preview: Whether a pull request is deployed too.
    """

    branch: str
    folder: str = "."
    requirements: str = "requirements/launchbook.txt"
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_preview: bool = False


def secret_names(*values: object) -> tuple[str, ...]:
    """Return the variables that ``env:NAME`` refers to, and our own, sorted."""
    return tuple(sorted({*OWN_SECRETS, *_referred(values)}))


def _referred(value: object) -> Iterator[str]:
    """Every name behind ``env:`` inside a JSON-like value."""
    if isinstance(value, str):
        if value.startswith(ENVIRONMENT_REFERENCE):
            yield value.removeprefix(ENVIRONMENT_REFERENCE)
        return
    inside: Iterable[object] = ()
    if isinstance(value, Mapping):
        inside = value.values()
    elif isinstance(value, list | tuple):
        inside = value
    for each in inside:
        yield from _referred(each)
