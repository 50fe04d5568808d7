from __future__ import annotations

from launchbook.cli.render.table import columns


def test_every_column_is_as_wide_as_its_longest_cell() -> None:
    rows = [("run", "state"), ("01ABC", "ok"), ("2", "")]
    assert ["run    state", "01ABC  ok", "2"] == list(columns(rows))


def test_no_rows_are_no_lines() -> None:
    assert [] == list(columns([]))
