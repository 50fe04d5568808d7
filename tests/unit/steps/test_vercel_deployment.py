"""On a custom environment READY is not live; on production a ready build is staged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from launchbook.digest import digest
from launchbook.model.source import build_identity
from launchbook.model.vercel import LABEL, PRODUCTION, Deployment
from launchbook.steps.vercel_deployment import Facts, Inputs, VercelDeployment

if TYPE_CHECKING:
    from launchbook.engine.step import Context
    from launchbook.providers.vercel.client import VercelClient
    from launchbook.transport.git import Git

INPUTS = Inputs(
    *("p1", "vocilia-customer", "env1", "customer", "/src", "f" * 40, "0" * 40),
    *("v", "s"),
)
IDENTITY = build_identity("0" * 40, digest(["v", "s"]))


class Platform:
    """Answers the same deployments to every question."""

    def __init__(self, *deployments: Deployment) -> None:
        self._deployments = deployments

    def read_deployments(self, project_id: str, limit: int) -> tuple[Deployment, ...]:
        return self._deployments

    def read_deployment(self, deployment_id: str) -> Deployment:
        return next(each for each in self._deployments if each.id == deployment_id)


def deployment(
    name: str, identity: str, *, is_live: bool, environment: str = "env1"
) -> Deployment:
    is_custom = environment != PRODUCTION
    return Deployment(
        id=name,
        url=f"{name}.vercel.app",
        state="READY",
        target="" if is_custom else PRODUCTION,
        is_alias_assigned=is_live,
        custom_environment_id=environment if is_custom else "",
        meta={LABEL: identity},
    )


def facts_of(*deployments: Deployment, inputs: Inputs = INPUTS) -> Facts:
    client = cast("VercelClient", Platform(*deployments))
    step = VercelDeployment(client, cast("Git", None))
    return step.facts(inputs, cast("Context", None))


def test_a_build_without_its_host_names_is_on_its_way_in_a_custom_environment() -> None:
    ours = deployment("ours", IDENTITY, is_live=False)
    old = deployment("old", "another", is_live=True)
    assert Facts((), ours, ours) == facts_of(ours, old)


def test_the_first_build_without_its_host_names_is_waited_for() -> None:
    found = facts_of(deployment("ours", IDENTITY, is_live=False))
    step = object.__new__(VercelDeployment)
    assert step.plan(INPUTS, found, None).is_pending


def test_a_build_with_its_host_names_is_there() -> None:
    ours = deployment("ours", IDENTITY, is_live=True)
    found = facts_of(ours)
    assert Facts((ours,), None, ours) == found
    step = object.__new__(VercelDeployment)
    assert not step.plan(INPUTS, found, None).is_pending


def test_on_production_a_ready_build_is_there_without_host_names() -> None:
    ours = deployment("ours", IDENTITY, is_live=False, environment=PRODUCTION)
    elsewhere = deployment("elsewhere", IDENTITY, is_live=True)
    inputs = replace(INPUTS, environment_id=PRODUCTION)
    assert Facts((ours,), None, ours) == facts_of(elsewhere, ours, inputs=inputs)
