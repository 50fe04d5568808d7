"""Which apps a change builds anew, counted by the platforms; and what never gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.test_release import BUILD, RELEASE, UPLOAD, WEB_APPS, change, served

if TYPE_CHECKING:
    from tests.support.journey import Journey

pytestmark = [
    pytest.mark.xdist_group("journey"),
    pytest.mark.timeout(180),
    pytest.mark.heavy,
]

SERVICES = 3
"""Backend, worker and payments are built of the same app."""
CUSTOMER = "apps/customer/src/app.js"


@pytest.mark.parametrize(
    ("path", "more", "rebuilt"),
    [
        (CUSTOMER, "\n// One more line.\n", {"customer"}),
        ("packages/ui/theme.css", "\n/* One more line. */\n", {*WEB_APPS}),
        ("packages/database/local.sql", "\n-- One more line.\n", {"backend"}),
        ("packages/types/shapes.json", "\n", {"backend", *WEB_APPS}),
    ],
    ids=["one-app", "ui", "database", "types"],
)
def test_a_change_builds_exactly_what_depends_on_it(
    torn: Journey, path: str, more: str, rebuilt: set[str]
) -> None:
    before = served(torn)
    change(torn, path, more)
    mark = torn.mark()
    done = torn.run(RELEASE)
    assert 0 == done.status, done.err
    made, after = torn.made(mark), served(torn)
    assert len(rebuilt & {*WEB_APPS}) == made[BUILD]
    assert (SERVICES if "backend" in rebuilt else 0) == made[UPLOAD]
    assert rebuilt == {app for app in before if before[app] != after[app]}


def test_a_syntax_error_is_told_with_file_and_line_and_nothing_is_uploaded(
    torn: Journey,
) -> None:
    before = served(torn)
    file = torn.work_tree / CUSTOMER
    line = len(file.read_text(encoding="utf-8").splitlines()) + 1
    change(torn, CUSTOMER, "const = 1;\n")
    mark = torn.mark()
    refused = torn.run(RELEASE)
    assert (4, "source-broken") == (refused.status, refused.code), refused.err
    assert f"{CUSTOMER}:{line}" in refused.err
    listed = torn.sandbox.world.requests.listed(since=mark, is_mutating=True)
    assert ([], before) == (listed, served(torn))
