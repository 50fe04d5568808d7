"""The way back on the sandbox: told on any day, tried on a new schema, refused where it
would end in a release that cannot work."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.test_release import (
    BUILD,
    PROMOTE,
    REASON,
    RELEASE,
    ROLLBACK,
    THEME,
    UPLOAD,
    change,
    newest,
    served,
)

if TYPE_CHECKING:
    from tests.support.journey import Journey, Outcome

pytestmark = [
    pytest.mark.xdist_group("journey"),
    pytest.mark.timeout(240),
]
READINESS = ("rollback.readiness", "--environment", "staging")
MIGRATIONS = "supabase/migrations"
NEWER = "rollback-schema-newer"


def add_migration(shop: Journey, name: str, sql: str) -> None:
    """Put a file beside the others, to be committed with the next change."""
    path = f"{MIGRATIONS}/{name}.sql"
    (shop.work_tree / path).write_text(sql, encoding="utf-8")
    subprocess.run(["git", "add", path], cwd=shop.work_tree, check=True)


def answers(told: Outcome) -> dict[str, tuple[bool, str, list[str]]]:
    """Purpose to whether it is open, to where, and what speaks against it."""
    found: dict[str, tuple[bool, str, list[str]]] = {}
    for each in told.records:
        record: dict[str, Any] = each
        against = [f["name"] for f in record["findings"] if f["verdict"] != "pass"]
        found[record["purpose"]] = (record["is_open"], record["target"], against)
    return found


def trials(shop: Journey) -> list[dict[str, Any]]:
    """What the ledger keeps of the old release on newer schemas, oldest first."""
    shown = shop.run("ledger.export")
    records = [json.loads(line) for line in shown.lines if line.startswith("{")]
    return [e["evidence"] for e in records if e["step"] == "compatibility"]


def test_the_way_back_is_told_on_any_day_and_nothing_is_written(
    torn: Journey,
) -> None:
    mark, size = torn.mark(), torn.ledger.stat().st_size
    told = torn.run(*READINESS)
    first = newest(torn)
    assert 0 == told.status, told.err
    assert f"staging, if the next release fails: ROLLBACK: OPEN to {first}" in told.out
    assert "s of 900 s" in told.lines[-1]
    closed = torn.run(*READINESS, "--to", "77")
    assert (2, "unknown-release") == (closed.status, closed.code)
    every = torn.run("rollback.readiness")
    assert "production, if the next release fails: ROLLBACK: OPEN, nothing is" in (
        every.out
    )
    assert ([], size) == (torn.written(mark), torn.ledger.stat().st_size)


@pytest.mark.heavy
def test_a_release_that_the_schema_left_behind_is_not_returned_to(
    torn: Journey,
) -> None:
    first, before = newest(torn), served(torn)
    add_migration(
        torn, "20270101000000_town", "alter table businesses add column town text;\n"
    )
    add_migration(
        torn,
        "20270101000100_drop_town",
        "-- launchbook: phase=contract\nalter table businesses drop column town;\n",
    )
    change(torn, THEME, "/* a town */\n")
    done = torn.run(RELEASE)
    assert 0 == done.status, done.err
    second = newest(torn)
    assert (first, "20270101000000") == (
        trials(torn)[-1]["capsule"],
        trials(torn)[-1]["schema"],
    )
    assert (0, {"release": (True, second, []), "rollback": (True, first, [])}) == (
        (told := torn.run(*READINESS, "--json")).status,
        answers(told),
    )

    change(torn, THEME, "/* no town */\n")
    done = torn.run(RELEASE)
    assert 0 == done.status, done.err
    third, serving = newest(torn), served(torn)
    told = torn.run(*READINESS, "--to", first, "--json")
    assert 4 == told.status, told.out
    assert NEWER in answers(told)["rollback"][2]

    mark = torn.mark()
    refused = torn.run(ROLLBACK, "--to", first, *REASON)
    assert (4, "gate-failed") == (refused.status, refused.code), refused.err
    assert "20270101000100" in refused.err
    assert "Go forward" in refused.hint
    assert f"--override {NEWER}" in refused.hint
    assert ([], serving, third) == (torn.written(mark), served(torn), newest(torn))

    back = torn.run(ROLLBACK, *REASON)
    assert 0 == back.status, back.err
    assert f"OLD: {second} serves everywhere" in back.lines[-1]
    forced = torn.run(ROLLBACK, "--to", first, "--override", NEWER, *REASON)
    assert (0, before) == (forced.status, served(torn)), forced.err


@pytest.mark.heavy
def test_an_old_release_that_the_new_schema_breaks_keeps_the_new_one_back(
    torn: Journey,
) -> None:
    first, before = newest(torn), served(torn)
    add_migration(
        torn,
        "20270201000000_beats",
        "-- launchbook: allow=rename-table nobody reads it\n"
        "-- launchbook: allow=drop-table nobody reads it\n"
        "alter table worker_heartbeats rename to beats;\n",
    )
    change(torn, THEME, "/* beats */\n")
    refused = torn.run(RELEASE)
    assert (4, "gate-failed") == (refused.status, refused.code), refused.err
    assert "rollback-contract" in refused.err
    assert (first, before) == (newest(torn), served(torn))

    mark = torn.mark()
    forced = torn.run(RELEASE, "--override", "rollback-contract", *REASON)
    assert (5, True) == (forced.status, "Nothing was deployed" in forced.hint), (
        forced.err
    )
    assert [] == [each for each in torn.written(mark) if each in {BUILD, UPLOAD}]
    told = torn.run(*READINESS, "--json")
    assert 4 == told.status
    assert "rollback-old-code-works" in answers(told)["release"][2]


@pytest.mark.heavy
def test_a_web_app_whose_deployment_is_gone_is_built_again(torn: Journey) -> None:
    first, before = newest(torn), served(torn)
    change(torn, THEME, "/* gone */\n")
    assert 0 == torn.run(RELEASE).status
    shown = torn.run("release.show", "--release", first, "--json").records[0]
    surfaces: Any = shown["surfaces"]
    gone = next(e["deployment_id"] for e in surfaces if e["name"] == "customer")
    team = torn.sandbox.facts["vercel"]["team"]
    path = f"/v13/deployments/{gone}?teamId={team}"
    deleted = torn.sandbox.api("vercel", "DELETE", path)
    assert 200 == deleted.status

    told = torn.run(*READINESS, "--to", first, "--json")
    assert (0, (True, first, [])) == (told.status, answers(told)["rollback"])
    mark = torn.mark()
    back = torn.run(ROLLBACK, *REASON)
    assert (0, before) == (back.status, served(torn)), back.err
    assert (1, 3) == (torn.made(mark)[BUILD], torn.made(mark)[PROMOTE])
