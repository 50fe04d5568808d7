"""From QUEUED to READY and on to the names: real files, real commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from launchbook.sandbox.settings import Settings
from launchbook.sandbox.vercel import build
from tests.support.sandbox import child_sandbox, sandbox_running
from tests.support.vercel_world import Vercel, site


def environment_of(vercel: Vercel, deployment: dict[str, str]) -> dict[str, str]:
    answer = vercel.visit(deployment["url"], "/environment.json")
    return dict(json.loads(answer.body))


def test_a_deployment_is_built_with_a_real_command_and_served(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    vercel.variable(project, "NEXT_PUBLIC_GREETING", "hello")
    deployment = vercel.deploy(project, target="production")
    assert deployment["readyState"] == "READY"
    page = vercel.visit(f"{project}.vercel.localhost")
    assert (page.status, page.text) == (200, "<h1>hello</h1>")
    assert vercel.visit(deployment["url"]).text == "<h1>hello</h1>"


def test_a_build_sees_files_outside_of_its_root_directory(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    deployment = vercel.deploy(project)
    assert vercel.visit(deployment["url"], "/shared.txt").text == "from outside"


def test_a_build_runs_with_the_interpreter_of_the_sandbox(vercel: Vercel) -> None:
    deployment = vercel.deploy(vercel.project())
    interpreter = str(Path(sys.executable).parent)
    built = [x for x in vercel.log(deployment["id"]) if x.startswith("built with")]
    assert [line for line in built if interpreter in line] == built
    assert len(built) == 1


def test_a_build_sees_the_variables_of_its_place_and_no_others(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    staging = vercel.environment(project)
    vercel.variable(project, "PLACE", "production", target=["production"])
    vercel.variable(project, "PLACE", "preview", target=["preview"])
    vercel.variable(
        project, "PLACE", "staging", target=[], customEnvironmentIds=[staging]
    )
    orders: dict[str, dict[str, Any]] = {
        "production": {"target": "production"},
        "preview": {},
        "staging": {"customEnvironmentSlugOrId": "staging"},
    }
    seen = {}
    for name, order in orders.items():
        seen[name] = environment_of(vercel, vercel.deploy(project, **order))["PLACE"]
    assert seen == {name: name for name in ("production", "preview", "staging")}


def test_a_build_sees_what_the_platform_says_about_itself(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None)
    vercel.environment(project)
    deployment = vercel.deploy(
        project,
        customEnvironmentSlugOrId="staging",
        gitMetadata={"commitSha": "c0ffee", "commitRef": "main"},
    )
    seen = environment_of(vercel, deployment)
    expected = {
        "CI": "1",
        "VERCEL": "1",
        "VERCEL_ENV": "preview",
        "VERCEL_TARGET_ENV": "staging",
        "VERCEL_URL": deployment["url"],
        "VERCEL_PROJECT_PRODUCTION_URL": f"{project}.vercel.localhost",
        "VERCEL_GIT_COMMIT_SHA": "c0ffee",
        "VERCEL_GIT_COMMIT_REF": "main",
    }
    assert expected == {name: seen[name] for name in expected}


def test_an_install_command_runs_before_the_build(vercel: Vercel) -> None:
    project = vercel.project(installCommand="echo installing > installed.txt")
    deployment = vercel.deploy(project)
    commands = [x for x in vercel.log(deployment["id"]) if x.startswith("Running")]
    assert [
        "Running build in Stockholm, Sweden (East) - arn1",
        'Running "install" command: `echo installing > installed.txt`...',
        'Running "build" command: `python build.py`...',
    ] == commands


def test_vercel_json_says_other_commands_than_the_project(vercel: Vercel) -> None:
    project = vercel.project(ssoProtection=None, buildCommand="exit 9")
    tree = site({"buildCommand": "mkdir o && echo hi > o/index.html"})
    vercel.done("PATCH", f"/v9/projects/{project}", {"outputDirectory": "o"})
    assert vercel.visit(vercel.deploy(project, tree)["url"]).text == "hi\n"


def test_a_failing_build_shows_its_real_log(vercel: Vercel) -> None:
    command = "echo compiling; echo 'type error in page.tsx' >&2; exit 3"
    deployment = vercel.deploy(vercel.project(buildCommand=command))
    assert (
        "ERROR",
        "BUILD_UTILS_SPAWN_3",
        f'Command "{command}" exited with 3',
        "buildStep",
    ) == (
        deployment["readyState"],
        deployment["errorCode"],
        deployment["errorMessage"],
        deployment["errorStep"],
    )
    expected = [
        "compiling",
        "type error in page.tsx",
        f'Error: Command "{command}" exited with 3',
    ]
    assert expected == vercel.log(deployment["id"])[-3:]
    assert not deployment["aliasAssigned"]


def failure(vercel: Vercel, tree: dict[str, bytes], **settings: object) -> str:
    deployment = vercel.deploy(vercel.project(**settings), tree)
    assert deployment["readyState"] == "ERROR"
    return str(deployment["errorCode"])


def test_a_missing_output_directory_fails_the_build(vercel: Vercel) -> None:
    code = failure(vercel, site(), outputDirectory="build")
    assert code == "STATIC_BUILD_NO_OUT_DIR"


def test_an_output_directory_outside_of_the_source_is_not_read(vercel: Vercel) -> None:
    code = failure(vercel, site(), outputDirectory="../../../home")
    assert code == "STATIC_BUILD_NO_OUT_DIR"


def test_an_empty_output_directory_fails_the_build(vercel: Vercel) -> None:
    code = failure(vercel, site(), buildCommand="mkdir dist")
    assert code == "STATIC_BUILD_EMPTY_OUT_DIR"


def test_a_missing_root_directory_fails_the_build(vercel: Vercel) -> None:
    assert failure(vercel, site(), rootDirectory="apps/shop") == "ROOT_DIR_NOT_EXIST"


def test_a_key_that_vercel_json_does_not_know_fails_the_build(vercel: Vercel) -> None:
    project = vercel.project()
    deployment = vercel.deploy(project, site({"cleanURLs": True}))
    assert deployment["errorCode"] == "INVALID_VERCEL_CONFIG"
    assert (
        "should NOT have additional property `cleanURLs`"
        in (deployment["errorMessage"])
    )


def test_without_commands_the_public_folder_is_the_site(vercel: Vercel) -> None:
    project = vercel.project(
        rootDirectory=None,
        buildCommand=None,
        outputDirectory=None,
        framework="vite",
        ssoProtection=None,
    )
    deployment = vercel.deploy(project, {"public/index.html": b"as it is"})
    assert vercel.visit(deployment["url"]).text == "as it is"


def test_ready_comes_before_the_names(vercel: Vercel) -> None:
    project = vercel.project()
    order = vercel.order(project, target="production")
    ready = vercel.until(
        f"/v13/deployments/{order['id']}", lambda one: one["readyState"] == "READY"
    )
    assert ready["aliasAssigned"] is False
    assert vercel.settled(order["id"])["alias"] == [f"{project}.vercel.localhost"]


def test_a_fault_leaves_a_ready_deployment_without_names(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.fault("alias_failed", f"alias {project}")
    deployment = vercel.deploy(project, target="production")
    assert deployment["readyState"] == "READY"
    assert (deployment["aliasError"]["code"], deployment["aliasAssigned"]) == (
        "alias_failed",
        False,
    )


def test_a_fault_breaks_a_build_without_a_reason_of_its_own(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.fault("build_failed", f"build {project}", message="machine lost")
    deployment = vercel.deploy(project)
    assert (deployment["readyState"], deployment["errorMessage"]) == (
        "ERROR",
        "machine lost",
    )


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "emulator")
    with sandbox_running(settings, [build]) as sandbox:
        vercel = Vercel(sandbox)
        project = vercel.project(ssoProtection=None)
        vercel.variable(project, "NEXT_PUBLIC_GREETING", "kept")
        live = vercel.deploy(project, target="production")
        slow = vercel.project(buildCommand="sleep 30; python build.py")
        pending = vercel.order(slow)
        vercel.done("PATCH", f"/v9/projects/{slow}", {"buildCommand": "true"})
        vercel.until(
            f"/v13/deployments/{pending['id']}",
            lambda one: one["readyState"] == "BUILDING",
        )
    with sandbox_running(settings, [build]) as sandbox:
        vercel = Vercel(sandbox)
        page = vercel.visit(f"{project}.vercel.localhost")
        assert page.text == "<h1>kept</h1>"
        assert vercel.get(f"/v13/deployments/{live['id']}") == live
        again = vercel.get(f"/v13/deployments/{pending['id']}")
        assert again["readyState"] in {"QUEUED", "INITIALIZING", "BUILDING"}
        canceled = vercel.done("PATCH", f"/v12/deployments/{pending['id']}/cancel")
        assert canceled["readyState"] == "CANCELED"


def test_a_build_begins_again_after_the_sandbox_was_killed(tmp_path: Path) -> None:
    home = tmp_path / "emulator"
    flag = tmp_path / "come-to-an-end"
    command = (
        f"echo started; until test -e {flag}; do sleep 0.05; done; python build.py"
    )
    with child_sandbox(home) as child:
        vercel = Vercel(child)
        project = vercel.project(buildCommand=command)
        made = vercel.order(project)
        events = f"/v3/deployments/{made['id']}/events?builds=1"
        vercel.until(events, lambda all_: any("started" == e["text"] for e in all_))
        child.kill()
    flag.touch()
    with child_sandbox(home) as child:
        deployment = Vercel(child).settled(made["id"])
        assert deployment["readyState"] == "READY", deployment
        assert Vercel(child).log(made["id"]).count("started") == 1
