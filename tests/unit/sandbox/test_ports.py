"""Ports: free at first, then the same for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.document import Document
from launchbook.sandbox.ports import (
    PortBusy,
    Ports,
    free_port,
    listen,
    listen_on_free_port,
)

if TYPE_CHECKING:
    from pathlib import Path


def _ports(home: Path, **wanted: int) -> Ports:
    return Ports(Document(home / "kept.json"), wanted)


def test_a_chosen_port_is_taken_again_at_the_next_start(tmp_path: Path) -> None:
    with _ports(tmp_path).bind("edge") as first:
        number = first.getsockname()[1]
    again = _ports(tmp_path)
    assert number == again.number("edge")
    with again.bind("edge") as second:
        assert ("127.0.0.1", number) == second.getsockname()


def test_a_wanted_port_is_used_and_kept(tmp_path: Path) -> None:
    wanted = free_port()
    with _ports(tmp_path, edge=wanted).bind("edge"):
        pass
    assert {"edge": wanted} == _ports(tmp_path).numbers()


def test_a_kept_port_that_is_taken_is_an_error_and_not_replaced(tmp_path: Path) -> None:
    with _ports(tmp_path).bind("edge") as holder:
        number = holder.getsockname()[1]
        with pytest.raises(PortBusy, match=f"port {number} \\(edge\\) is taken"):
            _ports(tmp_path).bind("edge")


def test_a_port_that_somebody_listens_on_is_seen_as_taken() -> None:
    with listen_on_free_port() as holder:
        assert listen(holder.getsockname()[1]) is None


def test_a_port_that_was_never_bound_has_no_number(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        _ports(tmp_path).number("edge")
