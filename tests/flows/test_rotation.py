"""A secret is exchanged: nobody is thrown out, and the old value is dead at the end."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from launchbook.config.keys import KeyRing
from launchbook.config.secret_file import SecretStore
from launchbook.redact import Secret, fingerprint
from tests.support.journey import STAGING, Journey
from tests.support.sentinel import contents, leaks

pytestmark = pytest.mark.xdist_group("journey")

ROTATE = ("secrets.rotate", "JWT_SECRET")
WRITES = ("variableCollectionUpsert", "environmentPatchCommitStaged")
WAITING = 10


def store_of(journey: Journey) -> SecretStore:
    path = journey.home / "sandbox" / "secrets" / "staging.age"
    return SecretStore(path, KeyRing.open(journey.home))


def value(journey: Journey, name: str = "JWT_SECRET") -> str:
    found = store_of(journey).get(name)
    assert found is not None
    return found.reveal()


def records(journey: Journey, step: str) -> list[dict[str, Any]]:
    """What the ledger keeps of the times when a step was verified."""
    lines = journey.run("ledger.export").lines
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [
        each for each in found if (each["step"], each["phase"]) == (step, "verified")
    ]


def host(journey: Journey) -> str:
    """Where the backend is."""
    url = records(journey, "backend_health")[-1]["outputs"]["url"]
    return str(urlsplit(url).hostname)


class Visitor:
    """A business that logs in once and goes on working."""

    def __init__(self, journey: Journey, address: str) -> None:
        self._visit = journey.sandbox.visit
        self._address = address
        key = {"shop": "demo", "access_key": "demo-business-key"}
        answer = self._visit(
            address, "/api/business/session", method="POST", body=key
        ).json()
        self._token = str(answer["token"])

    def status(self) -> int:
        """What the business's list of feedback is answered."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._visit(self._address, "/api/feedback", headers=headers).status


def test_a_key_is_exchanged_and_nobody_is_thrown_out(shop: Journey) -> None:
    old, address = value(shop), host(shop)
    before = Visitor(shop, address)

    begun = shop.run(*ROTATE)
    assert WAITING == begun.status, begun.err
    assert "the old value counts until" in begun.lines[-2]
    new, during = value(shop), Visitor(shop, address)
    assert (old, True) == (value(shop, "JWT_SECRET_PREVIOUS"), old != new)
    assert [200, 200] == [before.status(), during.status()]

    mark = shop.mark()
    rested = shop.run(*ROTATE)
    assert (WAITING, []) == (rested.status, shop.written(mark))

    ended = shop.run(*ROTATE, "--now")
    assert 0 == ended.status, ended.err
    assert "JWT_SECRET: the old value is dead, proven from outside" == ended.lines[-1]
    assert [401, 200, 200] == [
        before.status(),
        during.status(),
        Visitor(shop, address).status(),
    ]
    assert (new, new) == (value(shop), value(shop, "JWT_SECRET_PREVIOUS"))
    assert store_of(shop).rotation("JWT_SECRET") is None
    checked = shop.run(STAGING, "--check")
    assert (0, []) == (checked.status, checked.pending)

    key = KeyRing.open(shop.home).fingerprint_key
    prints = {name: fingerprint(key, each) for name, each in (("o", old), ("n", new))}
    proofs = [each["evidence"] for each in records(shop, "jwt_secret_rotation")]
    first, last = proofs[-2:]
    assert ([prints["n"], prints["o"]], []) == (first["accepted"], first["refused"])
    assert ([prints["n"]], [prints["o"]]) == (last["accepted"], last["refused"])
    places = {
        f"{name} of {n}": text.encode()
        for n, each in enumerate((begun, rested, ended))
        for name, text in (("output", each.out), ("errors", each.err))
    }
    places |= contents(shop.home / "sandbox") | contents(shop.home / "keys")
    assert [] == leaks([old, new], places)


@pytest.mark.heavy
def test_an_exchange_that_fails_goes_on_with_the_same_value(shop: Journey) -> None:
    for operation in WRITES:
        shop.order("railway", operation, "status", status=400, count=1)
    failed = shop.run(*ROTATE, "--now", "--workers", "1")
    assert failed.status not in {0, WAITING}
    listed = shop.run("secrets.list").out
    assert re.search(r"JWT_SECRET +set +spreading", listed), listed
    refused = shop.run("secrets.set", "JWT_SECRET", "--generate")
    assert "is under way" in refused.err
    new = value(shop)
    shop.sandbox.control("DELETE", "/faults")
    done = shop.run(*ROTATE)
    assert 0 == done.status, done.err
    assert new == value(shop)


@pytest.mark.heavy
def test_an_exchange_that_is_killed_goes_on_where_it_was(shop: Journey) -> None:
    old = value(shop)
    with shop.spawn(*ROTATE, "--now") as runner:
        assert runner.stdout is not None
        for line in runner.stdout:
            if "changed" in line and "_variables" in line:
                break
        runner.kill()
    new = value(shop)
    assert old != new
    done = shop.run(*ROTATE)
    assert 0 == done.status, done.err
    assert (new, new) == (value(shop), value(shop, "JWT_SECRET_PREVIOUS"))


@pytest.mark.heavy
def test_what_somebody_else_issued_is_revoked_by_a_person(shop: Journey) -> None:
    store_of(shop).add({"OPENAI_API_KEY": Secret("o" * 30)})
    command = ("secrets.rotate", "OPENAI_API_KEY")
    begun = shop.run(*command, "--generate")
    assert (WAITING, True) == (begun.status, "revoke the old value" in begun.out)
    assert WAITING == shop.run(*command).status
    done = shop.run(*command, "--statement", "ada, in the vendor's dashboard")
    assert 0 == done.status, done.err
    exported = shop.run("ledger.export").out
    assert "ada, in the vendor's dashboard" in exported


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("ENCRYPTION_KEY", "data is encrypted with it"),
        ("DATABASE_PASSWORD", "no variable of staging holds secret:DATABASE_PASSWORD"),
        ("REDIS_URL", "REDIS_URL has no value that could be exchanged"),
        ("NOT-A-NAME", "is no name of a secret"),
    ],
)
def test_what_cannot_be_exchanged_is_refused_before_anything_is_written(
    journey: Journey, name: str, problem: str
) -> None:
    mark = journey.mark()
    refused = journey.run("secrets.rotate", name)
    assert 2 == refused.status
    assert problem in refused.err
    assert [] == journey.written(mark)
