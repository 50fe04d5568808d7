"""Secret values appear nowhere: outputs, ledger, plans, reports, logs, command lines,
tracebacks, environments of other programs; plain, base64- or URL-encoded.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest

from launchbook.cli.failure import report
from launchbook.cli.output import REDACTOR
from launchbook.cli.place import OPTION, Place
from launchbook.config.keys import KeyRing
from launchbook.config.secret_file import SecretStore
from launchbook.errors import RunError
from launchbook.redact import Secret
from tests.support.journey import STAGING, Journey
from tests.support.sentinel import CommandLines, contents, leaks, noisy_git, spellings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")

BACKEND = "inventory/variables/backend.yml"
SANDBOX = "inventory/platforms/sandbox.yml"
JWT = "sentinel/JWT+value&with=signs%and?spaces here ~ 0123456789"
SESSION = "sentinel SESSION: åäö \"quoted\" \\ 'single' 0123456789 abcdefghijk"
VAULT_TOKEN = "sentinel-token-of-the-password-manager"
RELEASE, ROLLBACK = "release.staging", "rollback.staging"
RETURN = "deploymentRollback"
WRITES = ("variableCollectionUpsert", "environmentPatchCommitStaged")
STATE = ("railway", "vercel", "supabase", "cloudflare", "snapshots", "ca")
"""Of the emulated vendors' own: they hold what was written to them, as vendors do."""


def written(value: str) -> list[str]:
    """A value in every way in which a program may show it, in the midst of others."""
    raw = value.encode()
    wrapped = [b"#" * offset + raw + b"###" for offset in range(3)]
    return [
        value,
        quote(value, safe=""),
        quote_plus(value),
        *(base64.b64encode(each).decode() for each in wrapped),
        *(base64.urlsafe_b64encode(each).decode() for each in wrapped),
    ]


@pytest.mark.parametrize("value", [JWT, SESSION])
def test_the_search_finds_a_value_in_each_spelling(value: str) -> None:
    for text in written(value):
        assert ["here"] == leaks([value], {"here": f"...{text}...".encode()})
    for needle in spellings(value):
        assert ["here"] == leaks([value], {"here": b"..." + needle + b"..."})
    assert [] == leaks([value], {"here": b"sentinel"})


@dataclass(frozen=True)
class Planted:
    """A working folder whose secrets are values that we know.

    Attributes:
        git: A folder before the real git, which writes its environment down.
        vault: Where the password manager wrote its own environment down.
    """

    journey: Journey
    git: Path
    vault: Path

    def typed(self, *words: str) -> dict[str, bytes]:
        """Type a command in a process of its own; return what it wrote, by stream."""
        with self.journey.spawn(*words) as runner:
            out, err = runner.communicate(timeout=60)
        name = " ".join(words)
        return {
            f"output of {name} (status {runner.returncode})": out.encode(),
            f"errors of {name}": err.encode(),
        }


@pytest.fixture
def planted(shop: Journey, tmp_path: Path) -> Planted:
    """One value of our environment, one that a password manager keeps."""
    vault = tmp_path / "vault.py"
    seen = tmp_path / "vault.environment"
    vault.write_text(
        "import os, sys\n"
        f"open({str(seen)!r}, 'a').write(repr(dict(os.environ)) + repr(sys.argv))\n"
        f"sys.stderr.write({SESSION!r})\n"
        f"sys.stdout.buffer.write({SESSION!r}.encode())\n",
        encoding="utf-8",
    )
    shop.edit(BACKEND, "value: secret:JWT_SECRET", "value: env:PLANTED_JWT")
    shop.edit(BACKEND, "value: secret:SESSION_SECRET", "value: cmd:vault:session")
    commands = (
        "secrets:\n  commands:\n    vault:\n"
        f"      argv: ['{sys.executable}', '{vault}', '{{subject}}']\n"
        "      environment: [VAULT_TOKEN]\n"
    )
    shop.edit(SANDBOX, "secrets:\n", commands)
    git = noisy_git(tmp_path / "bin", str(shutil.which("git")))
    shop.environ["PLANTED_JWT"] = JWT
    shop.environ["VAULT_TOKEN"] = VAULT_TOKEN
    shop.environ["LAUNCHBOOK_DEBUG"] = "1"
    shop.environ["PATH"] = f"{git}:{os.environ['PATH']}"
    return Planted(shop, git / "environments", seen)


