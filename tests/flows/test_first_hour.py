"""The first hour with real accounts: tokens, the doctor, a plan, a smoke run.

The set of platforms is one of the user's own that leads to the sandbox: nothing here
knows that it is one, but for its certificates.
"""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.hand import Hand
from tests.support.journey import Journey, Outcome, web_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")

OURS = "--platforms=ours"
LIVE = "inventory/platforms/live.yml"
APIS = {
    "railway": "https://backboard.railway.com",
    "vercel": "https://api.vercel.com",
    "supabase": "https://api.supabase.com",
    "cloudflare": "https://api.cloudflare.com",
}
TOKENS = {
    "railway": "RAILWAY_API_TOKEN",
    "vercel": "VERCEL_TOKEN",
    "supabase": "SUPABASE_ACCESS_TOKEN",
    "cloudflare": "CLOUDFLARE_API_TOKEN",
}
REPOSITORY = {"type": "github", "repo": "vocilia/vocilia"}
TRIGGER = """
mutation Create($input: DeploymentTriggerCreateInput!) {
  deploymentTriggerCreate(input: $input) { id }
}
"""


@pytest.fixture
def newcomer(shop: Journey, tmp_path: Path) -> Journey:
    """Somebody with accounts, tokens in the shell and nothing else."""
    facts = shop.sandbox.facts
    tokens = {name: str(facts[vendor]["token"]) for vendor, name in TOKENS.items()}
    journey = shop.elsewhere(tmp_path / "work", **tokens)
    journey.home = tmp_path / "home"
    text = (journey.root / LIVE).read_text(encoding="utf-8")
    for vendor, address in APIS.items():
        text = text.replace(address, str(facts[vendor]["api"]))
    text = text.replace("name: live", "name: ours")
    text = text.replace("path: .", f"path: {shop.work_tree}")
    text = text.replace("is_local: false", "is_local: true")
    text = text.replace("inventory/certificates/supabase.pem", str(facts["ca_file"]))
    path = journey.root / "inventory" / "platforms" / "ours.yml"
    path.write_text(text, encoding="utf-8")
    return journey


def connected(newcomer: Journey, environment: str = "staging") -> Journey:
    """The same, with tokens kept and the shell closed."""
    done = newcomer.run("connect", OURS)
    assert 0 == done.status, done.err
    newcomer.environ.clear()
    listed = newcomer.run("secrets.list", OURS, "--json", "--environment", environment)
    for each in listed.records[0]["secrets"]:  # type: ignore[attr-defined] # a list
        if each["value"] != "missing":
            continue
        name = each["name"]
        given = newcomer.run(
            "secrets.set", name, "--generate", OURS, "--environment", environment
        )
        assert 0 == given.status, given.err
    return newcomer


def conditions(newcomer: Journey) -> tuple[int, dict[str, str]]:
    """What the doctor says, by name."""
    seen = newcomer.run("doctor", OURS, "--json")
    found = [each for each in seen.records if each["kind"] == "condition"]
    return seen.status, {str(each["name"]): str(each["state"]) for each in found}


def test_tokens_are_verified_and_kept_where_only_keys_read_them(
    newcomer: Journey,
) -> None:
    tokens = dict(newcomer.environ)
    done = newcomer.run("connect", OURS)
    assert (0, "") == (done.status, done.err)
    written = (newcomer.root / "inventory/platforms/ours.yml").read_text()
    for name, token in tokens.items():
        assert f"secret:{name}" in written
        assert token not in written + done.out
    newcomer.environ.clear()
    listed = newcomer.run("secrets.list", OURS, "--json").records[0]["secrets"]
    assert isinstance(listed, list)
    kept = {each["name"] for each in listed if each["value"] == "set"}
    assert set(tokens) <= kept


def test_a_token_that_a_platform_refuses_is_not_kept(newcomer: Journey) -> None:
    newcomer.environ["VERCEL_TOKEN"] = "not-a-token"
    refused = newcomer.run("connect", OURS, "--only", "vercel")
    assert (8, "platform-unauthorized") == (refused.status, refused.code)
    assert not (newcomer.root / "inventory" / "secrets").exists()


def test_a_token_that_nobody_gives_is_asked_for_by_name(newcomer: Journey) -> None:
    del newcomer.environ["SUPABASE_ACCESS_TOKEN"]
    refused = newcomer.run("connect", OURS, "--only", "supabase")
    assert (2, "missing-secret") == (refused.status, refused.code)
    assert "export SUPABASE_ACCESS_TOKEN=..." in refused.hint


def test_the_doctor_goes_from_near_to_far(newcomer: Journey) -> None:
    newcomer.environ.clear()
    status, before = conditions(newcomer)
    assert (2, "failed", "unknown") == (status, before["tokens"], before["platforms"])


def test_the_doctor_finds_nothing_wrong_with_accounts_that_work(
    newcomer: Journey,
) -> None:
    mark = newcomer.mark()
    status, after = conditions(connected(newcomer))
    wrong = {name: state for name, state in after.items() if state == "failed"}
    assert (0, {}) == (status, wrong)
    assert {"railway-plan", "vercel-token", "clock", "git-deploy"} <= set(after)
    assert [] == newcomer.written(mark)


def test_a_platform_that_is_away_leaves_the_rest_to_be_seen(newcomer: Journey) -> None:
    journey = connected(newcomer)
    journey.order("vercel", "GET *", "status", status=401, times=0)
    status, seen = conditions(journey)
    assert 8 == status
    assert ("failed", "ok") == (seen["vercel-api"], seen["supabase-api"])
    assert "unknown" == seen["git-deploy"]


