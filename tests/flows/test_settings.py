"""A setting that is edited reaches what runs, not only the platform's form."""

from __future__ import annotations

import pytest

from tests.support.journey import STAGING, Journey

pytestmark = pytest.mark.xdist_group("journey")

PRODUCT = "inventory/product.yml"
CUSTOMER = "vocilia-customer-staging.vercel.localhost"


def test_an_edited_start_command_is_deployed(shop: Journey) -> None:
    served = shop.serves()
    shop.edit(PRODUCT, "exec python -m backend\n", "exec python -B -m backend\n")
    checked = shop.run(STAGING, "--check")
    assert [
        "~ railway.service backend",
        "~ railway.deployment backend",
    ] == checked.pending
    changed = shop.run(STAGING)
    assert (0, "2 changed, 35 unchanged, 0 failed") == (changed.status, changed.counts)
    assert served != shop.serves()
    assert "0 changed, 37 unchanged, 0 failed" == shop.run(STAGING).counts


def test_an_edited_build_command_is_built(shop: Journey) -> None:
    served = shop.serves(CUSTOMER)
    first = "build_command: python ../../tools/build_web.py"
    shop.edit(PRODUCT, first, "build_command: python -B ../../tools/build_web.py")
    changed = shop.run(STAGING)
    assert 0 == changed.status, changed.err
    assert served != shop.serves(CUSTOMER)
    assert "0 changed, 37 unchanged, 0 failed" == shop.run(STAGING).counts