def secrets_of(journey: Journey) -> list[str]:
    """All values that must stay inside: planted, generated, tokens, identities."""
    keys = KeyRing.open(journey.home, is_read_only=True)
    path = journey.home / "sandbox" / "secrets" / "staging.age"
    values = [each.reveal() for each in SecretStore(path, keys).read().values.values()]
    assert len(values) > 1
    facts: dict[str, Any] = journey.sandbox.facts
    tokens = [facts[vendor]["token"] for vendor in ("railway", "vercel", "supabase")]
    hexadecimal = [keys.ledger_key.hex(), keys.fingerprint_key.hex()]
    return [JWT, SESSION, *values, *tokens, facts["control_token"], *hexadecimal]


def kept_places(journey: Journey) -> dict[str, bytes]:
    """Every file of the state folder that is not an emulated vendor's own."""
    emulator = journey.home / "emulator"
    own = {str(emulator / name) for name in STATE}
    # Addresses and tokens of the sandbox itself, for its owner alone to read.
    own |= {str(emulator / name) for name in ("endpoints.json", "kept.json")}
    return {
        path: text
        for path, text in contents(journey.home).items()
        if not any(path.startswith(each) for each in own)
    }


def test_no_secret_comes_out_of_runs_checks_plans_and_failures(
    planted: Planted, tmp_path: Path
) -> None:
    journey, typed = planted.journey, planted.typed
    plan, command_lines = tmp_path / "plan.json", CommandLines()
    places: dict[str, bytes] = {}
    # A vendor's words are cut to a length that a person reads; these reach beyond it.
    told = " | ".join(["is no good value", *written(JWT), *written(SESSION)])
    echo = {"errors": [{"message": told}], "data": None}
    with command_lines.watched():
        places |= typed(STAGING, "--check", "--json")
        places |= typed(STAGING, "--check", "--verbose", "--out", str(plan))
        for operation in WRITES:
            journey.order("railway", operation, "status", status=400, body=echo)
        places |= typed(STAGING, "--workers", "1")
        journey.sandbox.control("DELETE", "/faults")
        places |= typed(STAGING, "--json")
        places |= typed(STAGING, "--verbose")
        places |= typed("secrets.list", "--json")
        places |= typed("secrets.get", "DATABASE_PASSWORD")
        places |= typed("inventory.explain", "variables.backend.JWT_SECRET")
        places |= typed("ledger.export")
    statuses = [name[-2] for name in places if name.startswith("output")]
    assert ["3", "3", "8", "0", "0", "0", "0", "0", "0"] == statuses, places
    assert any(b"no good value" in text for text in places.values())
    assert b"update" in plan.read_bytes()

    places |= {"command lines": b"\n".join(command_lines.seen)}
    places |= {"the plan": plan.read_bytes()}
    places |= {"environments of git": planted.git.read_bytes()}
    places |= kept_places(journey)
    assert {str(journey.ledger), str(journey.home / "keys" / "ledger.age")} <= set(
        places
    )
    assert [] == leaks([*secrets_of(journey), VAULT_TOKEN], places)
    assert any(STAGING.encode() in line for line in command_lines.seen)

    # The password manager sees its own token, and none of the other secrets.
    vault = {"the password manager": planted.vault.read_bytes()}
    assert b"'session']" in vault["the password manager"]
    assert VAULT_TOKEN.encode() in vault["the password manager"]
    assert [] == leaks(secrets_of(journey), vault)


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_no_secret_comes_out_of_releases_returns_approvals_and_reports(
    torn: Journey, planted: Planted, tmp_path: Path
) -> None:
    journey, typed = planted.journey, planted.typed
    plan, page = tmp_path / "plan.json", tmp_path / "release.html"
    comment, command_lines = tmp_path / "comment.md", CommandLines()
    told = " | ".join(["is no good value", *written(JWT), *written(SESSION)])
    echo = {"errors": [{"message": told}], "data": None}
    places: dict[str, bytes] = {}
    with command_lines.watched():
        # Both values are new, so every service and its variables are released.
        places |= typed(RELEASE, "--check", "--out", str(plan))
        places |= typed("approve", str(plan), "--reason", "as a test", "--json")
        places |= typed("ci.comment", "--plan", str(plan), "--out", str(comment))
        places |= typed(RELEASE, "--json")
        places |= typed("rollback.readiness", "--environment", "staging", "--json")
        places |= typed(ROLLBACK, "--reason", "as a test", "--check")
        journey.order("railway", RETURN, "status", status=400, body=echo, times=0)
        places |= typed(ROLLBACK, "--reason", "as a test", "--verbose")
        journey.sandbox.control("DELETE", "/faults")
        places |= typed(ROLLBACK, "--reason", "as a test", "--json")
        places |= typed("release.list", "--json")
        places |= typed("release.show", "--html", str(page))
        places |= typed("release.show", "--json")
        places |= typed("release.diff", "1", "2")
        places |= typed("ledger.queue", "--json")
        places |= typed("ledger.export")
    statuses = [name[-2] for name in places if name.startswith("output")]
    assert "30003" == "".join(statuses[:4]) + statuses[5], statuses
    assert ["0"] * 7 == statuses[7:], places
    assert any(b"no good value" in text for text in places.values())
    values = journey.home / "sandbox" / "values" / "staging"
    assert list(values.glob("*.age")), "the values themselves are kept, encrypted"

    places |= {"command lines": b"\n".join(command_lines.seen)}
    places |= {str(each): each.read_bytes() for each in (plan, page, comment)}
    places |= {"environments of git": planted.git.read_bytes()}
    places |= kept_places(journey)
    assert [] == leaks([*secrets_of(journey), VAULT_TOKEN], places)


