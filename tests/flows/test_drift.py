"""What somebody changed by hand is shown exactly, and mended exactly."""

from __future__ import annotations

import pytest

from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey, counts, web_host

pytestmark = pytest.mark.xdist_group("journey")

CUSTOMER = web_host("customer")
UPSERT = "variableCollectionUpsert"
UP = "POST /project/{project}/environment/{environment}/up"


@pytest.fixture
def hand(journey: Journey) -> Hand:
    return Hand(journey.sandbox)


def test_a_variable_changed_on_railway_is_the_only_line_and_the_only_write(
    journey: Journey, hand: Hand
) -> None:
    hand.set_backend(LOG_LEVEL="debug")
    checked = journey.run(STAGING, "--check")
    assert 3 == checked.status
    assert ["~ railway.variable backend LOG_LEVEL"] == checked.pending
    mark = journey.mark()
    mended = journey.run(STAGING)
    assert (0, counts(1)) == (mended.status, mended.counts)
    assert [UPSERT] == journey.written(mark)
    assert counts(0) == journey.run(STAGING).counts
    assert [UPSERT] == journey.written(mark)


@pytest.mark.heavy
def test_a_variable_changed_on_vercel_is_the_only_line_and_the_only_write(
    journey: Journey, hand: Hand
) -> None:
    hand.set_web("customer", "NEXT_PUBLIC_API_URL", "https://elsewhere.example")
    checked = journey.run(STAGING, "--check")
    assert 3 == checked.status
    assert ["~ vercel.variable customer NEXT_PUBLIC_API_URL"] == checked.pending
    assert "value: https://elsewhere.example -> https://" in checked.out
    mark = journey.mark()
    mended = journey.run(STAGING)
    assert (0, counts(1)) == (mended.status, mended.counts)
    assert 1 == len(journey.written(mark))
    assert "0 changed" in journey.run(STAGING).counts


def test_a_variable_changed_with_a_redeploy_is_shown_as_both_and_mended(
    journey: Journey, hand: Hand
) -> None:
    before = len(hand.deployments())
    hand.set_backend(skip_deploys=False, LOG_LEVEL="debug")
    journey.sandbox.wait_until(
        lambda: (
            ["SUCCESS", before + 1] == [hand.deployments()[0], len(hand.deployments())]
        )
    )
    checked = journey.run(STAGING, "--check")
    assert [
        "~ railway.variable backend LOG_LEVEL",
        "~ railway.deployment backend",
    ] == checked.pending
    mark = journey.mark()
    assert 0 == journey.run(STAGING).status
    assert [UPSERT, UP] == journey.written(mark)
    assert "0 changed" in journey.run(STAGING).counts


def test_a_protection_page_that_answers_200_does_not_pass_the_check_of_the_page(
    journey: Journey, hand: Hand
) -> None:
    hand.protect("customer")
    journey.order("vercel", f"edge {CUSTOMER}", "sso_redirect", times=0)
    page = journey.sandbox.visit(CUSTOMER)
    assert "build-identity" not in page.text
    checked = journey.run(STAGING, "--check")
    assert ["~ vercel.project vocilia-customer-staging"] == checked.pending
    mark = journey.mark()
    mended = journey.run(STAGING)
    assert (0, counts(1)) == (mended.status, mended.counts)
    assert ["PATCH /v9/projects/{project}"] == journey.written(mark)
    assert "build-identity" in journey.sandbox.visit(CUSTOMER).text
