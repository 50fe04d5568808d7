"""A past release's deployment is used while it is there, and else built again once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.errors import BuildFailed, ImageExpired, NotFound, VerificationFailed
from launchbook.model.source import SourceEntry
from launchbook.model.vercel import (
    LABEL,
    PRODUCTION,
    Deployment,
    DeploymentOrder,
    LogLine,
    Target,
    Variable,
    VariableWrite,
)
from launchbook.redact import Secret
from launchbook.steps.vercel_rebuild import Facts, Inputs, VercelRebuild
from tests.support.domains import context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from launchbook.providers.vercel.client import VercelClient
    from launchbook.release.vault import Vault
    from launchbook.transport.git import Git

IDENTITY = "0123456789ab-cafecafe"
INPUTS = Inputs(
    *("p1", "shop-customer", PRODUCTION, "customer", "d1", IDENTITY),
    *("/src/shop", "f" * 40, "kept"),
)


def deployment(name: str, state: str = "READY", identity: str = IDENTITY) -> Deployment:
    url, labels = f"{name}.vercel.app", {LABEL: identity}
    return Deployment(name, url, state, target=PRODUCTION, meta=labels)


@dataclass
class Platform:
    """A project with deployments; what is ordered is built at the second look.

    Attributes:
        ends_as: How a build ends.
    """

    deployments: list[Deployment] = field(default_factory=list)
    ends_as: str = "READY"
    ordered: list[DeploymentOrder] = field(default_factory=list)
    written: list[VariableWrite] = field(default_factory=list)

    def read_deployment(self, name: str) -> Deployment:
        found = next((each for each in self.deployments if each.id == name), None)
        if found is None:
            raise NotFound("no such deployment", hint="Look.", platform="vercel")
        if found.state == "BUILDING":
            self.deployments.remove(found)
            self.deployments.append(deployment(found.id, self.ends_as))
        return found

    def read_deployments(self, _project_id: str, *, limit: int) -> list[Deployment]:
        return self.deployments[:limit]

    def read_variables(self, _project_id: str) -> tuple[Variable, ...]:
        target = Target.of(PRODUCTION)
        sealed = Variable("v1", "SESSION_SECRET", "sensitive", target, None, "1")
        elsewhere = Target.of("cenv_1")
        return (sealed, Variable("v2", "COLOR", "encrypted", elsewhere, None, "1"))

    def upsert_variables(
        self, _project_id: str, writes: Sequence[VariableWrite]
    ) -> None:
        self.written += writes

    def deploy(self, order: DeploymentOrder) -> Deployment:
        self.ordered.append(order)
        self.deployments.append(deployment("d2", "BUILDING"))
        return self.deployments[-1]

    def read_build_logs(self, _name: str) -> tuple[LogLine, ...]:
        return ()


class Shop:
    """The repository and the vault: one file, and one set of values."""

    def read_files(self, _path: Path, _commit: str) -> tuple[SourceEntry, ...]:
        return (SourceEntry("index.html", 0o644, b"<h1>"),)

    def has(self, name: str) -> bool:
        return name == "kept"

    def open(self, _name: str) -> dict[str, Secret]:
        return {"SESSION_SECRET": Secret("old"), "COLOR": Secret("red")}


def step(platform: Platform) -> VercelRebuild:
    client, git, vault = cast("VercelClient", platform), Shop(), Shop()
    return VercelRebuild(client, cast("Git", git), cast("Vault", vault))


def test_a_deployment_that_is_there_is_used() -> None:
    platform = Platform([deployment("d9"), deployment("d1")])
    found = step(platform).facts(INPUTS, context())
    assert Facts(deployment("d1")) == found


def test_one_that_is_gone_is_built_again_with_its_commit_and_its_values() -> None:
    platform = Platform([deployment("d9", identity="another")])
    facts = step(platform).facts(INPUTS, context())
    assert Facts() == facts
    step(platform).apply(INPUTS, facts, context())
    verified = step(platform).verify(INPUTS, context())
    assert {"identity": IDENTITY, "deployment_id": "d2"} == verified.outputs
    assert {"built_again": True} == verified.evidence
    (order,) = platform.ordered
    assert (PRODUCTION, IDENTITY) == (order.target, order.meta[LABEL])
    written = {each.key: (each.value.reveal(), each.kind) for each in platform.written}
    expected = {"SESSION_SECRET": ("old", "sensitive"), "COLOR": ("red", "plain")}
    assert expected == written


def test_a_build_on_its_way_is_waited_for_and_not_ordered_again() -> None:
    platform = Platform([deployment("d2", "BUILDING")])
    facts = step(platform).facts(INPUTS, context())
    step(platform).apply(INPUTS, facts, context())
    assert [] == platform.ordered


def test_without_its_values_it_cannot_be_built_again() -> None:
    lost = Inputs(**{**_fields(INPUTS), "values": "lost"})
    with pytest.raises(ImageExpired, match="its values are not kept"):
        step(Platform()).apply(lost, Facts(), context())


def test_a_build_that_fails_says_so_before_anything_is_moved() -> None:
    with pytest.raises(BuildFailed, match="cannot be built again") as caught:
        step(Platform(ends_as="ERROR")).apply(INPUTS, Facts(), context())
    assert "Nothing was moved" in caught.value.hint


def test_what_is_not_there_afterwards_is_no_success() -> None:
    with pytest.raises(VerificationFailed):
        step(Platform()).verify(INPUTS, context())


def _fields(inputs: Inputs) -> dict[str, str]:
    return {name: str(getattr(inputs, name)) for name in Inputs.__slots__}
