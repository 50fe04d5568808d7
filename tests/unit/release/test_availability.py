from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.release.availability import Availability
from tests.support.visitor import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.probe import Answer


@dataclass
class Waits(Table):
    """Tells when so many requests were made."""

    enough: threading.Event = field(default_factory=threading.Event)

    def probe(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        if len(self.asked) >= 5:
            self.enough.set()
        return super().probe(url, headers)


def test_every_address_is_asked_as_long_as_the_block_lasts() -> None:
    prober = Waits({"https://a/": (200, {}, ""), "https://b/": (404, {}, "")})
    urls = {"a": "https://a/", "b": "https://b/"}
    with Availability(prober, urls) as availability:
        assert prober.enough.wait(10)
    assert 100.0 == availability.percent
    assert availability.tallies["a"].asked >= 2


def test_an_answer_of_500_and_no_answer_are_failures_with_their_reasons() -> None:
    prober = Waits({"https://a/": (503, {}, "")})
    urls = {"a": "https://a/", "b": "https://b/"}
    with Availability(prober, urls) as availability:
        assert prober.enough.wait(10)
    assert 0.0 == availability.percent
    assert ["answers 503"] == availability.tallies["a"].problems
    assert ["https://b/ gave no answer"] == availability.tallies["b"].problems
    assert 0.0 == availability.tallies["a"].as_json()["percent"]
