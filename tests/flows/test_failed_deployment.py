"""What the product itself breaks: the real log is shown, and what served serves."""

from __future__ import annotations

import pytest

from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey, counts, web_host

pytestmark = pytest.mark.xdist_group("journey")

CUSTOMER = web_host("customer")
PRODUCT = "inventory/product.yml"
BACKEND = "examples/vocilia/apps/backend/backend/__main__.py"
CUSTOMER_BUILD = "examples/vocilia/apps/customer/src/index.html"
CHECK = "    check: [python, ../../tools/build_web.py, --check]\n"
RIGHT = "exec python -m backend\n"
WRONG = "exec python -m bakend\n"
RETRIES_ONCE = "restart_policy_max_retries: 1"
CONTINUES = "next: invoke provision.staging (the same command continues)"
MIGRATIONS = "examples/vocilia/supabase/migrations"


def commit(shop: Journey) -> None:
    """Bring the product's copy up to date with the working folder."""
    prepared = shop.run("sandbox.up")
    assert 0 == prepared.status, prepared.err


@pytest.mark.heavy
def test_a_broken_start_command_shows_the_log_and_the_old_deployment_still_serves(
    shop: Journey,
) -> None:
    served = shop.serves()
    shop.edit(PRODUCT, RIGHT, WRONG)
    shop.edit(PRODUCT, "restart_policy_max_retries: 10", RETRIES_ONCE)
    shop.edit(BACKEND, '"""Start the server."""', '"""Start the new server."""')
    commit(shop)
    failed = shop.run(STAGING)
    assert (6, "deployment-failed") == (failed.status, failed.code)
    assert "Railway deployment of backend" in failed.err
    assert "No module named bakend" in failed.err
    assert "commit it, and run the same command again" in failed.hint
    assert CONTINUES in failed.lines
    assert served == shop.serves()
    assert {"SUCCESS", "FAILED"} == set(Hand(shop.sandbox).deployments()) - {"REMOVED"}
    shop.edit(PRODUCT, WRONG, RIGHT)
    mended = shop.run(STAGING)
    assert 0 == mended.status, mended.err
    assert served != shop.serves()
    assert counts(0) == shop.run(STAGING).counts


def test_a_web_build_that_fails_shows_the_builds_own_words(shop: Journey) -> None:
    served = shop.serves(CUSTOMER)
    # Its own check would find it before anything is uploaded.
    shop.edit(PRODUCT, CHECK, "")
    shop.edit(CUSTOMER_BUILD, "<head>", "<head>{{ no_such_placeholder }}")
    commit(shop)
    failed = shop.run(STAGING)
    assert (6, "build-failed") == (failed.status, failed.code)
    assert "Vercel deployment of customer" in failed.err
    assert "no_such_placeholder" in failed.err
    assert served == shop.serves(CUSTOMER)


def test_a_failing_migration_is_rolled_back_and_shown_with_its_line(
    shop: Journey,
) -> None:
    served = shop.serves()
    file = shop.root / MIGRATIONS / "20260101000900_broken.sql"
    file.write_text(
        "comment on table public.businesses is 'Half';\n\nselect * from nowhere;\n"
    )
    commit(shop)
    mark = shop.mark()
    failed = shop.run(STAGING)
    assert (6, "migration-failed") == (failed.status, failed.code)
    assert f"{file.name}:3: " in failed.err
    assert "42P01" in failed.err
    assert "rolled back" in failed.err
    assert served == shop.serves()
    assert not [each for each in shop.written(mark) if each.endswith("/up")]
    file.write_text("comment on table public.businesses is 'Shops';\n")
    commit(shop)
    assert 0 == shop.run(STAGING).status
