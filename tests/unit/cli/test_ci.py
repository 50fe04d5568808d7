"""``invoke ci.*``, typed in the shipped working folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from launchbook.config.package_data import data_root
from launchbook.digest import digest
from launchbook.engine.plan import Plan, PlannedStep
from launchbook.engine.saved import save
from launchbook.model.change import Action, Change, FieldChange
from launchbook.redact import Secret
from tests.support.command import Shell
from tests.support.workspace import edit, write

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace

FILES = ["preview.yml", "release-production.yml", "release-staging.yml"]
INSIDE = "examples/vocilia/.github/workflows"


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    """Where the workflows belong, of a product that is there."""
    (workspace.root / "examples" / "vocilia").mkdir(parents=True)
    return workspace.root / INSIDE


def states(shell: Shell, *words: str) -> dict[str, str]:
    records = shell.type("ci.workflow", *words, "--json").records
    found = [each for each in records if each["kind"] == "workflow"]
    return {str(each["file"]).rpartition("/")[2]: each["state"] for each in found}


def test_workflows_are_written_once(shell: Shell, folder: Path) -> None:
    told = shell.type("ci.workflow")
    assert (0, "") == (told.status, told.err)
    assert f"{INSIDE}/preview.yml  written" in told.lines
    assert "the workflows will look for" in told.lines[-2]
    assert "live.yml has no `ledger`" in told.lines[-1]
    assert "invoke ledger.move --platforms live" in told.lines[-1]
    assert FILES == sorted(each.name for each in folder.iterdir())
    before = [each.stat().st_mtime_ns for each in sorted(folder.iterdir())]
    assert dict.fromkeys(FILES, "up to date") == states(shell)
    assert before == [each.stat().st_mtime_ns for each in sorted(folder.iterdir())]


def test_with_a_shared_ledger_nothing_is_said_of_it(
    shell: Shell, folder: Path, workspace: Workspace
) -> None:
    path = workspace.inventory / "platforms" / "live.yml"
    path.write_text(path.read_text() + "\nledger: {url: env:LAUNCHBOOK_LEDGER_URL}\n")
    told = shell.type("ci.workflow")
    assert (0, True) == (told.status, folder.is_dir())
    assert "ledger" not in told.out


def test_a_check_writes_nothing(
    shell: Shell, folder: Path, workspace: Workspace
) -> None:
    missing = shell.type("ci.workflow", "--check")
    assert (3, False) == (missing.status, folder.exists())
    assert dict.fromkeys(FILES, "missing") == states(shell, "--check")
    assert 0 == shell.type("ci.workflow").status
    assert 0 == shell.type("ci.workflow", "--check").status
    edit(workspace, "inventory/product.yml", "branch: main", "branch: trunk")
    assert 3 == shell.type("ci.workflow", "--check").status
    assert dict.fromkeys(FILES, "stale") == states(shell, "--check")
    assert "trunk" not in (folder / "release-staging.yml").read_text()
    assert 0 == shell.type("ci.workflow").status
    assert "trunk" in (folder / "release-staging.yml").read_text()


@pytest.mark.parametrize("foreign", ["name: mine\n", None])
def test_a_file_that_is_not_ours_is_written_only_by_name(
    shell: Shell, folder: Path, foreign: str | None
) -> None:
    shell.type("ci.workflow")
    theirs = folder / "preview.yml"
    own = foreign or theirs.read_text().replace("Preview", "Mine", 1)
    theirs.write_text(own)
    (folder / "release-staging.yml").unlink()
    refused = shell.type("ci.workflow")
    assert (2, "") == (refused.status, refused.out)
    assert "preview.yml was " in refused.err
    assert "--replace preview.yml" in refused.err
    assert [own, False] == [theirs.read_text(), (folder / FILES[2]).exists()]
    assert 3 == shell.type("ci.workflow", "--check").status
    assert 0 == shell.type("ci.workflow", "--replace", "preview.yml").status
    assert own != theirs.read_text()
    assert (folder / FILES[2]).exists()


def test_consent_to_what_is_not_written_is_refused(shell: Shell, folder: Path) -> None:
    told = shell.type("ci.workflow", "--replace", "release-stagin.yml")
    assert 2 == told.status
    assert "release-staging.yml" in told.err
    assert not folder.exists()


def test_another_folder_may_be_named(shell: Shell, tmp_path: Path) -> None:
    assert 0 == shell.type("ci.workflow", "--out", str(tmp_path / "flows")).status
    assert FILES == sorted(each.name for each in (tmp_path / "flows").iterdir())


def test_a_product_that_is_not_there_gets_no_workflows(shell: Shell) -> None:
    told = shell.type("ci.workflow")
    assert 2 == told.status
    assert "there is no folder examples/vocilia" in told.err


def test_a_folder_that_cannot_be_written_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = shell.type("ci.workflow", "--out", str(tmp_path / "file"))
    assert 2 == told.status
    assert "hint: Name a folder that you may write to" in told.err


def test_secrets_are_those_that_the_inventory_refers_to(
    shell: Shell, folder: Path
) -> None:
    shell.type("ci.workflow")
    told = yaml.safe_load((folder / "release-staging.yml").read_text())
    given = told["jobs"]["release"]["steps"][3]["env"]
    secrets = {name for name, value in given.items() if "secrets." in value}
    assert {
        "CLOUDFLARE_API_TOKEN",
        "LAUNCHBOOK_IDENTITY",
        "LAUNCHBOOK_LEDGER_URL",
        "RAILWAY_API_TOKEN",
        "SUPABASE_ACCESS_TOKEN",
        "VERCEL_TOKEN",
    } == secrets
    assert {f"${{{{ secrets.{name} }}}}" for name in secrets} == {
        given[name] for name in secrets
    }


def test_an_inventory_inside_the_product_runs_in_its_folder(tmp_path: Path) -> None:
    product, shop = tmp_path / "product", tmp_path / "product" / "operations"
    (product).mkdir()
    for part in ("inventory", "playbooks"):
        shutil.copytree(data_root() / part, shop / part)
    path = shop / "inventory" / "product.yml"
    path.write_text(path.read_text().replace("path: examples/vocilia", "path: .."))
    shell = Shell(shop, {})
    told = shell.type("ci.workflow")
    assert (0, 4) == (told.status, len(told.lines))
    assert "will look for" not in told.out
    text = (product / ".github" / "workflows" / "preview.yml").read_text()
    assert "working-directory: operations\n" in text


def test_a_preview_needs_an_environment_and_a_playbook(
    shell: Shell, workspace: Workspace, folder: Path
) -> None:
    playbook = "playbook: review\ndescription: Try it\nneeds: []\nsteps: []\n"
    write(workspace, "playbooks/review.yml", playbook)
    shell.type("ci.workflow")
    assert "provision.review" not in (folder / "preview.yml").read_text()
    one = workspace.root / "inventory" / "environments"
    text = (one / "development.yml").read_text()
    (one / "review.yml").write_text(text.replace("development", "review"))
    shell.type("ci.workflow")
    text = (folder / "preview.yml").read_text()
    assert "invoke provision.review --platforms live --wait --yes" in text


# --- a plan as a comment ------------------------------------------------------


def saved(path: Path) -> Path:
    fields = (FieldChange("token", Secret("old-value"), "shown-by-mistake"),)
    step = PlannedStep(
        "customer",
        "vercel.deployment",
        "c" * 64,
        (Change(Action.UPDATE, "vercel.deployment", "customer", fields),),
    )
    circumstances = {
        "tool_version": "0.1.0",
        "environment": "staging",
        "platforms": "live",
        "playbook": "staging",
        "playbook_digest": "a" * 64,
        "inventory_digest": "b" * 64,
    }
    save(Plan(circumstances, (step,), b"k" * 32), path)
    return path


def test_a_saved_plan_is_rendered(shell: Shell, tmp_path: Path) -> None:
    plan = saved(tmp_path / "plan.json")
    told = shell.type("ci.comment", "--plan", str(plan))
    assert (0, "") == (told.status, told.err)
    assert "<!-- launchbook plan -->" == told.lines[0]
    assert "- built: `customer`" in told.lines
    out = tmp_path / "comment.md"
    written = shell.type("ci.comment", "--plan", str(plan), "--out", str(out))
    assert [f"wrote {out}"] == written.lines
    assert told.out.strip() == out.read_text().strip()


def test_the_json_carries_the_text_or_the_file(shell: Shell, tmp_path: Path) -> None:
    plan, out = saved(tmp_path / "plan.json"), str(tmp_path / "comment.md")
    words = ("ci.comment", "--plan", str(plan), "--json")
    assert shell.type(*words).records[0]["text"].startswith("<!-- launchbook plan")
    assert [{"kind": "comment", "file": out}] == shell.type(
        *words, "--out", out
    ).records


def test_secrets_of_the_process_are_taken_out_by_value(
    workspace: Workspace, tmp_path: Path
) -> None:
    shell = Shell(workspace.root, {"VERCEL_TOKEN": "shown-by-mistake"})
    out = tmp_path / "comment.md"
    words = ("--plan", str(saved(tmp_path / "plan.json")), "--out", str(out))
    assert 0 == shell.type("ci.comment", *words).status
    assert "token: [redacted] -> [redacted]" in out.read_text()


def test_without_a_plan_there_is_nothing_to_render(shell: Shell) -> None:
    told = shell.type("ci.comment")
    assert 2 == told.status
    assert "--check --out plan.json" in told.err


def test_a_plan_that_was_made_up_is_refused(shell: Shell, tmp_path: Path) -> None:
    content: dict[str, object] = {"format": "launchbook-plan/1", "steps": "none"}
    content["digest"] = digest(content)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content))
    told = shell.type("ci.comment", "--plan", str(path))
    assert 2 == told.status
    assert "error[plan-unreadable]" in told.err
