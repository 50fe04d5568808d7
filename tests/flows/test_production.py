"""Production: its ground, its gate, what lets it pass, and what is refused."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.journey import Journey, backend_host, counts, web_host

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("journey"), pytest.mark.timeout(180)]

PRODUCTION = "provision.production"
WEB_APPS = ("customer", "business", "admin")
ABSENT = "backups-active,alerts-configured"
SIGNABLE = {
    "contract-tests": ("--url", "https://ci.example.com/runs/7"),
    "load": ("--reading", "p95=812,error_rate=0.2"),
    "admin-access": ("--url", "https://ci.example.com/runs/8"),
    "payment-account": ("--url", "https://bank.example.com/limits"),
}
HOSTS = [
    host
    for environment in ("staging", "production")
    for host in (
        backend_host(environment),
        *(web_host(app, environment) for app in WEB_APPS),
    )
]


def verdicts(journey: Journey) -> dict[str, bool]:
    """Item to whether it would hold production back."""
    told = journey.run("checklist.show", "--json")
    assert 0 == told.status, told.err
    items = [each for each in told.records if each["kind"] == "checklist-item"]
    return {str(each["name"]): bool(each["is_open"]) for each in items}


def served(journey: Journey) -> set[str]:
    """Hosts whose DNS, ownership, certificate and TLS are right, looked at from here."""
    found: set[str] = set()
    for environment in ("staging", "production"):
        told = journey.run("domains.status", "--environment", environment, "--json")
        rows = [each for each in told.records if each["kind"] == "domain"]
        found |= {str(each["host"]) for each in rows if each["is_right"]}
    return found


def test_production_waits_at_its_gate_and_passes_when_everything_is_answered_for(
    torn: Journey,
) -> None:
    refused = torn.run(PRODUCTION)
    assert (4, "gate-inconclusive") == (refused.status, refused.code)
    assert "contract-tests: nobody has signed it" in refused.err
    assert "backups-active: not available" in refused.err
    assert "domains-and-tls" not in refused.err, "proven by steps of the same run"
    assert set(HOSTS) == served(torn)
    for item, evidence in SIGNABLE.items():
        signed = torn.run("checklist.sign", item, *evidence)
        assert 0 == signed.status, signed.err
    left = {name for name, is_open in verdicts(torn).items() if is_open}
    assert set(ABSENT.split(",")) == left
    reason = ("--override", ABSENT, "--reason", "rehearsal of the first release")
    passed = torn.run(PRODUCTION, *reason)
    assert 0 == passed.status, passed.err
    told = [line for line in passed.lines if line.startswith("overridden until")]
    assert 2 == len(told)
    for app in WEB_APPS:
        page = torn.sandbox.visit(web_host(app, "production"))
        assert 'name="build-identity"' in page.text
    assert 200 == torn.sandbox.visit(backend_host("production"), "/health").status
    mark = torn.mark()
    again = torn.run(PRODUCTION)
    assert (0, counts(0, "production")) == (again.status, again.counts)
    assert [] == torn.written(mark)


def test_what_staging_does_not_serve_goes_nowhere(torn: Journey) -> None:
    commit_something(torn.work_tree)
    mark = torn.mark()
    refused = torn.run(PRODUCTION)
    assert (4, "gate-failed") == (refused.status, refused.code)
    assert "backend serves" in refused.err
    assert "provision.staging" in refused.hint
    assert "--override staging-healthy" in refused.hint
    assert [] == torn.written(mark), "not even the ground"


def test_accounts_that_cannot_hold_it_are_told_before_the_first_write(
    journey: Journey,
) -> None:
    journey.order("railway", "workspace", "plan", plan="FREE", times=9)
    journey.order("supabase", "organization", "plan", plan="free", times=9)
    mark = journey.mark()
    refused = journey.run("provision.infrastructure", "--environment", "production")
    assert (4, "gate-failed") == (refused.status, refused.code)
    assert "2 replicas are wanted, and the plan free has 1" in refused.err
    assert "the size small needs a paid plan" in refused.err
    assert [] == journey.written(mark)


def test_an_override_names_what_a_gate_asks_and_gives_a_reason(
    journey: Journey,
) -> None:
    unknown = journey.run(PRODUCTION, "--override", "backups", "--reason", "why not")
    assert (2, "input-error") == (unknown.status, unknown.code)
    assert "--override backups-active" in unknown.hint
    silent = journey.run(PRODUCTION, "--override", "backups-active")
    assert (2, "input-error") == (silent.status, silent.code)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("lod", "--url", "https://x.example"), "no item 'lod'"),
        (("backups-active", "--url", "https://x.example"), "not for signing"),
        (("contract-tests",), "needs evidence"),
        (("contract-tests", "--url", "http://x.example"), "pattern"),
        (("contract-tests", "--reading", "p95=1"), "does not take readings"),
        (("contract-tests", "--file", "nowhere.html"), "cannot be read"),
        (("load", "--reading", "p95=2500,error_rate=0"), "more than 2000"),
        (("load", "--reading", "p95=fast"), "takes figures"),
    ],
)
def test_a_signature_without_good_evidence_is_refused(
    journey: Journey, words: tuple[str, ...], problem: str
) -> None:
    refused = journey.run("checklist.sign", *words)
    assert 2 == refused.status
    assert problem in refused.err


@pytest.mark.heavy
def test_more_replicas_are_written_to_the_inventory_and_run(shop: Journey) -> None:
    asked = shop.run("scale.staging", "--json")
    (record,) = [each for each in asked.records if each["kind"] == "scaling"]
    assert 1 == record["replicas"]
    beyond = shop.run("scale.staging", "--replicas", "9")
    assert (2, "input-error") == (beyond.status, beyond.code)
    checked = shop.run("scale.staging", "--replicas", "2", "--check")
    assert 3 == checked.status
    assert "~ railway.service backend" in checked.pending
    scaled = shop.run("scale.staging", "--replicas", "2")
    assert 0 == scaled.status, scaled.err
    text = (shop.root / "inventory/environments/staging.yml").read_text()
    assert "  backend: 2\n" in text
    assert [] == shop.run("provision.staging", "--check").pending


def test_infrastructure_is_for_both_environments_one_after_the_other(
    journey: Journey,
) -> None:
    checked = journey.run("provision.infrastructure", "--check")
    heads = [line for line in checked.lines if line.startswith("sandbox platforms")]
    assert [
        "sandbox platforms, staging: infrastructure",
        "sandbox platforms, production: infrastructure",
    ] == heads
    one = journey.run("provision.infrastructure", "--check", "--out", "plan.json")
    assert (2, "input-error") == (one.status, one.code)
    assert "--environment staging" in one.hint
    other = journey.run("provision.infrastructure", "--environment", "development")
    assert (2, "input-error") == (other.status, other.code)


def commit_something(work_tree: Path) -> None:
    file = work_tree / "apps/backend/backend/__init__.py"
    file.write_text("# Another commit\n", encoding="utf-8")
    subprocess.run(
        ["git", "-C", str(work_tree), "commit", "-qam", "Something else"], check=True
    )
