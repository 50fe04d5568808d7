"""A setting that is edited reaches what runs, not only the platform's form."""

from __future__ import annotations

import pytest

from tests.support.journey import STAGING, Journey, counts, web_host

pytestmark = pytest.mark.xdist_group("journey")

PRODUCT = "inventory/product.yml"
CUSTOMER = web_host("customer")


@pytest.mark.heavy
def test_an_edited_start_command_is_deployed(shop: Journey) -> None:
    served = shop.serves()
    shop.edit(PRODUCT, "exec python -m backend\n", "exec python -B -m backend\n")
    checked = shop.run(STAGING, "--check")
    assert [
        "~ railway.service backend",
        "~ railway.deployment backend",
    ] == checked.pending
    changed = shop.run(STAGING)
    assert (0, counts(2)) == (changed.status, changed.counts)
    assert served != shop.serves()
    assert counts(0) == shop.run(STAGING).counts


def test_an_edited_build_command_is_built(shop: Journey) -> None:
    served = shop.serves(CUSTOMER)
    first = "build_command: python ../../tools/build_web.py"
    shop.edit(PRODUCT, first, "build_command: python -B ../../tools/build_web.py")
    changed = shop.run(STAGING)
    assert 0 == changed.status, changed.err
    assert served != shop.serves(CUSTOMER)
    assert counts(0) == shop.run(STAGING).counts
