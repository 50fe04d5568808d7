"""The live picture, drawn into a stream that says it is a terminal."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from launchbook.cli.render.live import LiveProgress
from launchbook.model.event import EventKind
from launchbook.redact import Redactor, Secret
from tests.support.event import PLAN, event
from tests.support.screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.screen import Screen

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def drawn(
    *, is_verbose: bool = False, redactor: Redactor | None = None
) -> Iterator[tuple[LiveProgress, Screen]]:
    given = screen(is_terminal=True, redactor=redactor)
    with LiveProgress(given.output, is_verbose=is_verbose, total=2) as progress:
        yield progress, given


def text(picture: Screen) -> str:
    """What was written, without the terminal's own codes."""
    return ESCAPE.sub("", picture.out.getvalue())


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        (EventKind.STEP_CHANGED, "✓"),
        (EventKind.STEP_WAITING, "…"),
        (EventKind.STEP_FAILED, "✗"),
        (EventKind.STEP_COMPENSATED, "↩"),
    ],
)
def test_a_finished_step_scrolls_by_with_its_own_seconds(
    kind: EventKind, sign: str
) -> None:
    with drawn() as (progress, picture):
        progress(event(EventKind.STEP_STARTED, 2))
        progress(event(kind, 3.5, "two written"))
    assert f"{sign} {'plot':<22}   1.5s  two written" in text(picture)


def test_unchanged_steps_are_counted_and_shown_only_when_asked_for() -> None:
    for is_verbose in (False, True):
        with drawn(is_verbose=is_verbose) as (progress, picture):
            progress(event(EventKind.STEP_STARTED))
            progress(event(EventKind.STEP_UNCHANGED, 1))
        assert is_verbose is ("· plot" in text(picture))
        assert "1 of 2 steps" in text(picture)


def test_a_step_that_runs_is_in_the_table_with_what_it_says() -> None:
    with drawn() as (progress, picture):
        progress(event(EventKind.STEP_STARTED))
        progress(event(EventKind.STEP_PROGRESS, 1, "waiting for the builder"))
        progress(event(EventKind.STEP_CHANGED, 2, step="house"))
    shown = text(picture)
    assert re.search(r"▸ +plot", shown)
    assert "waiting for the builder" in shown


def test_the_plan_is_counted_above_the_picture() -> None:
    with drawn() as (progress, picture):
        progress(event(EventKind.PLAN_READY, data={"changes": PLAN}))
    assert "plan: 1 to create, 1 unchanged" in text(picture)


def test_a_run_that_is_continued_says_so() -> None:
    with drawn() as (progress, picture):
        progress(
            event(EventKind.STEP_PROGRESS, 0, "continued", data={"resumed": "run-0"})
        )
    assert "plot continued" in text(picture)


def test_words_in_brackets_are_text_and_no_colour() -> None:
    with drawn() as (progress, picture):
        progress(event(EventKind.STEP_FAILED, 1, "[red]not a colour[/red]"))
    assert "[red]not a colour[/red]" in text(picture)


def test_a_known_secret_is_not_drawn() -> None:
    redactor = Redactor()
    redactor.learn(Secret("hunter22"))
    with drawn(redactor=redactor) as (progress, picture):
        progress(event(EventKind.STEP_STARTED, message="with hunter22"))
        progress(event(EventKind.RUN_STARTED, 0, "taken over from hunter22"))
        progress(event(EventKind.STEP_CHANGED, 1, "wrote hunter22"))
    assert "hunter22" not in text(picture)
    assert "wrote [redacted]" in text(picture)
