"""Small parts of the backend without a process: tokens, windows, the scoring rule."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.support.vocilia import backend_module

KEY = "k" * 32


def issue(lifetime_seconds: float = 60, audience: str = "staff") -> str:
    tokens = backend_module("tokens")
    return str(
        tokens.issue(
            {"sub": "1"}, audience=audience, lifetime_seconds=lifetime_seconds, key=KEY
        )
    )


def read(token: str, key: str = KEY) -> Any:
    return backend_module("tokens").read(token, audience="staff", keys=(key,))


def unsigned() -> str:
    """A token that claims to need no signature."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode()
    return f"{header.rstrip('=')}.{issue().split('.')[1]}."


def test_a_token_gives_its_claims_back() -> None:
    assert "1" == read(issue())["sub"]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "ä.ö.ü",
        issue(lifetime_seconds=-1),
        issue(audience="business"),
        unsigned(),
        issue()[:-2],
    ],
)
def test_a_token_that_is_not_valid_is_refused(token: str) -> None:
    with pytest.raises(backend_module("tokens").InvalidToken):
        read(token)


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(backend_module("tokens").InvalidToken):
        read(issue(), key="x" * 32)


def test_a_window_counts_only_its_last_seconds() -> None:
    now = [100.0]
    window = backend_module("figures").Window(60, lambda: now[0])
    window.add(0.1)
    window.add(0.3, is_marked=True)
    assert (2, 50.0, 200.0) == (window.count, window.marked_percent, window.mean_ms)
    now[0] += 59
    window.add(0.1)
    assert 3 == window.count
    now[0] += 1
    assert (1, 0.0, 100.0) == (window.count, window.marked_percent, window.mean_ms)


def analyse(rating: int, comment: str) -> Any:
    return asyncio.run(
        backend_module("analyst").LocalAnalyst().analyse(rating, comment)
    )


def test_specific_feedback_scores_higher_than_thin_feedback() -> None:
    thin, fine = (
        analyse(5, "ok"),
        analyse(5, "Friendly staff and fresh bread, no queue"),
    )
    assert thin.score < fine.score
    assert ["service", "product", "waiting"] == fine.topics


@pytest.mark.parametrize(
    ("rating", "comment", "sentiment"),
    [
        (5, "Trevlig personal", "positive"),
        (1, "cold and rude", "negative"),
        (3, "it was there", "neutral"),
    ],
)
def test_sentiment_follows_words_and_rating(
    rating: int, comment: str, sentiment: str
) -> None:
    assert sentiment == analyse(rating, comment).sentiment


def test_feedback_without_words_waits_for_a_review() -> None:
    assert "review" == analyse(5, " ... ").status


@pytest.mark.parametrize(
    "answer", ['{"score": 101, "sentiment": "positive"}', '{"score": 1}', "{}"]
)
def test_a_model_s_answer_without_score_or_sentiment_is_an_error(answer: str) -> None:
    with pytest.raises(ValueError, match="no score and sentiment"):
        backend_module("analyst")._read_answer(answer)
