"""Sources and destinations of vercel.json."""

from __future__ import annotations

import pytest

from launchbook.sandbox.vercel.patterns import SourceError, compile_source, fill

CASES = [
    ("/about", "/about", {}),
    ("/about", "/about/", None),
    ("/about", "/About", None),
    ("/a.b", "/axb", None),
    ("/s/:shop", "/s/tea", {"shop": "tea"}),
    ("/s/:shop", "/s/tea/x", None),
    ("/s/:shop?", "/s", {"shop": ""}),
    ("/s/:path*", "/s", {"path": ""}),
    ("/s/:path*", "/s/a/b", {"path": "a/b"}),
    ("/s/:path+", "/s", None),
    ("/s/:path+", "/s/a/b", {"path": "a/b"}),
    ("/:id(\\d+)", "/42", {"id": "42"}),
    ("/:id(\\d+)", "/x", None),
    ("/:id(a|b(?:c))", "/bc", {"id": "bc"}),
    ("/(.*)", "/a/b", {"1": "a/b"}),
    ("/(.*)", "/", {"1": ""}),
    ("/(a|b)/(.*)", "/b/c", {"1": "b", "2": "c"}),
    ("/((?!api/).*)", "/api/x", None),
    ("/((?!api/).*)", "/page", {"1": "page"}),
    ("/a\\:b", "/a:b", {}),
    ("/:a-:b", "/x-y", {"a": "x", "b": "y"}),
]


@pytest.mark.parametrize(("source", "path", "expected"), CASES)
def test_a_source_matches_whole_paths(
    source: str, path: str, expected: dict[str, str] | None
) -> None:
    assert expected == compile_source(source).match(path)


@pytest.mark.parametrize("source", ["about", "/(a", "/:id([)"])
def test_a_source_that_is_no_pattern_is_refused(source: str) -> None:
    with pytest.raises(SourceError, match="source"):
        compile_source(source)


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("/p/:shop", "/p/tea"),
        ("/p/:path*", "/p/a/b"),
        ("/$1/x", "/one/x"),
        ("https://host:8443/:shop", "https://host:8443/tea"),
        ("/:unknown", "/:unknown"),
    ],
)
def test_a_destination_is_filled_with_what_matched(
    destination: str, expected: str
) -> None:
    parts = {"shop": "tea", "path": "a/b", "1": "one"}
    assert expected == fill(destination, parts)
