"""Wherever a release or a rollback fails: one whole release serves, or MIXED is said.

The points are rows of ``tests/cases/release_matrix.yml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.matrix import Matrix
from tests.support.matrix_summary import PROPERTY
from tests.support.matrix_table import MIXED, NEW, OLD, Point, load_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.journey import Provisioned

pytestmark = [pytest.mark.xdist_group("journey"), pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def matrix(
    provisioned: Provisioned, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Matrix]:
    """Staging, released, with a working folder of its own."""
    shop = provisioned.fresh().elsewhere(tmp_path_factory.mktemp("matrix") / "shop")
    yield Matrix(shop)
    provisioned.put_back()


@pytest.mark.heavy
@pytest.mark.parametrize("point", load_points(), ids=lambda each: each.id)
def test_one_whole_release_serves_or_the_mixture_is_told(
    matrix: Matrix, point: Point, record_property: Callable[[str, object], None]
) -> None:
    end = matrix.run(point)
    told = end.said.outcome
    assert end.served == end.said.served, told.out + told.err
    if end.served == MIXED:
        assert end.shown == end.said.listed
    elif point.run == "rollback" and end.served == OLD:
        assert not end.stored, "a return brings the variables back, too"
    elif end.served == OLD:
        assert end.stored == end.said.stored
    assert end.served in point.ends, told.out + told.err
    record_property(PROPERTY, end.served)


@pytest.mark.heavy
def test_killing_the_network_between_upload_and_promotion_leaves_the_old_release(
    matrix: Matrix, record_property: Callable[[str, object], None]
) -> None:
    end = matrix.release(is_cut_off=True)
    told = end.said.outcome
    assert (OLD, OLD) == (end.served, end.said.served), told.out
    assert 8 == told.status, "nothing has to be mended"
    details = next(r["details"] for r in told.records if r["kind"] == "error")
    assert isinstance(details, dict)
    assert {"worker", "payments", "coming"} == details["unread"].keys()
    assert NEW == matrix.release().served, "the same command goes on"
    record_property(PROPERTY, end.served)
