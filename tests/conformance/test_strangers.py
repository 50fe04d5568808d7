"""Clients that nobody here wrote work against the sandbox as against the vendors.

Each lists, creates, reads and changes: projects, variables, deployments, domains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.sandbox.settings import Settings
from tests.support import strangers
from tests.support.sandbox import Sandbox, sandbox_running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("strangers")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("strangers") / "emulator"
    with sandbox_running(Settings(home)) as sandbox:
        yield sandbox


def facts_for(world: Sandbox, vendor: str) -> dict[str, object]:
    return {**world.facts[vendor], "name": f"stranger-{vendor}"}


def test_vercels_own_client_accepts_every_answer(world: Sandbox) -> None:
    seen = strangers.node("vercel.mjs", world.ca_file, facts_for(world, "vercel"))
    host = "stranger-vercel.example.org"
    url = seen.pop("url")
    assert url.startswith("stranger-vercel-")
    assert url.endswith(".vercel.localhost")
    assert seen == {
        "project": {"name": "stranger-vercel", "hasId": True},
        "listed": ["stranger-vercel"],
        "changed": "20.x",
        "read": "20.x",
        "failed": [],
        "variables": {"GREETING": "encrypted", "HIDDEN": "sensitive"},
        "greeting": "good morning",
        "state": "READY",
        "deployments": [True],
        "canceled": "CANCELED",
        "domain": {"name": host, "apexName": "example.org", "verified": True},
        "domains": [host, "stranger-vercel.vercel.localhost"],
        "misconfigured": True,
        "recommended": 2,
        "redirect": host,
        "domainRead": 308,
        "refused": 409,
    }
    page = world.visit(url)
    assert (page.status, page.text) == (200, "<h1>by the vendor's client</h1>")


def test_a_community_client_of_supabase_accepts_every_answer(world: Sandbox) -> None:
    facts = facts_for(world, "supabase")
    seen = strangers.node("supabase.mjs", world.ca_file, facts)
    assert seen == {
        "organizations": [facts["organization"]],
        "status": "COMING_UP",
        "listed": True,
        "renamed": "stranger-supabase-renamed",
        "isTlsEnforced": True,
        "pooler": ["transaction"],
        "keys": ["anon", "default", "default", "service_role"],
        "secrets": [["GREETING", False]],
        "secretsLeft": [],
        "rows": [{"two": 2}],
        "refused": 409,
    }


def test_a_community_client_of_railway_accepts_every_answer(world: Sandbox) -> None:
    facts = facts_for(world, "railway")
    seen = strangers.python("railway_client.py", world.ca_file, facts)
    assert seen == {
        "project": "stranger-railway",
        "listed": True,
        "changed": "by a stranger",
        "environment": "staging",
        "service": "web",
        "variables": {"PORT": "3000", "GREETING": "good morning"},
        "start_command": "python -m http.server $PORT",
        "generated": True,
        "custom": "stranger-railway.example.org",
        "target_port": 3000,
        "domains": True,
        "deployments": True,
        "refused": "Not Authorized",
    }