@pytest.mark.parametrize("is_json", [False, True])
def test_no_secret_comes_out_of_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_json: bool
) -> None:
    options = {OPTION: Place(tmp_path, {"LAUNCHBOOK_DEBUG": "1"}), "json": is_json}
    for value in (JWT, SESSION):
        REDACTOR.learn(Secret(value))
        for text in written(value):
            for told in (f"it says {text}", {"it says": [text]}):
                report(_raised(told), options)
                shown = capsys.readouterr()
                streams = {"out": shown.out.encode(), "err": shown.err.encode()}
                assert [] == leaks([value], streams)
                assert "Traceback" in shown.err
                assert "it says" in shown.out + shown.err


def _fail(told: object) -> None:
    raise ValueError(told)


def _raised(told: object) -> Exception:
    """A bug that quotes a secret, and whose cause does so too."""
    try:
        _fail(told)
    except ValueError as cause:
        found = RuntimeError(told)
        found.__cause__ = cause
        return found
    return RuntimeError("nothing was raised")


def test_no_secret_comes_out_of_an_errors_details(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for value in (JWT, SESSION):
        REDACTOR.learn(Secret(value))
        details = {"log": written(value), "problems": {value: value}}
        error = RunError(f"it says {value}", hint=f"Type {value}.", details=details)
        for options in ({}, {"json": True}):
            report(error, options)
            shown = capsys.readouterr()
            assert [] == leaks([value], {"all": (shown.out + shown.err).encode()})
            assert "it says [redacted]" in shown.out + shown.err
