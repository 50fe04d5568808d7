"""What the product itself breaks: the real log is shown, and what served serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("journey")

CUSTOMER = "vocilia-customer-staging.vercel.localhost"
PRODUCT = "inventory/product.yml"
BACKEND = "examples/vocilia/apps/backend/backend/__main__.py"
CUSTOMER_BUILD = "examples/vocilia/apps/customer/src/index.html"
MIGRATIONS = "examples/vocilia/supabase/migrations"


def commit(shop: Journey) -> None:
    """Bring the product's copy up to date with the working folder."""
    prepared = shop.run("sandbox.up")
    assert 0 == prepared.status, prepared.err


def test_a_start_that_breaks_shows_the_log_and_the_old_deployment_still_serves(
    shop: Journey,
) -> None:
    served = shop.serves()
    shop.edit(BACKEND, '    """Start the server."""', '    raise SystemExit("no-fuel")')
    commit(shop)
    failed = shop.run(STAGING)
    assert (6, "deployment-failed") == (failed.status, failed.code)
    assert "Railway deployment of backend" in failed.err
    assert "  | no-fuel" in failed.err
    assert "backend" in failed.hint
    assert "next: invoke provision.staging (the same command continues)" in failed.lines
    assert served == shop.serves()
    assert "SUCCESS" in Hand(shop.sandbox).deployments()


def test_a_broken_start_command_is_mended_and_the_same_command_continues(
    nothing: Journey, tmp_path: Path
) -> None:
    shop = nothing.elsewhere(tmp_path / "shop")
    right, wrong = "exec python -m backend\n", "exec python -m bakend\n"
    shop.edit(PRODUCT, right, wrong)
    mark = shop.mark()
    failed = shop.run(STAGING)
    assert (6, "deployment-failed") == (failed.status, failed.code)
    assert "No module named bakend" in failed.err
    shop.edit(PRODUCT, wrong, right)
    mended = shop.run(STAGING)
    assert 0 == mended.status, mended.err
    made = shop.made(mark)
    assert (1, 3) == (made["projectCreate"], made["serviceCreate"])
    assert "0 changed, 37 unchanged, 0 failed" == shop.run(STAGING).counts


def test_a_web_build_that_fails_shows_the_builds_own_words(shop: Journey) -> None:
    served = shop.serves(CUSTOMER)
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
    file.write_text("create table public.half (id int);\n\nselect * from nowhere;\n")
    commit(shop)
    mark = shop.mark()
    failed = shop.run(STAGING)
    assert "migration-failed" == failed.code
    assert f"{file.name}:3: " in failed.err
    assert "42P01" in failed.err
    assert "rolled back" in failed.err
    assert served == shop.serves()
    assert not [each for each in shop.written(mark) if each.endswith("/up")]
    file.write_text("create table public.half (id int);\n")
    commit(shop)
    assert 0 == shop.run(STAGING).status