@pytest.mark.parametrize(
    ("playbook", "environment"),
    [
        ("infrastructure", "staging"),
        ("staging", "staging"),
        ("production", "production"),
    ],
)
def test_a_plan_for_live_platforms_sends_no_mutation(
    newcomer: Journey, playbook: str, environment: str
) -> None:
    path = f"inventory/environments/{environment}.yml"
    for part in ("database", "backend"):
        # Projects of other names, so that everything is still to be made.
        newcomer.edit(path, f"  {part}: ${{inventory.name}}-", f"  {part}: fresh-")
    journey = connected(newcomer, environment)
    mark = journey.mark()
    words = ("--environment", environment) if playbook == "infrastructure" else ()
    checked = journey.run(f"provision.{playbook}", OURS, "--check", *words)
    assert 3 == checked.status, checked.err + checked.out
    assert [] == journey.written(mark)
    assert mark < journey.mark()


def test_before_the_first_write_it_is_said_what_was_never_tried(
    newcomer: Journey,
) -> None:
    journey = connected(newcomer)
    mark = journey.mark()
    asked = journey.run("provision.infrastructure", OURS, "--environment", "staging")
    assert (2, "input-error") == (asked.status, asked.code)
    assert "were never run on a live platform: " in asked.out
    assert "docs/never-exercised-live.md" in asked.out
    assert [] == journey.written(mark)


def test_what_deploys_by_itself_is_found_and_switched_off(newcomer: Journey) -> None:
    journey = connected(newcomer)
    hand = Hand(journey.sandbox)
    link = f"/v9/projects/{web_project('customer')}/link"
    hand.vercel("POST", link, REPOSITORY)
    trigger = {"provider": "github", "repository": "vocilia/vocilia", "branch": "main"}
    hand.railway(TRIGGER, input={**hand.scope("worker"), **trigger})
    status, seen = conditions(journey)
    assert (8, "failed") == (status, seen["git-deploy"])
    asked = journey.run("doctor", OURS, "--fix", "git-deploy")
    assert (2, "input-error") == (asked.status, asked.code)
    fixed = journey.run("doctor", OURS, "--fix", "git-deploy", "--yes")
    assert 0 == fixed.status, fixed.err
    assert "2 taken away; looked again, and none is left" in fixed.out


def projects(journey: Journey) -> list[str]:
    """The names of all projects on all platforms that are of smoke runs."""
    hand = Hand(journey.sandbox)
    railway = hand.railway("query { projects { edges { node { name } } } }")
    found = [each["node"]["name"] for each in railway["projects"]["edges"]]
    found += [each["name"] for each in hand.vercel("GET", "/v10/projects")["projects"]]
    listed = journey.sandbox.api("supabase", "GET", "/v1/projects").json()
    found += [each["name"] for each in listed]
    return sorted(name for name in found if name.startswith("launchbook-smoke-"))


def test_a_smoke_run_makes_one_of_each_and_leaves_nothing(shop: Journey) -> None:
    done = shop.run("live.smoke", "--platforms", "sandbox")
    assert (0, "") == (done.status, done.err)
    assert "kinds of steps passed twice" in done.out
    assert [] == projects(shop)
    (path,) = (shop.root / "reports").glob("smoke-*.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    assert (True, []) == (report["is_local"], report["failed"])
    assert {"railway.deployment", "vercel.deployment", "supabase.pooler"} <= {
        *report["passed"]
    }


def test_a_smoke_run_that_fails_is_destroyed_all_the_same(shop: Journey) -> None:
    shop.order("vercel", "POST /v10/projects/*/env", "status", status=400)
    failed = shop.run("live.smoke", "--platforms", "sandbox", "--only", "vercel")
    assert 0 != failed.status
    assert "every platform was asked again" in failed.out
    assert [] == projects(shop)


def signalled(shop: Journey, number: signal.Signals, word: str) -> Outcome:
    """Start a smoke run, and send it a signal when it has said a word."""
    words = ("live.smoke", "--platforms", "sandbox", "--only", "railway")
    with shop.spawn(*words) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if word in line:
                process.send_signal(number)
                break
        out, err = process.communicate()
    return Outcome(process.returncode, "".join(said) + out, err)


@pytest.mark.heavy
def test_an_interrupted_smoke_run_destroys_what_it_made(shop: Journey) -> None:
    stopped = signalled(shop, signal.SIGINT, "backend_project")
    assert 130 == stopped.status, stopped.out + stopped.err
    assert "every platform was asked again" in stopped.out
    assert [] == projects(shop)


@pytest.mark.heavy
def test_who_interrupts_the_destroying_is_told_how_to_go_on(shop: Journey) -> None:
    shop.order("railway", "projectDelete", "delay", delay_seconds=2)
    stopped = signalled(shop, signal.SIGINT, "0 to create")
    assert 130 == stopped.status, stopped.out + stopped.err
    left = projects(shop)
    told = "next: invoke live.smoke --sweep --platforms sandbox"
    assert [] == left or told in stopped.out
    shop.sandbox.control("DELETE", "/faults")
    swept = shop.run("live.smoke", "--platforms", "sandbox", "--sweep")
    assert 0 == swept.status, swept.err
    assert [] == projects(shop)


@pytest.mark.heavy
def test_what_a_killed_smoke_run_made_is_swept_away(shop: Journey) -> None:
    killed = signalled(shop, signal.SIGKILL, "backend_project")
    assert -signal.SIGKILL == killed.status
    assert 1 == len(projects(shop))
    swept = shop.run("live.smoke", "--platforms", "sandbox", "--sweep")
    assert 0 == swept.status, swept.err
    assert [] == projects(shop)
    again = shop.run("live.smoke", "--platforms", "sandbox", "--sweep")
    assert "no smoke run left anything behind" in again.out
