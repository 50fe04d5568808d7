"""Documents: JSON that survives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.document import Document

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    document = Document(tmp_path / "deep" / "state.json")
    assert {} == document.data
    document.data["names"] = {"ä": [1, None]}
    document.save()
    assert {"names": {"ä": [1, None]}} == Document(document.path).data
    assert 0o600 == document.path.stat().st_mode & 0o777


def test_a_save_that_was_killed_leaves_the_old_content(tmp_path: Path) -> None:
    document = Document(tmp_path / "state.json")
    document.data["version"] = 1
    document.save()
    (tmp_path / ".state.json.new").write_text('{"version"')
    assert {"version": 1} == Document(document.path).data
    document.data["version"] = 2
    document.save()
    assert {"version": 2} == Document(document.path).data
    assert [document.path] == list(tmp_path.iterdir())


def test_a_value_that_is_not_json_leaves_the_file_alone(tmp_path: Path) -> None:
    document = Document(tmp_path / "state.json")
    document.save()
    document.data["bad"] = object()
    with pytest.raises(TypeError):
        document.save()
    assert {} == Document(document.path).data


def test_a_file_that_holds_no_object_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("[]")
    with pytest.raises(TypeError, match="does not hold a JSON object"):
        Document(path)
