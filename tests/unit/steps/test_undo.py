"""What a failed run takes back: variables are as they were before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.clock import SystemClock
from launchbook.engine.memory import Memory
from launchbook.engine.step import Context, Prior, Undoable
from launchbook.errors import VerificationFailed
from launchbook.model.railway import VariableNote
from launchbook.model.vercel import Target, Variable, VariableWrite
from launchbook.redact import Secret
from launchbook.steps import railway_variables, vercel_variables
from launchbook.steps.railway_variables import NAMES_VARIABLE, RailwayVariables
from launchbook.steps.vercel_variables import VercelVariables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.model.railway import ServiceScope
    from launchbook.providers.railway.client import RailwayClient
    from launchbook.providers.vercel.client import VercelClient


def context() -> Context:
    return Context(
        environment="staging",
        run="r1",
        step="backend_variables",
        clock=SystemClock(),
        history=Memory(None, "staging"),
        progress=lambda _: None,
        fingerprint=lambda text: f"{len(text):064x}",
        idempotency_key="k",
    )


class Railway:
    """Holds one service's variables; deaf to writes when told so."""

    def __init__(self, values: Mapping[str, str], *, is_deaf: bool = False) -> None:
        self.values = dict(values)
        self._is_deaf = is_deaf

    def read_variables(self, scope: ServiceScope) -> dict[str, Secret]:
        return {name: Secret(value) for name, value in self.values.items()}

    def read_variable_notes(self, scope: ServiceScope) -> dict[str, VariableNote]:
        return {name: VariableNote(name) for name in self.values}

    def seal_variables(self, scope: ServiceScope, values: Mapping[str, Secret]) -> None:
        assert not values

    def upsert_variables(
        self, scope: ServiceScope, values: Mapping[str, Secret]
    ) -> None:
        if not self._is_deaf:
            self.values |= {name: value.reveal() for name, value in values.items()}

    def delete_variable(self, scope: ServiceScope, name: str) -> None:
        del self.values[name]


class Vercel:
    """Holds one project's variables of one environment."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def read_variables(self, project_id: str) -> tuple[Variable, ...]:
        target = Target(custom_environment_ids=("env1",))
        return tuple(
            Variable(f"id-{name}", name, "plain", target, Secret(value))
            for name, value in self.values.items()
        )

    def upsert_variables(
        self, project_id: str, writes: Sequence[VariableWrite]
    ) -> None:
        self.values |= {each.key: each.value.reveal() for each in writes}

    def delete_variable(self, project_id: str, variable_id: str) -> None:
        del self.values[variable_id.removeprefix("id-")]


def railway_inputs() -> railway_variables.Inputs:
    variables: dict[str, str | Secret] = {"LOG_LEVEL": "info", "JWT": Secret("s" * 32)}
    return railway_variables.Inputs("p1", "e1", "s1", "backend", variables)


def vercel_inputs() -> vercel_variables.Inputs:
    variables: dict[str, str | Secret] = {"NEXT_PUBLIC_A": "new", "NEXT_PUBLIC_B": "b"}
    return vercel_variables.Inputs("p1", "env1", "customer", variables)


def test_both_kinds_of_variables_can_be_taken_back() -> None:
    assert isinstance(object.__new__(RailwayVariables), Undoable)
    assert isinstance(object.__new__(VercelVariables), Undoable)


def test_railways_variables_are_as_before() -> None:
    before = {"LOG_LEVEL": "debug", "STRAY": "kept"}
    platform = Railway(before)
    step = RailwayVariables(cast("RailwayClient", platform))
    inputs, facts = railway_inputs(), step.facts(railway_inputs(), context())
    step.apply(inputs, facts, context())
    written = {"LOG_LEVEL": "info", "STRAY": "kept", "JWT": "s" * 32}
    assert written | {NAMES_VARIABLE: "JWT,LOG_LEVEL"} == platform.values
    step.undo(inputs, facts, context())
    assert before == platform.values


def test_vercels_variables_are_as_before() -> None:
    before = {"NEXT_PUBLIC_A": "old", "OTHER": "kept"}
    platform = Vercel(before)
    step = VercelVariables(cast("VercelClient", platform))
    inputs, facts = vercel_inputs(), step.facts(vercel_inputs(), context())
    step.apply(inputs, facts, context())
    expected = {"NEXT_PUBLIC_A": "new", "NEXT_PUBLIC_B": "b", "OTHER": "kept"}
    assert expected == platform.values
    step.undo(inputs, facts, context())
    assert before == platform.values


def test_a_write_that_does_not_show_is_no_success() -> None:
    platform = Railway({}, is_deaf=True)
    step = RailwayVariables(cast("RailwayClient", platform))
    step.apply(railway_inputs(), step.facts(railway_inputs(), context()), context())
    with pytest.raises(VerificationFailed, match="LOG_LEVEL"):
        step.verify(railway_inputs(), context())


def test_a_prior_record_does_not_hide_a_drift() -> None:
    step = RailwayVariables(cast("RailwayClient", Railway({"LOG_LEVEL": "debug"})))
    facts = step.facts(railway_inputs(), context())
    prior = Prior(datetime(2026, 1, 1, tzinfo=UTC), "0" * 64, {"fingerprint": "f"})
    assert step.plan(railway_inputs(), facts, prior).is_pending
