"""A plan that was saved and looked at is what is done, or nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")


def test_a_saved_plan_is_applied_exactly(journey: Journey, tmp_path: Path) -> None:
    Hand(journey.sandbox).set_backend(LOG_LEVEL="debug")
    plan = tmp_path / "plan.json"
    saved = journey.run(STAGING, "--check", "--out", str(plan))
    assert (3, f"saved in {plan}") == (saved.status, saved.lines[-2])
    assert f"next: invoke provision.staging --plan {plan}" == saved.lines[-1]
    mark = journey.mark()
    applied = journey.run(STAGING, "--plan", str(plan))
    assert (0, ["variableCollectionUpsert"]) == (applied.status, journey.written(mark))


def test_a_saved_plan_is_refused_when_the_facts_moved(
    journey: Journey, tmp_path: Path
) -> None:
    hand, plan = Hand(journey.sandbox), tmp_path / "plan.json"
    hand.set_backend(LOG_LEVEL="debug")
    assert 3 == journey.run(STAGING, "--check", "--out", str(plan)).status
    hand.set_backend(OPENAI_MODEL="gpt-4o")
    mark = journey.mark()
    refused = journey.run(STAGING, "--plan", str(plan))
    assert (4, "stale-plan") == (refused.status, refused.code)
    assert "OPENAI_MODEL" in refused.err
    assert "--check --out" in refused.hint
    assert [] == journey.written(mark)


def test_a_plan_of_another_inventory_is_refused(shop: Journey, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert 0 == shop.run(STAGING, "--check", "--out", str(plan)).status
    shop.edit("inventory/product.yml", "uptime_percent: 99.5", "uptime_percent: 99.6")
    refused = shop.run(STAGING, "--plan", str(plan))
    assert (4, "stale-plan") == (refused.status, refused.code)
    assert "inventory" in refused.err


@pytest.mark.parametrize("text", ["", "{}", '{"format": "launchbook-plan"'])
def test_a_file_that_is_no_plan_is_refused(
    journey: Journey, tmp_path: Path, text: str
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    mark = journey.mark()
    refused = journey.run(STAGING, "--plan", str(plan))
    assert (2, "plan-unreadable") == (refused.status, refused.code)
    assert [] == journey.written(mark)
