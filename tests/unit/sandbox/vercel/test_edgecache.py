"""The edge's cache, against a clock that the test moves."""

from __future__ import annotations

import pytest

from launchbook.sandbox.vercel.edgecache import (
    EdgeCache,
    Lifetime,
    browser_headers,
    lifetime_of,
)

KEY = ("dpl_1", "index.html")


class Moment:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_file_stays_as_long_as_its_deployment() -> None:
    now = Moment()
    cache = EdgeCache(now)
    first, _ = cache.fetch(KEY, Lifetime(), lambda: b"a")
    now.seconds += 1e9
    second, entry = cache.fetch(KEY, Lifetime(), lambda: b"other")
    assert (first, second, entry.body) == ("MISS", "HIT", b"a")
    assert cache.age_seconds(entry) == int(1e9)


def test_another_deployment_is_another_file() -> None:
    cache = EdgeCache(Moment())
    cache.fetch(KEY, Lifetime(), lambda: b"a")
    assert cache.fetch(("dpl_2", KEY[1]), Lifetime(), lambda: b"b")[0] == "MISS"


def test_the_least_recently_used_file_goes_first() -> None:
    cache = EdgeCache(Moment(), capacity_bytes=10)
    for name in ("a", "b", "a", "c"):
        cache.fetch(("d", name), Lifetime(), lambda: b"12345")
    outcomes = [
        cache.fetch(("d", name), Lifetime(), lambda: b"12345")[0]
        for name in ("a", "c", "b")
    ]
    assert outcomes == ["HIT", "HIT", "MISS"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Lifetime()),
        ({"cache-control": "public, max-age=60"}, Lifetime()),
        ({"cache-control": "s-maxage=60"}, Lifetime(60)),
        (
            {"cache-control": "s-maxage=60, stale-while-revalidate=30"},
            Lifetime(60, 30),
        ),
        ({"cache-control": "no-store"}, Lifetime(0)),
        ({"cache-control": "private, max-age=9"}, Lifetime(0)),
        (
            {"cdn-cache-control": "max-age=5", "cache-control": "s-maxage=9"},
            Lifetime(5),
        ),
        ({"vercel-cdn-cache-control": "max-age=7"}, Lifetime(7)),
    ],
)
def test_headers_say_how_long_the_edge_may_keep_a_file(
    headers: dict[str, str], expected: Lifetime
) -> None:
    assert expected == lifetime_of(headers)


def test_a_browser_is_not_told_what_is_for_the_edge() -> None:
    headers = {
        "vercel-cdn-cache-control": "max-age=7",
        "cache-control": "max-age=1, s-maxage=60, stale-while-revalidate=30",
        "x-other": "1",
    }
    assert browser_headers(headers) == {"cache-control": "max-age=1", "x-other": "1"}
