"""What the vendor knows of each variable beside its value: age, and a seal.

A sealed variable is given to processes and never shown again; a seal cannot be
taken off (the vendor's page on variables).
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Note = dict[str, Any]
"""``id``, ``created_at``, ``updated_at``, ``digest`` of the value, ``is_sealed``."""
Notes = dict[str, dict[str, Note]]
"""``environment/service`` to name to note."""


def refresh(notes: Notes, variables: Mapping[str, Mapping[str, str]], now: str) -> None:
    """Bring the notes to what is set: new names, other values, names that went."""
    for place in list(notes):
        if place not in variables:
            del notes[place]
    for place, values in variables.items():
        known = notes.setdefault(place, {})
        for name in [name for name in known if name not in values]:
            del known[name]
        for name, value in values.items():
            _note(known, name, value, now)


def sealed_names(notes: Notes, place: str) -> frozenset[str]:
    """Return the names at a place whose values are never shown."""
    found = notes.get(place, {})
    return frozenset(name for name, note in found.items() if note["is_sealed"])


def seal(notes: Notes, place: str, names: Iterable[str]) -> None:
    """Seal variables for good."""
    for name in names:
        notes[place][name]["is_sealed"] = True


def shown(notes: Notes, place: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values that may be shown."""
    hidden = sealed_names(notes, place)
    return {name: value for name, value in values.items() if name not in hidden}


def nodes(notes: Notes, environment_id: str) -> list[dict[str, Any]]:
    """Return every Variable of an environment, as the API shows it: no values."""
    found = []
    for place, known in notes.items():
        here, _, owner = place.partition("/")
        service_id = None if owner == "shared" else owner
        found += [
            {
                "id": note["id"],
                "name": name,
                "isSealed": note["is_sealed"],
                "serviceId": service_id,
                "environmentId": environment_id,
                "references": [],
                "createdAt": note["created_at"],
                "updatedAt": note["updated_at"],
            }
            for name, note in known.items()
            if here == environment_id
        ]
    return found


def _note(known: dict[str, Note], name: str, value: str, now: str) -> None:
    digest = hashlib.sha256(value.encode()).hexdigest()
    note = known.get(name)
    if note is None:
        known[name] = {
            "id": str(uuid.uuid4()),
            "created_at": now,
            "updated_at": now,
            "digest": digest,
            "is_sealed": False,
        }
    elif note["digest"] != digest:
        note |= {"digest": digest, "updated_at": now}
