"""The capsules that the ledger keeps, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from launchbook.errors import UnknownRelease
from launchbook.model.release import Capsule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STEP: Final = "capsule"
"""The entry that records capsules, in every playbook that deploys."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A capsule as it was recorded.

    Attributes:
        signature: What proves that it was not changed since.
    """

    capsule: Capsule
    signature: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All capsules of one environment, oldest first."""

    kept: tuple[Kept, ...]

    @classmethod
    def of(cls, evidence: Iterable[Mapping[str, object]]) -> Shelf:
        """Read them from the evidence of the step that recorded them."""
        found: dict[str, Kept] = {}
        for each in evidence:
            told = each.get("capsule")
            if isinstance(told, dict):
                signature = cast("Mapping[str, object]", each.get("signature", {}))
                kept = Kept(Capsule.from_json(told), signature)
                found.setdefault(kept.capsule.id, kept)
        return cls(tuple(found.values()))

    @property
    def newest(self) -> Capsule | None:
        """What was proven to serve last."""
        return self.kept[-1].capsule if self.kept else None

    def find(self, id_or_number: str) -> Kept:
        """Return a capsule by its id, or by its number alone.

        Raises:
            UnknownRelease: There is none.
        """
        for each in reversed(self.kept):
            if id_or_number in {each.capsule.id, number_of(each.capsule.id)}:
                return each
        ids = [each.capsule.id for each in self.kept[-5:]]
        known = f"The newest are {', '.join(ids)}" if ids else "There is none yet"
        raise UnknownRelease(
            f"there is no release {id_or_number!r}",
            hint=f"{known}; `invoke release.list` shows all.",
        )

    def before(self, capsule: Capsule) -> Capsule | None:
        """Return what served before a capsule and is no return to something older.

        Going back twice leads to two different releases, not to and fro.
        """
        target = self._by_id(capsule.previous)
        if capsule.returned_from:
            origin = next(
                (
                    each.capsule
                    for each in self.kept
                    if not each.capsule.returned_from
                    and each.capsule.identities == capsule.identities
                ),
                None,
            )
            target = self._by_id(origin.previous) if origin else None
        return target

    def held_before(self, commit: str) -> tuple[str, ...]:
        """Return the contract files that the last release of another commit held."""
        for each in reversed(self.kept):
            if each.capsule.commit != commit:
                return each.capsule.schema.held
        return ()

    def _by_id(self, name: str) -> Capsule | None:
        return next((k.capsule for k in self.kept if k.capsule.id == name), None)


def number_of(capsule_id: str) -> str:
    """Return the number of a capsule's id, as ``12`` of ``production-12``."""
    return capsule_id.rpartition("-")[2]


def next_id(environment: str, newest: Capsule | None) -> str:
    """Return the id of the capsule after the newest one."""
    number = int(number_of(newest.id)) + 1 if newest else 1
    return f"{environment}-{number}"
