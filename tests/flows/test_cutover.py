"""A host name that serves something else is moved with care, and back with one word."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.app import App
from launchbook.cli.desk import open_desk
from launchbook.cli.place import OPTION, Place
from launchbook.cli.provision import open_app
from launchbook.clock import SystemClock
from tests.support.domain_states import (
    BACKEND,
    CUSTOMER,
    RUN,
    WAITING,
    goes_on,
    names_only,
)

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.engine.result import RunResult
    from tests.support.journey import Journey

pytestmark = pytest.mark.xdist_group("empty")

ZONE = "vocilia.com"
OLD_TTL = 600
PENDING = 3
MAIL = (
    {"type": "MX", "name": ZONE, "content": "mail.example.org", "ttl": 3600,
     "priority": 10},
    {"type": "TXT", "name": ZONE, "content": '"v=spf1 -all"', "ttl": 3600},
    {"type": "TXT", "name": f"k1._domainkey.{ZONE}", "content": '"v=DKIM1; p=abc"',
     "ttl": 3600},
    {"type": "CAA", "name": ZONE, "ttl": 3600,
     "data": {"flags": 0, "tag": "issue", "value": "digicert.com"}},
)  # fmt: skip
FORMER = {"type": "A", "name": CUSTOMER, "content": "127.0.0.1", "ttl": OLD_TTL}


class LaterClock(SystemClock):
    """A clock that is ahead of the others."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return super().now() + self._ahead


