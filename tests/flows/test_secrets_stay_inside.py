"""Secret values appear nowhere: outputs, ledger, plans, logs, command lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from launchbook.config.keys import KeyRing
from launchbook.config.secret import SecretStore
from tests.support.journey import STAGING, Journey
from tests.support.sentinel import CommandLines, contents, leaks, spellings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")

BACKEND = "inventory/variables/backend.yml"
PLANTED = "sentinel/JWT+value&with=signs%and?spaces here ~ 0123456789"
UPSERT = "variableCollectionUpsert"


def test_the_search_finds_a_value_in_each_spelling() -> None:
    for needle in spellings(PLANTED):
        assert ["here"] == leaks([PLANTED], {"here": b"..." + needle + b"..."})
    assert [] == leaks([PLANTED], {"here": b"sentinel"})


@pytest.fixture
def planted(shop: Journey) -> Journey:
    """A working folder whose JWT secret is a value that we know."""
    shop.edit(BACKEND, "value: secret:JWT_SECRET", "value: env:PLANTED_JWT")
    shop.environ["PLANTED_JWT"] = PLANTED
    return shop


def secrets_of(journey: Journey) -> list[str]:
    """All values that must stay inside: planted, generated, and the tokens."""
    store = SecretStore(
        journey.home / "sandbox" / "secrets" / "staging.age",
        KeyRing.open(journey.home, is_read_only=True),
    )
    found = [store.get(name) for name in sorted(store.names())]
    values = [each.reveal() for each in found if each is not None]
    assert len(values) > 1
    facts: dict[str, Any] = journey.sandbox.facts
    tokens = [facts[vendor]["token"] for vendor in ("railway", "vercel", "supabase")]
    return [PLANTED, *values, *tokens, facts["control_token"]]


def typed(journey: Journey, *words: str) -> dict[str, bytes]:
    """Type a command in a process of its own; return what it wrote, by stream."""
    with journey.spawn(STAGING, *words) as runner:
        out, err = runner.communicate(timeout=60)
    name = " ".join(words) or "a plain run"
    return {
        f"output of {name} (status {runner.returncode})": out.encode(),
        f"errors of {name}": err.encode(),
    }


def test_no_secret_comes_out_of_runs_checks_plans_and_failures(
    planted: Journey, tmp_path: Path
) -> None:
    plan, command_lines = tmp_path / "plan.json", CommandLines()
    places: dict[str, bytes] = {}
    echo = {"errors": [{"message": f"{PLANTED} is no good value"}], "data": None}
    with command_lines.watched():
        places |= typed(planted, "--check", "--json")
        places |= typed(planted, "--check", "--verbose", "--out", str(plan))
        planted.order("railway", UPSERT, "status", status=400, body=echo)
        places |= typed(planted, "--workers", "1")
        places |= typed(planted, "--json")
        places |= typed(planted, "--verbose")
    statuses = [name[-2] for name in places if name.startswith("output")]
    assert ["3", "3", "8", "0", "0"] == statuses, places
    assert any(b"no good value" in text for text in places.values())
    assert b"update" in plan.read_bytes()

    places |= {"command lines": b"\n".join(command_lines.seen)}
    places |= {"the plan": plan.read_bytes()}
    for folder in ("sandbox", "keys", "kept", "reports"):
        places |= contents(planted.home / folder)
    emulator = planted.home / "emulator"
    places |= {str(p): p.read_bytes() for p in emulator.glob("*.log*") if p.is_file()}
    places |= {str(p): p.read_bytes() for p in emulator.glob("requests*")}
    assert str(planted.ledger) in places
    assert [] == leaks(secrets_of(planted), places)
    assert any(b"provision.staging" in line for line in command_lines.seen)
