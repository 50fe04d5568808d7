"""The guard weighs updates and deletes against all that exists."""

from __future__ import annotations

import pytest

from launchbook.engine.guard import Guard, weigh
from launchbook.engine.override import Override
from launchbook.errors import UnsafePlan
from launchbook.model.change import Action, Change


def changes(**counts: int) -> list[Change]:
    actions = {
        "same": Action.NO_CHANGE,
        "create": Action.CREATE,
        "update": Action.UPDATE,
        "delete": Action.DELETE,
        "unknown": Action.UNKNOWN,
        "unreadable": Action.UNVERIFIABLE,
    }
    return [
        Change(actions[name], "toy", f"{name}{number}")
        for name, count in counts.items()
        for number in range(count)
    ]


def test_what_is_created_or_unknown_does_not_exist_yet() -> None:
    weight = weigh(changes(same=5, create=50, update=2, delete=1, unknown=9))
    assert (8, 3) == (weight.existing, weight.touched)


def test_what_cannot_be_read_back_exists_and_is_not_touched() -> None:
    weight = weigh(changes(same=5, unreadable=4, update=1))
    assert (10, 1) == (weight.existing, weight.touched)


@pytest.mark.parametrize(
    "plan",
    [
        changes(same=7, update=3),
        changes(same=70, update=20, delete=10),
        changes(update=9),
        changes(create=100),
        changes(),
    ],
)
def test_up_to_thirty_per_cent_passes_and_so_does_a_small_world(
    plan: list[Change],
) -> None:
    assert Guard().check(plan) is None


@pytest.mark.parametrize(
    "plan",
    [
        changes(same=6, update=4),
        changes(same=6, update=2, delete=2),
        changes(delete=10),
    ],
)
def test_more_than_thirty_per_cent_of_ten_or_more_is_refused(
    plan: list[Change],
) -> None:
    with pytest.raises(UnsafePlan, match="more than 30 %") as caught:
        Guard().check(plan)
    assert "--override large-change" in caught.value.hint


def test_the_override_is_returned_only_when_it_was_needed() -> None:
    override = Override("large-change", "moving house")
    guard = Guard([override])
    assert guard.check(changes(same=10)) is None
    assert override == guard.check(changes(delete=10))


def test_a_run_that_moves_all_that_it_names_is_not_weighed() -> None:
    plan = [Change(Action.UPDATE, "toy", f"t{n}") for n in range(12)]
    assert Guard(is_weighing=False).check(plan) is None