def cloudflare(journey: Journey, method: str, path: str, body: object = None) -> Any:
    answer = journey.sandbox.api(
        "cloudflare",
        method,
        f"/client/v4{path}",
        body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status < 300, answer.text
    return answer.json()["result"]


def records(journey: Journey) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return what the provider has, by host and kind."""
    (zone,) = cloudflare(journey, "GET", "/zones")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    path = f"/zones/{zone['id']}/dns_records?per_page=100"
    for each in cloudflare(journey, "GET", path):
        found.setdefault((each["name"], each["type"]), []).append(each)
    return found


def run_later(journey: Journey, ahead: timedelta) -> RunResult:
    """Run the playbook as if the command were typed later."""
    place = Place(journey.root, {**os.environ, "LAUNCHBOOK_HOME": str(journey.home)})
    options = {OPTION: place, "environment": "staging", "workers": "8"}
    whole = open_app(open_desk(options), options)
    values = {each.name: getattr(whole, each.name) for each in fields(App)}
    app = App(**{**values, "clock": LaterClock(ahead)})
    playbook, ledger = app.playbook("staging"), app.open_ledger()
    try:
        engine = app.engine(playbook, lambda _: None, ledger=ledger)
        return engine.run(playbook.all_entries)
    finally:
        ledger.close()


@pytest.fixture
def names(nothing: Journey, tmp_path: Path) -> Journey:
    """A playbook of two host names, and a zone in which one leads elsewhere."""
    journey = names_only(nothing, tmp_path / "names")
    zone = cloudflare(journey, "POST", "/zones", {"name": ZONE})
    for body in (*MAIL, FORMER):
        cloudflare(journey, "POST", f"/zones/{zone['id']}/dns_records", body)
    return journey


def test_a_name_is_moved_after_its_old_ttl_and_comes_back_with_one_command(
    names: Journey,
) -> None:
    before = records(names)
    waiting = names.run(RUN)
    assert WAITING == waiting.status, waiting.out + waiting.err
    assert f"{CUSTOMER} A leads to 127.0.0.1" in waiting.out
    lowered = records(names)
    assert 60 == lowered[CUSTOMER, "A"][0]["ttl"]
    assert (CUSTOMER, "CNAME") not in lowered
    assert (BACKEND, "CNAME") not in lowered

    mark = names.mark()
    assert WAITING == names.run(RUN).status
    assert [] == names.written(mark)

    done = run_later(names, timedelta(seconds=OLD_TTL))
    assert done.exit_status in {0, WAITING}, done
    for _ in range(10):
        if done.exit_status == 0:
            break
        done = run_later(names, timedelta(seconds=2 * OLD_TTL))
    assert 0 == done.exit_status, done
    after = records(names)
    assert (CUSTOMER, "A") not in after
    assert {300} == {each["ttl"] for each in after[CUSTOMER, "CNAME"]}
    for body in MAIL[:-1]:
        key = (str(body["name"]), str(body["type"]))
        assert before[key] == after[key]
    assert ['0 issue "digicert.com"', '0 issue "letsencrypt.org"'] == sorted(
        each["content"] for each in after[ZONE, "CAA"]
    )

    check = names.run("domains.revert", CUSTOMER, "--check")
    assert PENDING == check.status, check.err
    assert f"A 127.0.0.1 (TTL {OLD_TTL} s)" in check.out
    assert after == records(names)

    reverted = names.run("domains.revert", CUSTOMER)
    assert 0 == reverted.status, reverted.err
    back = records(names)
    assert [("127.0.0.1", OLD_TTL)] == [
        (each["content"], each["ttl"]) for each in back[CUSTOMER, "A"]
    ]
    assert (CUSTOMER, "CNAME") not in back
    assert after[BACKEND, "CNAME"] == back[BACKEND, "CNAME"]
    told = [
        json.loads(line)
        for line in names.run("ledger.export").lines
        if "domain-reverted" in line
    ]
    assert ["planned", "verified"] == [each["phase"] for each in told]

    mark = names.mark()
    again = names.run("domains.revert", CUSTOMER)
    assert 0 == again.status
    assert "leads there already" in again.out
    assert [] == names.written(mark)


def test_a_name_that_nobody_moved_has_no_way_back(names: Journey) -> None:
    refused = names.run("domains.revert", BACKEND)
    assert "input-error" == refused.code
    assert "domains.status" in refused.hint


def test_mail_at_a_host_of_ours_is_refused_before_anything_of_it_is_written(
    names: Journey,
) -> None:
    (zone,) = cloudflare(names, "GET", "/zones")
    mail = {**MAIL[0], "name": BACKEND}
    cloudflare(names, "POST", f"/zones/{zone['id']}/dns_records", mail)
    refused = names.run(RUN)
    assert "platform-conflict" == refused.code, refused.out + refused.err
    assert f"{BACKEND} has a MX record" in refused.err
    assert OLD_TTL == records(names)[CUSTOMER, "A"][0]["ttl"]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("effect", "details", "code"),
    [
        ("drop_before", {}, "platform-unavailable"),
        ("drop_after", {}, "platform-unavailable"),
        ("status", {"status": 500}, "platform-unavailable"),
        ("status", {"status": 429, "headers": {"Retry-After": "3600"}},
         "platform-rate-limited"),
        ("malformed", {}, "malformed-answer"),
    ],
)  # fmt: skip
def test_a_provider_that_fails_on_the_way_makes_nothing_twice(
    names: Journey, effect: str, details: dict[str, object], code: str
) -> None:
    (zone,) = cloudflare(names, "GET", "/zones")
    (former,) = records(names)[CUSTOMER, "A"]
    cloudflare(names, "DELETE", f"/zones/{zone['id']}/dns_records/{former['id']}")
    operation = "POST /client/v4/zones/{zone}/dns_records"
    names.order("cloudflare", operation, effect, nth=2, **details)
    failed = names.run(RUN)
    assert code == failed.code, failed.out + failed.err
    names.sandbox.control("DELETE", "/faults")
    done = goes_on(names)
    assert 0 == done.status, done.out + done.err
    assert all(
        1 == len(found)
        for (_, kind), found in records(names).items()
        if kind not in {"CAA", "TXT"}
    )
    assert 2 == len(records(names)[ZONE, "CAA"])
