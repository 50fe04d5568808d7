"""A release as one page of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from launchbook.model.release import SchemaRange, SurfaceKind
from launchbook.report.latency import Latency, Reading
from launchbook.report.page import duration
from launchbook.report.release import render
from launchbook.report.timeline import Span
from tests.support.capsules import full_capsule, full_surface

if TYPE_CHECKING:
    from collections.abc import Sequence

EVIL = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{{7*7}}</style>"
VOID = {"meta", "rect", "line"}
SPANS = (Span("backend", 2.0, 63.5, "service"), Span("bake", 63.5, 93.0))
LATENCIES = (
    Latency("backend", Reading(200, 40, 100), Reading(200, 44, 130)),
    Latency("admin", None, Reading(12, 70, 150)),
)


class Page(HTMLParser):
    """What a browser would find: elements, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for key, value in self.attributes if key == name]


def report(**more: object) -> Page:
    return Page(render(full_capsule(**more), LATENCIES, SPANS))


def test_the_page_is_whole_and_well_formed() -> None:
    text = render(full_capsule(), LATENCIES, SPANS)
    assert text.startswith("<!doctype html>")
    assert [] == Page(text).open
    assert text == render(full_capsule(), LATENCIES, SPANS)


def test_it_says_what_the_release_is() -> None:
    told = report().text
    for text in (
        "production-12: Let customers correct a feedback",
        "released",
        "3f9a1c0b77de",
        "Ada Lindqvist",
        "ada@runner-7",
        "production-11",
        "2026-11-23 04:12:07 UTC",
        "1 min 33 s",
        "1 built, 1 reused as they were.",
        "20260101000200",
        "20260301000000",
        "bo@vocilia.com",
    ):
        assert text in told


def test_gates_show_their_verdicts_and_what_was_let_pass() -> None:
    told = report().text
    assert "inconclusive, overridden" in told
    assert "no part (let pass: no customers yet)" in told
    assert "asked 720, bad_rounds 0" in told


def test_a_gate_of_an_unknown_form_is_shown_as_recorded() -> None:
    told = report(gates={"probe": {"n": 4}, "watch": "well", "odd": {"items": ["x"]},
                         "told": {"words": "all well"}}).text  # fmt: skip
    for text in ("recorded", "n 4", "evidence well", "all well"):
        assert text in told


def test_a_return_says_what_was_left() -> None:
    assert "returned from production-13" in report(returned_from="production-13").text


def test_the_timeline_has_a_bar_for_each_step() -> None:
    page = report()
    assert len(SPANS) == page.tags.count("rect")
    assert {"bar service", "bar "} == {v for v in page.values("class") if "bar" in v}
    assert "2 steps in 1 min 33 s" in page.values("aria-label")
    first, second = re.findall(r'<rect .*? x="([\d.]+)" .*? width="([\d.]+)"',
                               render(full_capsule(), (), SPANS))  # fmt: skip
    # 690 is what is left of the picture for 93 seconds.
    assert [190 + 690 * 2 / 93, 690 * 61.5 / 93] == pytest.approx(
        [*map(float, first)], abs=0.1
    )
    assert 190 + 690 == pytest.approx(float(second[0]) + float(second[1]), abs=0.2)


def test_without_the_begin_of_steps_only_their_length_is_shown() -> None:
    page = Page(render(full_capsule(), ()))
    assert 2 == page.tags.count("rect")
    assert "when each began was not kept" in page.text
    assert "bar web" in page.values("class")
    assert "not measured" in page.text


def test_a_capsule_without_anything_is_shown_too() -> None:
    told = report(surfaces=(), gates={}, approvals=(), timings={}, previous="",
                  schema=SchemaRange("", ""), branch="", tool_version="")  # fmt: skip
    assert "none" in told.text
    assert [] == Page(render(full_capsule(timings={}), ())).open


def test_slower_answers_are_marked_only_beyond_chance() -> None:
    text = render(full_capsule(), LATENCIES)
    assert '<span class="pill plain">+10%</span>' in text
    assert '<span class="pill bad">+30%</span>' in text
    assert "not comparable" in text
    assert '<span class="pill doubt">few</span>' in text


def test_nothing_that_is_shown_becomes_a_part_of_the_page() -> None:
    evil = full_capsule(
        id=EVIL, environment=EVIL, commit=EVIL, branch=EVIL, subject=EVIL, author=EVIL,
        actor=EVIL, previous=EVIL, returned_from=EVIL, tool_version=EVIL,
        schema=SchemaRange(EVIL, EVIL, (EVIL,)),
        surfaces=(
            full_surface(EVIL, deployment_id=EVIL, identity=EVIL, variables=EVIL, url=EVIL),
            full_surface("web", SurfaceKind.WEB, url=f"https://{EVIL}"),
            full_surface("job", url="javascript:alert(1)"),
        ),
        approvals=({EVIL: EVIL, "more": [EVIL]},),
        gates={EVIL: {"items": [{"name": EVIL, "verdict": EVIL, "words": EVIL}],
                      "overridden": {EVIL: EVIL}}, "b": {EVIL: EVIL}},
        timings={EVIL: 2.0},
    )  # fmt: skip
    latencies = (Latency(EVIL, None, None),)
    for spans in ((), (Span(EVIL, 0, 1, EVIL),)):
        page = Page(render(evil, latencies, spans))
        assert [] == page.open
        assert set() == {"script", "img", "iframe", "object", "base"} & set(page.tags)
        assert 1 == page.tags.count("style")
        assert [] == [n for n, _ in page.attributes if n.startswith("on")]
        assert "alert(1)" in page.text
        assert [] == [h for h in page.values("href") if not h.startswith("https://")]


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    text = render(full_capsule(), LATENCIES, SPANS)
    page = Page(text)
    assert set() == {"script", "link", "img", "iframe"} & set(page.tags)
    assert [] == page.values("src")
    assert "url(" not in text
    assert "@import" not in text
    assert any("default-src 'none'" in each for each in page.values("content"))


def test_there_is_a_look_for_the_dark_and_one_for_paper() -> None:
    text = render(full_capsule(), ())
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0.0 s"), (4.25, "4.2 s"), (65, "1 min 05 s"), (3600, "1 h 00 min"),
     (5405, "1 h 30 min")],
)  # fmt: skip
def test_durations_are_written_as_people_say_them(seconds: float, told: str) -> None:
    assert told == duration(seconds)


def test_a_timeline_of_any_length_has_few_marks() -> None:
    for total in (0.0, 3, 40, 95, 1000, 7000, 90_000):
        text = render(full_capsule(timings={"whole": total}), (), [Span("a", 0, total)])
        assert len(re.findall(r'class="axis"', text)) <= 14
