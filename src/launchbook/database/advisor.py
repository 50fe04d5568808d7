"""All rules over one catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.database import access, speed
from launchbook.database.advice import weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.database.advice import Acceptance, Advice
    from launchbook.database.catalog import Catalog

RULES: Final = (*access.RULES, *speed.RULES)
NAMES: Final = tuple(rule.__name__ for rule in RULES)
"""A rule's function is called what its findings are."""


def advise(catalog: Catalog, acceptances: Sequence[Acceptance] = ()) -> Advice:
    """Run every rule and set aside what was accepted by name."""
    findings = [found for rule in RULES for found in rule(catalog)]
    return weigh(findings, acceptances, catalog.counts)
