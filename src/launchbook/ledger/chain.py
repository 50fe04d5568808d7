"""The chain: each record's HMAC covers all its fields and the record before it.

What can be seen with the key alone: edits, drops inside, reordering, insertions.
What needs a head that was noted elsewhere: records cut off at the end.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

from launchbook.errors import ChainBroken, ChainUnverifiable
from launchbook.ledger.row import KEY_ID, MAC, PREVIOUS, SEQUENCE, Row
from launchbook.model.record import Head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

GENESIS: Final = "0" * 64
"""What the first record has for the ``mac`` of the record before."""
EMPTY: Final = Head(0, GENESIS)
"""The head of a ledger without records."""

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_AFTERWARDS: Final = (
    "Do not trust this ledger: keep the file, compare it with the last export, and "
    "run invoke ledger.verify --head HEAD with a head that a run printed."
)


@dataclass(frozen=True, slots=True)
class ChainKey:
    """The key that new records are chained with.

    Attributes:
        id: Written into each record; says later which key to verify with.
        value: 32 random bytes.
    """

    id: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """A chain that is whole.

    Attributes:
        count: How many records it has.
        head: Its end; note it elsewhere.
        is_anchored: Whether a head noted earlier was found in it. Without one
            nothing can be said about records cut off at the end.
    """

    count: int
    head: Head
    is_anchored: bool


def mac_of(row: Row, key: bytes) -> str:
    """Return the HMAC of a row: its first fifteen values as a JSON array, UTF-8."""
    return hmac.digest(key, _encode(row[:MAC]).encode(), "sha256").hex()


def verify(
    read: Callable[[], Iterator[Row]],
    keys: Mapping[str, bytes],
    heads: Sequence[Head] = (),
) -> Verification:
    """Check every record, and that noted heads are part of the chain.

    Args:
        read: Starts reading all rows by sequence; called again for a diagnosis.
        keys: Key id to key.
        heads: Noted earlier, in any order.

    Raises:
        ChainBroken: Something was edited, dropped, reordered, rewritten or cut
            off; ``details`` has ``kind`` and ``sequence``.
        ChainUnverifiable: A key is missing.
    """
    if not keys:
        _unverifiable("no key of the ledger is there")
    noted = {head.sequence: head.mac for head in heads}
    end = EMPTY
    for row in read():
        _check(row, end, keys, read)
        end = Head(int(row[SEQUENCE]), str(row[MAC]))
        _compare(end, noted.pop(end.sequence, end.mac))
    _compare(EMPTY, noted.pop(0, GENESIS))
    if noted:
        _cut_off(end.sequence, max(noted))
    return Verification(end.sequence, end, is_anchored=bool(heads))


def _check(
    row: Row,
    end: Head,
    keys: Mapping[str, bytes],
    read: Callable[[], Iterator[Row]],
) -> None:
    """Check one record against the one before it."""
    expected = end.sequence + 1
    key = keys.get(str(row[KEY_ID]))
    if key is None:
        _unverifiable(f"the key {row[KEY_ID]!r} of record {row[SEQUENCE]} is not there")
    if row[SEQUENCE] != expected:
        _diagnose_gap(row, expected, key, read)
    if not _is_genuine(row, key):
        _diagnose(row, key, read)
    if row[PREVIOUS] != end.mac:
        _broken(
            "rewritten",
            expected,
            f"record {expected} of the ledger does not follow record {end.sequence}",
        )


def _is_genuine(row: Row, key: bytes, sequence: int | None = None) -> bool:
    """Whether a row is as we wrote it, perhaps at another place."""
    place = row if sequence is None else (row[0], sequence, *row[2:])
    return hmac.compare_digest(mac_of(place, key), str(row[MAC]))


def _diagnose_gap(
    row: Row, expected: int, key: bytes, read: Callable[[], Iterator[Row]]
) -> NoReturn:
    """Say what became of the records that should stand before this one."""
    elsewhere = _find(expected, key, read)
    if elsewhere is not None:
        _moved(expected, elsewhere)
    last = int(row[SEQUENCE]) - 1
    _dropped(expected, max(expected, last))


def _diagnose(row: Row, key: bytes, read: Callable[[], Iterator[Row]]) -> NoReturn:
    """Say what happened to a record whose HMAC is wrong at its place."""
    here = int(row[SEQUENCE])
    elsewhere = _find(here, key, read)
    if elsewhere is not None:
        _moved(here, elsewhere)
    last = max((int(each[SEQUENCE]) for each in read()), default=here)
    # Renumbering after a drop moves records up by how many were dropped.
    own = next(
        (place for place in range(here + 1, 2 * last) if _is_genuine(row, key, place)),
        None,
    )
    if own is not None:
        _dropped(here, own - 1)
    _broken("edited", here, f"record {here} of the ledger was changed")


def _find(sequence: int, key: bytes, read: Callable[[], Iterator[Row]]) -> int | None:
    """Where the record that was written as ``sequence`` stands now."""
    places = (
        int(each[SEQUENCE]) for each in read() if _is_genuine(each, key, sequence)
    )
    return next(places, None)


def _compare(head: Head, noted: str) -> None:
    """A head that was noted, perhaps shortened, must be the one in the chain."""
    if not head.mac.startswith(noted):
        _broken(
            "rewritten",
            head.sequence,
            f"record {head.sequence} of the ledger is not the one whose head was noted",
        )


def _moved(sequence: int, place: int) -> NoReturn:
    _broken(
        "reordered",
        sequence,
        f"record {sequence} of the ledger was moved to place {place}",
    )


def _dropped(first: int, last: int) -> NoReturn:
    which = f"record {first}" if first == last else f"records {first} to {last}"
    were = "was" if first == last else "were"
    _broken("dropped", first, f"{which} of the ledger {were} dropped")


def _cut_off(last: int, noted: int) -> NoReturn:
    _broken(
        "truncated",
        last + 1,
        f"the ledger ends at record {last}, and record {noted} was noted as its head",
    )


def _broken(kind: str, sequence: int, message: str) -> NoReturn:
    details = {"kind": kind, "sequence": sequence}
    raise ChainBroken(message, hint=_AFTERWARDS, details=details)


def _unverifiable(message: str) -> NoReturn:
    raise ChainUnverifiable(
        f"the ledger cannot be verified: {message}",
        hint="Bring back the ledger key, then run invoke ledger.verify again.",
    )
