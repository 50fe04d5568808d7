"""Recovery to a point in time: its range, and the data of then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.supabase import build
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.supabase_world import PASSWORD, Project, Supabase, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("supabase-recovery")

RESTORE = "/database/backups/restore-pitr"
PITR_7 = {"addon_type": "pitr", "addon_variant": "pitr_7"}
ROWS = "select string_agg(n::text, ',' order by n) as rows from kept"


@pytest.fixture(scope="module")
def recoverable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of the smallest size that can be recovered, with the add-on."""
    home = tmp_path_factory.mktemp("recovery") / "emulator"
    with sandbox_running(Settings(home), [build]) as one:
        yield bought(Supabase(one))


def bought(supabase: Supabase) -> Project:
    project = supabase.project(desired_instance_size="small")
    project.query("create table kept (n int)")
    supabase.done("PATCH", project.path("/billing/addons"), PITR_7)
    return project


def window(project: Project) -> tuple[int, int]:
    backups = project.vendor.get(project.path("/database/backups"))
    data = backups["physical_backup_data"]
    return (
        data["earliest_physical_backup_date_unix"],
        data["latest_physical_backup_date_unix"],
    )


def advance(project: Project, seconds: float) -> None:
    project.vendor.endpoints.control("POST", "/advance", {"seconds": seconds})


def moment_with(project: Project, number: int) -> int:
    """Write a row; return a whole second after it, and pass on to a later one."""
    project.query("insert into kept values ($1::int)", number)
    advance(project, 5)
    latest = window(project)[1]
    advance(project, 5)
    return latest


def recover(project: Project, moment: int) -> None:
    body = {"recovery_time_target_unix": moment}
    answer = project.vendor.ask("POST", project.path(RESTORE), body)
    assert (201, b"") == (answer.status, answer.body)
    assert "RESTORING" == project.status
    project.reach("ACTIVE_HEALTHY")


def rows(project: Project) -> str:
    (row,) = project.query(ROWS)
    return str(row["rows"])


def refusal(project: Project, target: object) -> tuple[int, str]:
    body = {"recovery_time_target_unix": target}
    return project.vendor.refused("POST", project.path(RESTORE), body)


def test_without_the_add_on_there_is_nothing_to_recover(
    supabase: Supabase, project: Project
) -> None:
    backups = supabase.get(project.path("/database/backups"))
    assert (False, {}) == (backups["pitr_enabled"], backups["physical_backup_data"])
    assert (400, "PITR is not enabled for this project.") == refusal(project, 1)


@pytest.mark.parametrize("target", [None, "1740787200", True, 1.5])
def test_a_moment_must_be_a_whole_number(project: Project, target: object) -> None:
    expected = "recovery_time_target_unix: Invalid input: expected number"
    assert (400, expected) == refusal(project, target)


def test_with_the_add_on_a_window_takes_the_place_of_daily_backups(
    recoverable: Project,
) -> None:
    backups = recoverable.vendor.get(recoverable.path("/database/backups"))
    earliest, latest = window(recoverable)
    assert (True, []) == (backups["pitr_enabled"], backups["backups"])
    assert earliest <= latest


@pytest.mark.parametrize("beside", [-1, 1])
def test_a_moment_outside_the_window_is_refused_with_the_window(
    recoverable: Project, beside: int
) -> None:
    advance(recoverable, 1000)
    earliest, latest = window(recoverable)
    wrong = earliest - 600 if beside < 0 else latest + 600
    status, message = refusal(recoverable, wrong)
    found = re.fullmatch(
        r"Recovery time target must be within range: (\d+) <= t <= (\d+)", message
    )
    assert found is not None, message
    assert 400 == status
    assert earliest == int(found[1])
    assert latest <= int(found[2]) < latest + 600


def test_the_latest_moment_lags_behind_the_present(recoverable: Project) -> None:
    advance(recoverable, 1000)
    _, latest = window(recoverable)
    sandbox = recoverable.vendor.endpoints
    assert isinstance(sandbox, Sandbox)
    world = sandbox.world
    assert latest <= world.clock.timestamp() - world.clock.length("supabase.archive")


def test_a_recovery_brings_back_the_rows_of_then_and_keeps_the_password(
    recoverable: Project,
) -> None:
    recoverable.query("truncate kept")
    one = moment_with(recoverable, 1)
    two = moment_with(recoverable, 2)
    password = recoverable.path("/database/password")
    recoverable.vendor.done("PATCH", password, {"password": "the current one"})
    moment_with(recoverable, 3)
    recover(recoverable, two)
    assert "1,2" == rows(recoverable)
    assert "28P01" == recoverable.refusal(password=PASSWORD)[0]
    until(lambda: not recoverable.health("db")[0].get("error"))
    recoverable.vendor.done("PATCH", password, {"password": PASSWORD})
    moment_with(recoverable, 4)
    assert "1,2,4" == rows(recoverable)
    recover(recoverable, one)
    assert "1" == rows(recoverable)


def test_the_window_is_as_long_as_what_was_bought(recoverable: Project) -> None:
    advance(recoverable, 8 * 86_400)
    earliest, latest = window(recoverable)
    assert 7 * 86_400 - 2 <= latest - earliest <= 7 * 86_400


def test_without_the_add_on_again_the_history_is_gone(tmp_path: Path) -> None:
    with sandbox_running(Settings(tmp_path / "emulator"), [build]) as one:
        project = bought(Supabase(one))
        advance(project, 60)
        moment = window(project)[1]
        project.vendor.done("DELETE", project.path("/billing/addons/pitr_7"))
        assert "not enabled" in refusal(project, moment)[1]
        project.vendor.done("PATCH", project.path("/billing/addons"), PITR_7)
        assert "within range" in refusal(project, moment - 30)[1]


@pytest.mark.heavy
def test_a_recovery_goes_on_after_a_restart_of_the_sandbox(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator")
    with sandbox_running(settings, [build]) as one:
        project = bought(Supabase(one))
        first, second = moment_with(project, 1), moment_with(project, 2)
        moment_with(project, 3)
        body = {"recovery_time_target_unix": second}
        project.vendor.done("POST", project.path(RESTORE), body)
    with sandbox_running(settings, [build]) as one:
        again = Project(Supabase(one), project.ref)
        again.reach("ACTIVE_HEALTHY")
        assert "1,2" == rows(again)
        recover(again, first)
        assert "1" == rows(again)


@pytest.mark.heavy
def test_a_snapshot_holds_the_history(recoverable: Project) -> None:
    recoverable.query("truncate kept")
    moment = moment_with(recoverable, 1)
    moment_with(recoverable, 2)
    world = recoverable.vendor.endpoints
    assert 201 == world.control("POST", "/snapshots/before").status
    moment_with(recoverable, 3)
    assert 200 == world.control("POST", "/snapshots/before/restore").status
    assert "1,2" == rows(recoverable)
    recover(recoverable, moment)
    assert "1" == rows(recoverable)
