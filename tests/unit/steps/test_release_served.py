"""Every surface must show its identity; one that does not is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from launchbook.errors import VerificationFailed
from launchbook.model.railway import Deployment
from launchbook.steps.release_served import Inputs, ReleaseServed
from tests.support.capsules import capsule, identity
from tests.support.domains import context
from tests.support.visitor import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.model.railway import ServiceScope

SURFACES: dict[str, Any] = {each.name: each.as_json() for each in capsule(1).surfaces}


class Railway:
    def read_deployments(self, scope: ServiceScope) -> Sequence[Deployment]:
        return [Deployment("d1", "SUCCESS", message=f"launchbook {identity(1)}")]


def step(backend: str) -> ReleaseServed:
    table = Table(
        {
            "https://backend.example/health": (200, {}, f'{{"build": "{backend}"}}'),
            "https://customer.example/build.json": (
                *(200, {}),
                f'{{"identity": "{identity(1)}"}}',
            ),
        }
    )
    return ReleaseServed(table, Railway())


def test_what_every_surface_shows_is_evidence() -> None:
    verified = step(identity(1)).verify(Inputs(SURFACES), context())
    assert capsule(1).identities == verified.evidence
    assert {"surfaces": SURFACES} == verified.outputs


def test_the_surface_that_shows_something_else_is_named() -> None:
    with pytest.raises(VerificationFailed, match="backend shows") as caught:
        step(identity(7)).verify(Inputs(SURFACES), context())
    assert "customer" not in caught.value.message
