"""The edge keeps what never changes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from launchbook.errors import VerificationFailed
from launchbook.redact import Secret
from launchbook.steps.web_caching import Inputs, WebCaching
from tests.support.domains import context
from tests.support.visitor import Table

if TYPE_CHECKING:
    from launchbook.transport.probe import Prober

URL = "https://shop.example"
PAGE = (
    200,
    {"cache-control": "public, max-age=0, must-revalidate"},
    """
<script src="/assets/app-1.js"></script><link href='/assets/app-2.css'>
""",
)
BUILD = (200, {"cache-control": "no-store"}, "{}")
KEPT = {"cache-control": "public, max-age=31536000, immutable", "x-vercel-cache": "HIT"}
GOOD = {
    f"{URL}/": PAGE,
    f"{URL}/build.json": BUILD,
    f"{URL}/assets/app-1.js": (200, KEPT, "1"),
    f"{URL}/assets/app-2.css": (200, KEPT, "2"),
}
INPUTS = Inputs(URL, "customer", "abc-1")


def step(answers: dict[str, tuple[int, dict[str, str], str]]) -> WebCaching:
    return WebCaching(cast("Prober", Table(answers)))


def test_each_file_is_asked_for_twice_and_what_is_right_passes() -> None:
    table = Table(dict(GOOD))
    verified = WebCaching(cast("Prober", table)).verify(INPUTS, context())
    assert {"assets": 2} == verified.evidence
    urls = [url for url, _ in table.asked]
    assert 2 == urls.count(f"{URL}/assets/app-1.js")


def test_a_protected_address_is_opened_by_its_secret() -> None:
    table = Table(dict(GOOD))
    inputs = Inputs(URL, "customer", "abc-1", Secret("let-me-in"))
    WebCaching(cast("Prober", table)).verify(inputs, context())
    opened = {headers["x-vercel-protection-bypass"] for _, headers in table.asked}
    assert {"let-me-in"} == opened


@pytest.mark.parametrize(
    ("path", "answer", "problem"),
    [
        ("/", (200, {"cache-control": "max-age=600"}, PAGE[2]), "/ may be kept"),
        ("/", (200, PAGE[1], "<p>nothing</p>"), "no file below /assets/"),
        ("/build.json", (200, {"cache-control": "max-age=0"}, ""), "/build.json may"),
        ("/assets/app-1.js", (404, KEPT, ""), "answers 404"),
        (
            "/assets/app-1.js",
            (200, {**KEPT, "cache-control": "max-age=60"}, ""),
            "is not kept for long",
        ),
        (
            "/assets/app-1.js",
            (200, {**KEPT, "x-vercel-cache": "MISS"}, ""),
            "does not come out of the edge's cache",
        ),
    ],
)
def test_what_is_kept_wrongly_is_told(
    path: str, answer: tuple[int, dict[str, str], str], problem: str
) -> None:
    with pytest.raises(VerificationFailed, match=problem):
        step({**GOOD, URL + path: answer}).verify(INPUTS, context())


def test_an_address_that_does_not_answer_is_told() -> None:
    with pytest.raises(VerificationFailed, match="gave no answer"):
        step({}).verify(INPUTS, context())
