from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import Unavailable, ValuesMissing
from launchbook.model.railway import Deployment
from launchbook.model.vercel import Production
from launchbook.redact import Secret
from launchbook.release.aftermath import Aftermath
from tests.support.capsules import capsule, surface

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.model.railway import ServiceScope

RUNNING = Deployment("d1", "SUCCESS")
FAILED = Deployment("d2", "FAILED")
BUILDING = Deployment("d3", "BUILDING")
OLDER = Deployment("d0", "BUILDING")
HELD = Production("w1", is_auto_assigned=False)
MOVING = Production(
    "w1", is_auto_assigned=False, job_status="in-progress", job_deployment_id="w2"
)


@dataclass
class Platforms:
    """All that an aftermath is read from.

    Attributes:
        deployments: Service to its deployments, newest first; one that runs without.
        stored: Service to the values of its next deployment.
        kept: Name to the values of a release.
    """

    deployments: Mapping[str, Sequence[Deployment]] = field(default_factory=dict)
    production: Production = HELD
    stored: dict[str, dict[str, Secret]] = field(default_factory=dict)
    kept: dict[str, dict[str, Secret]] = field(default_factory=dict)
    is_silent: bool = False

    def read_deployments(self, scope: ServiceScope) -> Sequence[Deployment]:
        if self.is_silent:
            raise Unavailable("no answer", hint="Wait.", platform="railway")
        return self.deployments.get(scope.service_id, (RUNNING,))

    def read_variables(self, scope: ServiceScope) -> dict[str, Secret]:
        return self.stored.get(scope.service_id, {})

    def read_production(self, project_id: str) -> Production:
        return self.production

    def open(self, name: str) -> dict[str, Secret]:
        if name not in self.kept:
            raise ValuesMissing(f"no values of {name}", hint="Release again.")
        return self.kept[name]

    def coming(self) -> dict[str, str]:
        return Aftermath(self, self, self).coming(capsule(1).surfaces)


def test_where_all_is_still_nothing_comes() -> None:
    assert {} == Platforms().coming()


def test_a_build_and_a_promotion_under_way_are_coming() -> None:
    building: dict[str, Sequence[Deployment]] = {
        "s-worker": (FAILED, BUILDING, RUNNING)
    }
    found = Platforms(building, MOVING).coming()
    assert {"worker": "d3", "customer": "w2"} == found


def test_what_failed_or_is_older_than_what_serves_does_not_come() -> None:
    assert {} == Platforms({"s-backend": (FAILED, RUNNING, OLDER)}).coming()


def test_a_platform_that_does_not_say_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        Platforms(is_silent=True).coming()


def test_stored_values_that_are_not_the_releases_are_named_and_never_shown() -> None:
    release = {"LOG_LEVEL": Secret("info"), "SEALED": Secret("s"), "SAME": Secret("1")}
    stored = {"LOG_LEVEL": Secret("debug"), "SAME": Secret("1")}
    platforms = Platforms(
        stored={"s-backend": stored, "s-worker": stored}, kept={"v": release}
    )
    surfaces = [
        surface("backend", 1, values="v"),
        surface("worker", 1, values="lost"),
        surface("customer", 1, values="v"),
    ]
    found = Aftermath(platforms, platforms, platforms).stored(surfaces)
    assert {"backend": ["LOG_LEVEL"]} == found
