"""Releases and the way back, as a person does it: build, probe, promote, watch."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.journey import Journey, web_host

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("journey"), pytest.mark.timeout(180)]

WEB_APPS = ("customer", "business", "admin")
RELEASE, ROLLBACK = "release.staging", "rollback.staging"
REASON = ("--reason", "it was wrong")
BUILD = "POST /v13/deployments"
UPLOAD = "POST /project/{project}/environment/{environment}/up"
PROMOTE = "POST /v10/projects/{project}/promote/{deployment}"
THEME = "packages/ui/theme.css"
HEALTH = "apps/backend/backend/health.py"
ILL = '''

_LOOKS: list[int] = []
_well = show


async def show(request: web.Request) -> web.Response:
    """Well for as long as nobody looks twice."""
    _LOOKS.append(1)
    if len(_LOOKS) > 5:
        return web.json_response({"status": "unhealthy"}, status=503)
    return await _well(request)
'''


def change(shop: Journey, path: str, more: str, *, is_pushed: bool = True) -> None:
    """Commit a change of the product, and push it."""
    file = shop.work_tree / path
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    commands = [[*who, "commit", "-qam", f"Change {path}"]]
    if is_pushed:
        commands.append(["push", "-q", "origin", "main"])
    for words in commands:
        subprocess.run(["git", *words], cwd=shop.work_tree, check=True)


def served(shop: Journey) -> dict[str, str]:
    """What each public surface shows of its build."""
    hosts = {app: web_host(app) for app in WEB_APPS}
    return {"backend": shop.serves()} | {
        app: shop.serves(host) for app, host in hosts.items()
    }


def newest(shop: Journey) -> str:
    """The id of the release that serves."""
    listed = shop.run("release.list", "--limit", "1", "--json")
    return str(listed.records[0]["id"])


def test_what_changed_is_built_and_the_rest_is_reused_and_all_can_be_returned(
    torn: Journey,
) -> None:
    before, first = served(torn), newest(torn)
    change(torn, THEME, "/* wider */\n")
    mark = torn.mark()
    done = torn.run(RELEASE)
    assert 0 == done.status, done.err
    made = torn.made(mark)
    assert (3, 0, 3) == (made[BUILD], made[UPLOAD], made[PROMOTE])
    assert "not built again: backend, worker, payments" in done.lines[-1]
    after = served(torn)
    shown = torn.run("release.show", "--json").records[0]
    gates = shown["gates"]
    assert isinstance(gates, dict)
    assert {"build", "release_gate", "compatibility", "bake"} <= set(gates)
    assert before["backend"] == after["backend"]
    assert all(before[app] != after[app] for app in WEB_APPS)

    change(torn, "README.md", "More words.\n")
    mark = torn.mark()
    done = torn.run(RELEASE)
    assert (0, []) == (done.status, torn.written(mark)), done.err
    assert after == served(torn)

    back = torn.run(ROLLBACK, "--to", first, *REASON)
    assert 0 == back.status, back.err
    assert before == served(torn)
    assert f"OLD: {first} serves everywhere" in back.lines[-1]
    told = [line.split() for line in back.lines if " %" in line]
    assert dict.fromkeys(before, "100.00") == {each[0]: each[1] for each in told}

    mark = torn.mark()
    again = torn.run(RELEASE)
    assert 0 == again.status, again.err
    assert (0, 3) == (torn.made(mark)[BUILD], torn.made(mark)[PROMOTE])
    assert after == served(torn), "nothing is pinned by a rollback"


def test_a_release_that_turns_bad_is_caught_and_taken_back(torn: Journey) -> None:
    before, first = served(torn), newest(torn)
    change(torn, HEALTH, ILL)
    change(torn, THEME, "/* darker */\n")
    failed = torn.run(RELEASE)
    assert (5, "run-taken-back") == (failed.status, failed.code), (
        failed.out + failed.err
    )
    assert "hard down" in failed.err
    assert before == served(torn)
    listed = torn.run("release.list")
    assert f"returned from failed after {first}" in listed.out


@pytest.mark.heavy
def test_a_backend_that_does_not_start_leaves_everything_as_it_was(
    torn: Journey,
) -> None:
    before = served(torn)
    change(torn, HEALTH, "\nraise SystemExit(1)\n")
    change(torn, THEME, "/* taller */\n")
    mark = torn.mark()
    failed = torn.run(RELEASE)
    assert 5 == failed.status, failed.err
    assert "serves again" in failed.err, "the worker had started"
    assert (before, 0) == (served(torn), torn.made(mark)[PROMOTE])


@pytest.mark.heavy
def test_one_app_alone_can_be_returned(torn: Journey) -> None:
    before = served(torn)
    change(torn, THEME, "/* rounder */\n")
    assert 0 == torn.run(RELEASE).status
    released = served(torn)
    back = torn.run(ROLLBACK, "--app", "customer", *REASON)
    assert 0 == back.status, back.err
    assert released | {"customer": before["customer"]} == served(torn)
    assert "MIXED: as asked for, one app alone was returned" in back.lines
    assert any(
        line.startswith("  customer: ") and "(OLD)" in line for line in back.lines
    )


def test_what_cannot_be_returned_to_is_refused_before_anything_moves(
    torn: Journey, tmp_path: Path
) -> None:
    mark = torn.mark()
    unreasoned = torn.run(ROLLBACK)
    assert (2, "input-error") == (unreasoned.status, unreasoned.code)
    unknown = torn.run(ROLLBACK, "--to", "77", *REASON)
    assert (2, "unknown-release") == (unknown.status, unknown.code)
    other = torn.run(ROLLBACK, "--to", newest(torn), "--app", "shop", *REASON)
    assert (2, "input-error") == (other.status, other.code)
    change(torn, THEME, "/* lost */\n", is_pushed=False)
    unpushed = torn.run(RELEASE)
    assert (4, "gate-failed") == (unpushed.status, unpushed.code)
    assert "commit-pushed" in unpushed.err
    report = tmp_path / "release.html"
    shown = torn.run("release.show", "--html", str(report))
    assert 0 == shown.status, shown.err
    assert "unchanged since" in shown.out
    text = report.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert [] == torn.written(mark)


def test_what_does_not_build_is_refused_before_anything_is_uploaded(
    torn: Journey,
) -> None:
    before = served(torn)
    change(torn, "apps/customer/src/app.js", '\nimport "./nothing.js";\n')
    mark = torn.mark()
    refused = torn.run(RELEASE)
    assert (4, "source-broken") == (refused.status, refused.code), refused.err
    assert "customer: build failed: no such file: ./nothing.js" in refused.err
    assert ([], before) == (torn.written(mark), served(torn))
    listed = torn.sandbox.world.requests.listed(since=mark, is_mutating=True)
    assert [] == listed, "no file was uploaded either"
