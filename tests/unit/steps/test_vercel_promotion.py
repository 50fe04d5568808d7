"""Production is moved once, followed to its end, and never pinned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.errors import (
    Conflict,
    DeploymentFailed,
    GateFailed,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    VerificationFailed,
)
from launchbook.model.vercel import Production, ProjectSettings
from launchbook.steps.vercel_promotion import Inputs, VercelPromotion
from tests.support.domains import context

if TYPE_CHECKING:
    from launchbook.providers.vercel.client import VercelClient

INPUTS = Inputs("p1", "production", "customer", "new", "0123456789ab-cafecafe")
BEFORE = Production("old", is_auto_assigned=False)
LOST = Unavailable("no answer", hint="Wait.", platform="vercel")


@dataclass
class Platform:
    """A project whose promotion takes two looks.

    Attributes:
        ends_as: How its jobs end.
        is_lost: The answer to the next promotion is lost: after it was taken, or
            before (``None`` answers).
        queue: How many looks an ordered promotion waits before it is shown (202).
        refusal: What is answered to every promotion.
        is_gone: The deployment was deleted.
    """

    production: Production = BEFORE
    ends_as: str = "succeeded"
    is_lost: bool | None = None
    queue: int = 0
    refusal: Exception | None = None
    is_gone: bool = False
    waiting: str = ""
    log: list[str] = field(default_factory=list)
    looks: int = 0

    def read_production(self, project_id: str) -> Production:
        if self.waiting:
            self.queue -= 1
            if self.queue < 0:
                self._start(self.waiting)
        if self.production.is_moving:
            self.looks += 1
            if self.looks >= 2:
                self._finish()
        return self.production

    def read_deployment(self, deployment_id: str) -> None:
        if self.is_gone:
            raise NotFound("no such deployment", hint="Look.", platform="vercel")

    def promote(self, project_id: str, deployment_id: str) -> None:
        self.log.append(f"promote {deployment_id}")
        is_lost, self.is_lost = self.is_lost, None
        if self.refusal:
            raise self.refusal
        if self.queue:
            self.waiting = deployment_id
        elif is_lost is not True:
            self._start(deployment_id)
        if is_lost is not None:
            raise LOST

    def update_project(self, project_id: str, settings: ProjectSettings) -> None:
        assert settings.is_custom_domain_auto_assigned is False
        self.log.append("hold")
        self.production = replace(self.production, is_auto_assigned=False)

    def _start(self, deployment_id: str) -> None:
        self.looks, self.waiting = 0, ""
        self.production = replace(
            self.production,
            job_kind="promote",
            job_status="pending",
            job_deployment_id=deployment_id,
            job_at=datetime(2026, 11, 22, tzinfo=UTC),
        )

    def _finish(self) -> None:
        self.production = replace(self.production, job_status=self.ends_as)
        if self.ends_as == "succeeded":
            self.production = replace(
                self.production,
                deployment_id=self.production.job_deployment_id,
                is_auto_assigned=True,
            )


def carried_out(platform: Platform, inputs: Inputs = INPUTS) -> Platform:
    step = VercelPromotion(cast("VercelClient", platform))
    here = context()
    step.apply(inputs, step.facts(inputs, here), here)
    assert "new" == step.verify(inputs, here).outputs["deployment_id"]
    return platform


def test_it_is_promoted_followed_and_held_again() -> None:
    assert ["promote new", "hold"] == carried_out(Platform()).log


def test_an_answer_that_is_lost_after_it_was_taken_orders_nothing_twice() -> None:
    assert ["promote new", "hold"] == carried_out(Platform(is_lost=False)).log


def test_an_answer_that_is_lost_before_it_was_taken_is_told() -> None:
    with pytest.raises(Unavailable):
        carried_out(Platform(is_lost=True))


def test_what_was_deleted_is_refused_before_anything_moves() -> None:
    platform = Platform(is_gone=True)
    with pytest.raises(GateFailed, match="nothing was moved"):
        carried_out(platform)
    assert [] == platform.log
    serving = replace(BEFORE, deployment_id="new")
    assert [] == carried_out(Platform(serving, is_gone=True)).log


def test_a_job_of_its_own_that_is_under_way_is_only_followed() -> None:
    moving = replace(BEFORE, job_status="in-progress", job_deployment_id="new")
    assert ["hold"] == carried_out(Platform(moving)).log


def test_a_job_of_somebody_else_is_waited_for_first() -> None:
    moving = replace(BEFORE, job_status="in-progress", job_deployment_id="other")
    assert ["promote new", "hold"] == carried_out(Platform(moving)).log


def test_what_a_rollback_by_hand_has_pinned_is_promoted_all_the_same() -> None:
    pinned = replace(
        BEFORE, job_kind="rollback", job_status="succeeded", job_deployment_id="old"
    )
    assert ["promote new", "hold"] == carried_out(Platform(pinned)).log


def test_a_job_that_fails_says_what_is_still_production() -> None:
    with pytest.raises(DeploymentFailed, match="old is still production"):
        carried_out(Platform(ends_as="failed"))


def test_names_that_move_by_themselves_are_only_held() -> None:
    loose = Production("new", is_auto_assigned=True)
    assert ["hold"] == carried_out(Platform(loose)).log


def test_what_is_elsewhere_when_it_is_read_again_is_told() -> None:
    step = VercelPromotion(cast("VercelClient", Platform()))
    with pytest.raises(VerificationFailed, match="is old, not new"):
        step.verify(INPUTS, context())


def test_it_is_undone_by_promoting_what_was_there_before() -> None:
    platform = Platform(Production("new", is_auto_assigned=False))
    step = VercelPromotion(cast("VercelClient", platform))
    step.undo(INPUTS, BEFORE, context())
    assert ["promote old", "hold"] == platform.log


def test_nothing_is_promoted_in_a_custom_environment() -> None:
    custom = replace(INPUTS, environment_id="cenv_1")
    assert [] == carried_out(Platform(), custom).log


FAILED_ONCE = replace(
    BEFORE,
    job_kind="promote",
    job_status="failed",
    job_deployment_id="new",
    job_at=datetime(2026, 11, 15, tzinfo=UTC),
)


@pytest.mark.parametrize("queue", [0, 3], ids=["at once", "queued"])
def test_an_older_job_to_the_same_place_is_not_taken_for_ours(queue: int) -> None:
    platform = Platform(FAILED_ONCE, queue=queue)
    assert ["promote new", "hold"] == carried_out(platform).log


def test_an_older_job_does_not_stand_for_one_whose_order_was_lost() -> None:
    with pytest.raises(Unavailable):
        carried_out(Platform(FAILED_ONCE, is_lost=True))


def test_a_skipped_job_is_told() -> None:
    with pytest.raises(DeploymentFailed, match="ended as skipped"):
        carried_out(Platform(ends_as="skipped"))


def test_what_can_never_be_promoted_is_told_with_a_way_out() -> None:
    refusal = Rejected("not a ready deployment", hint="Wait.", status=422)
    with pytest.raises(DeploymentFailed, match="does not promote new") as caught:
        carried_out(Platform(refusal=refusal))
    assert "release.staging" in caught.value.hint


@pytest.mark.parametrize("kind", [Conflict, RateLimited, Unauthorized])
def test_other_refusals_are_told_as_they_are(kind: type[ProviderError]) -> None:
    platform = Platform(refusal=kind("no", hint="Wait."))
    with pytest.raises(kind):
        carried_out(platform)
    assert ["promote new"] == platform.log
