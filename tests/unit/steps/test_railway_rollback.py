"""A deployment of the past is found again among those that its rollback makes."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import pytest

from launchbook.errors import (
    DeploymentFailed,
    ImageExpired,
    NotFound,
    Rejected,
    Unavailable,
    ValuesMissing,
    VerificationFailed,
)
from launchbook.model.railway import Deployment, ServiceScope, Upload
from launchbook.model.source import SourceEntry
from launchbook.redact import Secret
from launchbook.steps.railway_rollback import Inputs, RailwayRollback
from tests.support.domains import context

if TYPE_CHECKING:
    from pathlib import Path

LABEL = "launchbook 0123456789ab-cafecafe"
INPUTS = Inputs(
    *("p1", "e1", "s1", "backend", "d1", "0123456789ab-cafecafe"),
    *("/src", "c" * 40, "v1"),
)
OTHER = Deployment("d2", "SUCCESS", message="launchbook ffffffffffff-ffffffff")
VALUES = {"PORT": Secret("3000")}


def target(*, can_roll_back: bool = True) -> Deployment:
    return Deployment("d1", "REMOVED", message=LABEL, can_roll_back=can_roll_back)


@dataclass
class Railway:
    """A service; what is ordered appears in the list, and serves or fails.

    Attributes:
        refusal: A rollback is refused; whether it is said to be possible afterwards.
        has_ended: What is cancelled has come to serve a moment before.
    """

    listed: list[Deployment] = field(default_factory=lambda: [OTHER, target()])
    ends_as: str = "SUCCESS"
    is_lost: bool = False
    is_taken: bool = True
    refusal: bool | None = None
    has_ended: bool = False
    variables: dict[str, Secret] = field(default_factory=lambda: dict(VALUES))
    log: list[Any] = field(default_factory=list)

    def read_deployments(self, scope: ServiceScope) -> list[Deployment]:
        return list(self.listed)

    def read_deployment(self, deployment_id: str) -> Deployment:
        for each in self.listed:
            if each.id == deployment_id:
                return each
        raise NotFound("no such deployment", hint="Look.", platform="railway")

    def read_variables(self, scope: ServiceScope) -> dict[str, Secret]:
        return self.variables

    def cancel(self, deployment_id: str) -> None:
        self.log.append(f"cancel {deployment_id}")
        at = [each.id for each in self.listed].index(deployment_id)
        is_over = self.has_ended
        status = "SUCCESS" if is_over else "REMOVED"
        self.listed[at] = replace(self.listed[at], status=status)
        if is_over:
            raise Rejected("unprocessable", hint="Look.", platform="railway")

    def roll_back(self, deployment_id: str) -> None:
        self.log.append(f"roll back {deployment_id}")
        if self.refusal is not None:
            self.listed[-1] = target(can_roll_back=self.refusal)
            raise Rejected("cannot", hint="Look.", platform="railway")
        if self.is_taken:
            self.listed.insert(0, Deployment("d9", self.ends_as, message=LABEL))
        if self.is_lost:
            raise Unavailable("no answer", hint="Wait.", platform="railway")

    def upsert_variables(self, scope: ServiceScope, values: object) -> None:
        self.log.append(values)

    def upload(self, scope: ServiceScope, archive: bytes, message: str) -> Upload:
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            self.log.append(sorted(tar.getnames()))
        self.listed.insert(0, Deployment("d8", self.ends_as, message=message))
        return Upload("d8")


class Git:
    def read_files(self, path: Path, commit: str) -> tuple[SourceEntry, ...]:
        assert "c" * 40 == commit
        return (SourceEntry("main.py", 0o644, b"1"),)


@dataclass
class Vault:
    is_kept: bool = True

    def has(self, name: str) -> bool:
        return self.is_kept

    def open(self, name: str) -> dict[str, Secret]:
        assert "v1" == name
        if not self.is_kept:
            raise ValuesMissing("none", hint="Look.")
        return VALUES


def carried_out(railway: Railway, *, is_kept: bool = True) -> dict[str, object]:
    step = RailwayRollback(
        cast("Any", railway), cast("Any", Git()), cast("Any", Vault(is_kept))
    )
    here = context()
    step.apply(INPUTS, step.facts(INPUTS, here), here)
    return dict(step.verify(INPUTS, here).outputs)


def test_the_deployment_that_a_rollback_makes_is_followed_and_told() -> None:
    railway = Railway()
    outputs = carried_out(railway)
    assert {"identity": "0123456789ab-cafecafe", "deployment_id": "d9"} == outputs
    assert ["roll back d1"] == railway.log


def test_an_answer_that_is_lost_after_it_was_taken_orders_nothing_twice() -> None:
    railway = Railway(is_lost=True)
    assert "d9" == carried_out(railway)["deployment_id"]
    assert ["roll back d1"] == railway.log


def test_an_answer_that_is_lost_before_it_was_taken_is_told() -> None:
    with pytest.raises(Unavailable):
        carried_out(Railway(is_lost=True, is_taken=False))


def test_a_rollback_that_is_under_way_is_followed() -> None:
    railway = Railway([Deployment("d9", "DEPLOYING", message=LABEL), OTHER, target()])
    step = RailwayRollback(cast("Any", railway), cast("Any", None), cast("Any", None))
    facts = step.facts(INPUTS, context())
    assert () == facts.coming
    railway.listed[0] = Deployment("d9", "SUCCESS", message=LABEL)
    step.apply(INPUTS, facts, context())
    assert [] == railway.log


@pytest.mark.parametrize(
    "listed", [[OTHER, target(can_roll_back=False)], [OTHER]], ids=["expired", "gone"]
)
def test_what_has_no_image_is_built_again_under_its_old_values(
    listed: list[Deployment],
) -> None:
    railway = Railway(list(listed))
    assert "d8" == carried_out(railway)["deployment_id"]
    assert [VALUES, ["launchbook-build.json", "main.py"]] == railway.log


def test_without_image_and_values_it_is_refused() -> None:
    railway = Railway([OTHER])
    with pytest.raises(ImageExpired):
        carried_out(railway, is_kept=False)
    assert [] == railway.log


def test_what_does_not_start_is_told_and_the_other_still_serves() -> None:
    with pytest.raises(DeploymentFailed, match="ended as CRASHED"):
        carried_out(Railway(ends_as="CRASHED"))


def test_what_another_one_serves_is_not_returned() -> None:
    step = RailwayRollback(cast("Any", Railway()), cast("Any", None), cast("Any", None))
    with pytest.raises(VerificationFailed):
        step.verify(INPUTS, context())


COMING = Deployment("d3", "BUILDING", message="launchbook eeeeeeeeeeee-eeeeeeee")
OURS = Deployment("d1", "SUCCESS", message=LABEL)


def test_what_would_replace_it_later_is_taken_off_its_way() -> None:
    railway = Railway([COMING, OURS])
    assert "d1" == carried_out(railway)["deployment_id"]
    assert ["cancel d3", {}] == railway.log


def test_what_came_to_serve_before_it_was_stopped_is_rolled_back() -> None:
    railway = Railway([COMING, replace(OURS, can_roll_back=True)], has_ended=True)
    assert "d9" == carried_out(railway)["deployment_id"]
    assert ["cancel d3", "roll back d1"] == railway.log


def test_it_is_not_proven_while_another_one_is_on_its_way() -> None:
    step = RailwayRollback(
        cast("Any", Railway([COMING, OURS])), cast("Any", None), cast("Any", Vault())
    )
    with pytest.raises(VerificationFailed):
        step.verify(INPUTS, context())


def test_an_image_that_expires_after_the_look_is_built_again() -> None:
    railway = Railway(refusal=False)
    assert "d8" == carried_out(railway)["deployment_id"]
    assert "roll back d1" == railway.log[0]


def test_a_refusal_for_another_reason_is_told() -> None:
    with pytest.raises(Rejected):
        carried_out(Railway(refusal=True))


@pytest.mark.parametrize(
    ("text", "is_kept", "expected"),
    [
        ("3000", True, "as released; 1 of 1 can be read"),
        ("3000", False, "not kept here"),
    ],
)
def test_it_is_told_whether_the_variables_came_back(
    text: str, is_kept: bool, expected: str
) -> None:
    railway = Railway([OURS], variables={"PORT": Secret(text)})
    step = RailwayRollback(
        cast("Any", railway), cast("Any", Git()), cast("Any", Vault(is_kept))
    )
    verified = step.verify(INPUTS, context())
    assert expected == verified.evidence["variables"]


def test_variables_that_a_failed_release_wrote_are_put_back() -> None:
    railway = Railway([OURS], variables={"PORT": Secret("80"), "NEW": Secret("1")})
    step = RailwayRollback(
        cast("Any", railway), cast("Any", Git()), cast("Any", Vault())
    )
    with pytest.raises(VerificationFailed):
        step.verify(INPUTS, context())
    facts = step.facts(INPUTS, context())
    assert ("PORT",) == facts.others
    step.apply(INPUTS, facts, context())
    assert [VALUES] == railway.log


def test_a_deployment_that_is_superseded_is_told() -> None:
    with pytest.raises(DeploymentFailed, match="ended as REMOVED"):
        carried_out(Railway(ends_as="REMOVED"))
