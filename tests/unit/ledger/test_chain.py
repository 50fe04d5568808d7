"""Whatever is done to a ledger's file behind its back is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launchbook.errors import ChainBroken, ChainUnverifiable
from launchbook.ledger.anchor import anchor_path, read_anchor, write_anchor
from launchbook.ledger.history import History
from launchbook.ledger.ledger import open_readonly, verify_file
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.record import Head
from tests.support.ledger import Desk, forge
from tests.support.toy import KEYS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of nine records."""
    return filled(tmp_path / "ledger.db")


def filled(path: Path) -> Path:
    store = SqliteStore(path)
    Desk(store).fill(9)
    store.close()
    return path


def broken(path: Path, noted: Head | None = None) -> tuple[str, int, str]:
    with pytest.raises(ChainBroken) as caught:
        verify_file(path, KEYS, noted)
    details = caught.value.details
    assert 9 == caught.value.exit_status
    return str(details["kind"]), int(str(details["sequence"])), caught.value.message


def head_of(path: Path) -> Head:
    history = open_readonly(path)
    head = history.head()
    history.close()
    return head


def test_a_whole_chain_is_valid_and_says_whether_it_is_anchored(path: Path) -> None:
    verification = verify_file(path, KEYS)
    assert (9, False) == (verification.count, verification.is_anchored)
    assert verify_file(path, KEYS, verification.head).is_anchored


@pytest.mark.parametrize(
    "column", ["outputs", "at", "step", "actor", "key_id", "fencing_token", "id"]
)
def test_an_edited_record_is_named(path: Path, column: str) -> None:
    value = "'toy'" if column == "key_id" else "99"
    change = f"UPDATE record SET {column} = {value} WHERE sequence = 4"
    if column == "key_id":
        change = (
            "UPDATE record SET mac = iif(mac LIKE 'a%', 'b', 'a') || substr(mac, 2) "
            "WHERE sequence = 4"
        )
    forge(path, change)
    assert ("edited", 4, "record 4 of the ledger was changed") == broken(path)


def test_a_dropped_record_is_named(path: Path) -> None:
    forge(path, "DELETE FROM record WHERE sequence = 4")
    assert ("dropped", 4, "record 4 of the ledger was dropped") == broken(path)


def test_dropped_records_are_named_together(path: Path) -> None:
    forge(path, "DELETE FROM record WHERE sequence BETWEEN 3 AND 5")
    assert ("dropped", 3, "records 3 to 5 of the ledger were dropped") == broken(path)


def test_a_drop_is_seen_when_the_rest_was_renumbered(path: Path) -> None:
    forge(
        path,
        "DELETE FROM record WHERE sequence IN (4, 5)",
        "UPDATE record SET sequence = sequence - 2 WHERE sequence > 5",
    )
    assert ("dropped", 4, "records 4 to 5 of the ledger were dropped") == broken(path)


def test_a_drop_of_the_first_records_is_seen(path: Path) -> None:
    forge(path, "DELETE FROM record WHERE sequence < 3")
    assert ("dropped", 1) == broken(path)[:2]


def test_reordered_records_are_named(path: Path) -> None:
    forge(
        path,
        "UPDATE record SET sequence = 100 WHERE sequence = 4",
        "UPDATE record SET sequence = 4 WHERE sequence = 6",
        "UPDATE record SET sequence = 6 WHERE sequence = 100",
    )
    assert ("reordered", 4, "record 4 of the ledger was moved to place 6") == broken(
        path
    )


def test_an_invented_record_at_the_end_is_named(path: Path) -> None:
    forge(
        path,
        "INSERT INTO record SELECT 10, 'x', at, environment, run, step, phase, "
        "inputs_digest, outputs, evidence, actor, tool_version, key_id, fencing_token, "
        "mac, mac FROM record WHERE sequence = 9",
    )
    assert ("edited", 10) == broken(path)[:2]


def test_a_cut_off_end_is_seen_by_the_head_beside_the_ledger(path: Path) -> None:
    write_anchor(path, head_of(path))
    forge(path, "DELETE FROM record WHERE sequence > 6")
    assert (
        "truncated",
        7,
        "the ledger ends at record 6, and record 9 was noted as its head",
    ) == broken(path)


def test_a_cut_off_end_is_seen_by_a_head_that_was_noted_elsewhere(path: Path) -> None:
    noted = Head.parse(str(head_of(path)))
    forge(path, "DELETE FROM record WHERE sequence > 8")
    assert ("truncated", 9) == broken(path, noted)[:2]


def test_a_shortened_head_is_enough_to_see_it(path: Path) -> None:
    noted = Head.parse(str(head_of(path))[:20])
    assert verify_file(path, KEYS, noted).is_anchored
    forge(path, "DELETE FROM record WHERE sequence > 8")
    assert ("truncated", 9) == broken(path, noted)[:2]


def test_a_ledger_that_was_emptied_is_seen_by_its_anchor(path: Path) -> None:
    write_anchor(path, head_of(path))
    forge(path, "DELETE FROM record")
    assert ("truncated", 1) == broken(path)[:2]


def test_another_ledger_in_its_place_is_seen_by_the_anchor(
    path: Path, tmp_path: Path
) -> None:
    other = filled(tmp_path / "other.db")
    assert ("rewritten", 9) == broken(path, head_of(other))[:2]


def test_without_its_key_a_ledger_is_unverifiable_and_never_valid(path: Path) -> None:
    with pytest.raises(ChainUnverifiable):
        verify_file(path, {})
    with pytest.raises(ChainUnverifiable):
        verify_file(path, {"another": b"x" * 32})


def test_with_a_wrong_key_the_first_record_is_named(path: Path) -> None:
    with pytest.raises(ChainBroken):
        verify_file(path, {"toy": b"x" * 32})


def test_an_anchor_that_is_no_head_is_an_error(path: Path) -> None:
    anchor_path(path).write_text("nonsense")
    with pytest.raises(ChainBroken, match="does not hold the head"):
        read_anchor(path)


def test_a_ledger_that_was_never_anchored_has_no_anchor(path: Path) -> None:
    assert read_anchor(path) is None


def test_verifying_writes_nothing(path: Path) -> None:
    before = sorted(path.parent.iterdir())
    verify_file(path, KEYS)
    assert before == sorted(path.parent.iterdir())


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sequence=st.integers(1, 9),
    column=st.sampled_from(
        ["at", "run", "step", "inputs_digest", "outputs", "evidence", "actor",
         "tool_version", "previous", "mac"]
    ),
    text=st.text(st.characters(codec="ascii", exclude_characters="'\0"), min_size=1),
)  # fmt: skip
def test_any_change_of_any_value_is_seen(
    tmp_path_factory: pytest.TempPathFactory, sequence: int, column: str, text: str
) -> None:
    path = filled(tmp_path_factory.mktemp("chain") / "ledger.db")
    forge(
        path,
        f"UPDATE record SET {column} = {column} || '{text}' WHERE sequence = {sequence}",
    )
    history = History(SqliteStore(path, is_readonly=True))
    with pytest.raises(ChainBroken) as caught:
        history.verify(KEYS)
    history.close()
    assert sequence == caught.value.details["sequence"]
