"""Variables that are sealed, and the staged changes that only they may be."""

from __future__ import annotations

import pytest

from launchbook.errors import Conflict
from launchbook.model.railway import VariableNote
from launchbook.providers.railway.client import RailwayClient
from launchbook.redact import Secret
from tests.support.railway_world import ANSWERS, SCOPE
from tests.support.transport import JumpingClock, ScriptedGraphql

KEY = {"KEY": Secret("hidden-value")}


def client_with(patch: object) -> tuple[RailwayClient, ScriptedGraphql]:
    staged = {"StagedChanges": {"environmentStagedChanges": {"patch": patch}}}
    wire = ScriptedGraphql({**ANSWERS, **staged})
    return RailwayClient(wire, JumpingClock()), wire


def test_sealing_stages_and_commits_without_deploying() -> None:
    client, wire = client_with({})
    client.seal_variables(SCOPE, KEY)
    assert ["StagedChanges", "StageChanges", "CommitStaged"] == wire.operations
    staged = wire.variables("StageChanges")["input"]["services"][SCOPE.service_id]
    assert {"KEY": {"value": "hidden-value", "isSealed": True}} == staged["variables"]


def test_nothing_to_seal_sends_nothing() -> None:
    client, wire = client_with({})
    client.seal_variables(SCOPE, {})
    assert [] == wire.operations


@pytest.mark.parametrize(
    "patch",
    [
        {"services": {"s": {"variables": {"A": {"value": "x"}}}}},
        {"services": {"s": {"variables": {"A": None}}}},
        {"services": {"s": {"deploy": {}}}},
        {"sharedVariables": {"A": {"value": "x", "isSealed": True}}},
        {"volumes": {"v": {}}},
    ],
)
def test_what_somebody_else_staged_is_never_committed(patch: object) -> None:
    client, wire = client_with(patch)
    with pytest.raises(Conflict, match="staged changes that somebody else made"):
        client.seal_variables(SCOPE, KEY)
    assert ["StagedChanges"] == wire.operations


def test_what_a_run_left_staged_is_staged_again() -> None:
    left = {"services": {"s": {"variables": {"KEY": {"isSealed": True}}}}}
    client, wire = client_with(left)
    client.seal_variables(SCOPE, KEY)
    assert "CommitStaged" == wire.operations[-1]


def test_notes_are_those_of_the_service() -> None:
    client, _ = client_with({})
    note = VariableNote("KEY", is_sealed=True, changed_at="2026-01-01T00:00:00.000Z")
    assert {"KEY": note} == client.read_variable_notes(SCOPE)
