"""What is applied by this release, and what waits for a later one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.migration.header import Phase
from launchbook.migration.history import pending

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from launchbook.migration.file import Migration
    from launchbook.migration.history import Applied


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms files are applied.

    Attributes:
        baseline: See ``history.pending``.
        held_before: Versions of contract files that the serving release held.
        is_first: Nothing serves from this database, so nothing can be broken: every
            file is applied, in order.
    """

    baseline: str = ""
    held_before: Collection[str] = ()
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What the database lacks, in order.

    Attributes:
        now: To be applied by this release.
        held: Contract files that a later release applies.
    """

    now: tuple[Migration, ...]
    held: tuple[Migration, ...]


STANDARD = Terms()


def due(
    files: Sequence[Migration], applied: Sequence[Applied], terms: Terms = STANDARD
) -> Due:
    """Part what the database lacks into what is applied and what is held.

    A contract file waits until the release that first carried it serves: then no
    code is left that needs what it takes away. Those after it are not held up.

    Raises:
        MigrationDrift: Files and history disagree.
    """
    lacking = pending(files, applied, terms.baseline)
    held = tuple(each for each in lacking if _waits(each, terms))
    return Due(tuple(each for each in lacking if each not in held), held)


def is_first(applied: Sequence[Applied], baseline: str) -> bool:
    """Whether nothing can serve yet: no history, and not taken over either."""
    return not applied and not baseline


def schema_range(
    files: Sequence[Migration], held: Sequence[Migration]
) -> tuple[str, str]:
    """Return the oldest and the newest migration that a release works with.

    Its code may need everything that its files add or move; it works before and
    after what they take away, the held ones included.
    """
    needed = [
        each.version
        for each in files
        if each not in held and each.header.phase != Phase.CONTRACT
    ]
    newest = max((each.version for each in files), default="none")
    return max(needed, default="none"), newest


def _waits(migration: Migration, terms: Terms) -> bool:
    is_contract = migration.header.phase == Phase.CONTRACT
    return (
        is_contract
        and not terms.is_first
        and migration.version not in terms.held_before
    )
