from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.config.identity import check_recipient, new_identity, parse_identity
from launchbook.config.recipients import Recipient, Recipients
from launchbook.errors import InputError, InventoryError, KeyUnusable

if TYPE_CHECKING:
    from pathlib import Path

KEY = str(new_identity().to_public())


def test_no_file_means_no_recipients(tmp_path: Path) -> None:
    assert () == Recipients(tmp_path).read()
    assert () == Recipients(tmp_path).keys_for("staging")


def test_recipients_are_read_as_they_were_added(tmp_path: Path) -> None:
    one, other = Recipient("ops", KEY), Recipient("ada", KEY, ("staging", "test"))
    recipients = Recipients(tmp_path)
    recipients.add(one)
    recipients.add(other)
    assert (one, other) == Recipients(tmp_path).read()
    assert (KEY,) == recipients.keys_for("production")
    recipients.add(Recipient("ada", KEY))
    assert ("ops", "ada") == tuple(each.name for each in recipients.read())
    assert (KEY, KEY) == recipients.keys_for("production")


def test_the_last_recipient_stays(tmp_path: Path) -> None:
    recipients = Recipients(tmp_path)
    recipients.add(Recipient("ops", KEY))
    with pytest.raises(InputError, match="no recipient `ada`"):
        recipients.remove("ada")
    with pytest.raises(InputError, match="`ops` is the last recipient"):
        recipients.remove("ops")


def test_a_key_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    recipients = Recipients(tmp_path)
    recipients.path.write_text("recipients: {ops: {key: nonsense}}\n")
    with pytest.raises(InventoryError, match=r"recipients\.yml:1:"):
        recipients.read()
    recipients.path.write_text("recipients: {ops: {key: age1nonsense}}\n")
    with pytest.raises(InputError, match="no public age key"):
        recipients.read()


def test_a_private_identity_is_never_repeated() -> None:
    private = str(new_identity())
    with pytest.raises(InputError) as caught:
        check_recipient(private)
    assert private not in f"{caught.value}{caught.value.hint}"


def test_an_identity_is_found_below_its_comments_and_nothing_else_is_one() -> None:
    identity = new_identity()
    text = f"# created: 2026\n\n{identity}\n"
    assert str(identity) == str(parse_identity(text, "a file"))
    for wrong in ("", "# nothing", "AGE-SECRET-KEY-1WRONG", KEY):
        with pytest.raises(KeyUnusable, match="a file holds no age identity") as caught:
            parse_identity(wrong, "a file")
        assert caught.value.__cause__ is None
