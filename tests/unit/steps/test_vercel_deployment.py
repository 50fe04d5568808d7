"""READY is not live: what is built and not yet reachable is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from launchbook.digest import digest
from launchbook.model.source import build_identity
from launchbook.model.vercel import Deployment
from launchbook.steps.vercel_deployment import LABEL, Facts, Inputs, VercelDeployment

if TYPE_CHECKING:
    from launchbook.engine.step import Context
    from launchbook.providers.vercel.client import VercelClient
    from launchbook.transport.git import Git

INPUTS = Inputs(
    "p1", "vocilia-customer", "env1", "customer", "/src", "0" * 40, "v", "s"
)
IDENTITY = build_identity("0" * 40, digest(["v", "s"]))


class Platform:
    """Answers the same deployments to every question."""

    def __init__(self, *deployments: Deployment) -> None:
        self._deployments = deployments

    def read_deployments(self, project_id: str) -> tuple[Deployment, ...]:
        return self._deployments

    def read_deployment(self, deployment_id: str) -> Deployment:
        return next(each for each in self._deployments if each.id == deployment_id)


def deployment(name: str, identity: str, *, is_live: bool) -> Deployment:
    return Deployment(
        id=name,
        url=f"{name}.vercel.app",
        state="READY",
        is_alias_assigned=is_live,
        custom_environment_id="env1",
        meta={LABEL: identity},
    )


def facts_of(*deployments: Deployment) -> Facts:
    client = cast("VercelClient", Platform(*deployments))
    step = VercelDeployment(client, cast("Git", None))
    return step.facts(INPUTS, cast("Context", None))


def test_a_build_without_its_host_names_is_pending_and_the_old_one_live() -> None:
    ours = deployment("ours", IDENTITY, is_live=False)
    old = deployment("old", "another", is_live=True)
    found = facts_of(ours, old)
    assert (old, ours) == (found.live, found.pending)


def test_the_first_build_without_its_host_names_is_waited_for() -> None:
    ours = deployment("ours", IDENTITY, is_live=False)
    found = facts_of(ours)
    assert (None, ours) == (found.live, found.pending)
    step = object.__new__(VercelDeployment)
    assert step.plan(INPUTS, found, None).is_pending


def test_a_build_with_its_host_names_is_live() -> None:
    ours = deployment("ours", IDENTITY, is_live=True)
    found = facts_of(ours)
    assert (ours, None) == (found.live, found.pending)
    step = object.__new__(VercelDeployment)
    assert not step.plan(INPUTS, found, None).is_pending
