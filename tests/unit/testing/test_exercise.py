from __future__ import annotations

from launchbook.config.package_data import data_root
from launchbook.testing.exercise import (
    DONE_HEADING,
    PAGE,
    Exercise,
    short_form,
    shrunk,
    unexercised_steps,
)

TABLE = """\
# Never exercised live

| part | what could differ |
|---|---|
| all of `--platforms live` | tokens |
| `railway.project`, `railway.service` | a soft limit |
| `vercel.project` | plans |
"""
SEEN = Exercise("k3x9", "2026-11-23", "0.3.0", frozenset({"railway.project"}))
BOTH = Exercise(
    "k3x9", "2026-11-23", "0.3.0", frozenset({"railway.project", "railway.service"})
)


def test_the_steps_of_the_rows_are_read() -> None:
    steps = {"railway.project", "railway.service", "vercel.project"}
    assert steps == unexercised_steps(TABLE)


def test_the_page_of_the_program_names_steps() -> None:
    page = (data_root() / PAGE).read_text(encoding="utf-8")
    assert {"railway.deployment", "vercel.deployment"} <= unexercised_steps(page)


def test_the_short_form_names_what_a_playbook_uses_and_nobody_tried() -> None:
    used = ("railway.project", "vercel.project", "web.identity")
    assert (
        "1 kinds of steps here were never run on a live platform: vercel.project"
        == short_form(TABLE, used, {"railway.project"})
    )


def test_the_short_form_is_empty_when_all_were_tried() -> None:
    assert "" == short_form(TABLE, ("vercel.project",), {"vercel.project"})


def test_a_row_stays_until_all_of_its_steps_passed() -> None:
    assert TABLE == shrunk(TABLE, SEEN)


def test_a_row_that_passed_moves_to_the_end_with_run_and_version() -> None:
    page = shrunk(TABLE, BOTH)
    assert {"vercel.project"} == unexercised_steps(page)
    row = "| `railway.project`, `railway.service` | k3x9 | 2026-11-23 | 0.3.0 |"
    assert row == page.splitlines()[-1]
    assert 1 == page.count(DONE_HEADING)


def test_a_second_run_adds_to_the_same_table() -> None:
    other = Exercise("m1", "2026-12-01", "0.3.0", frozenset({"vercel.project"}))
    page = shrunk(shrunk(TABLE, BOTH), other)
    assert frozenset() == unexercised_steps(page)
    assert 1 == page.count(DONE_HEADING)
    assert page.endswith("| `vercel.project` | m1 | 2026-12-01 | 0.3.0 |\n")
