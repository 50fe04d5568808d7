"""How many replicas a measured load asks for."""

from __future__ import annotations

import pytest

from launchbook.model.scaling import Load, Scale

SCALE = Scale(lowest=2, highest=8, cpu=0.7, memory=0.75)


@pytest.mark.parametrize(
    ("replicas", "cpu", "memory", "expected"),
    [
        (2, 0.7, 0.1, 2),
        (2, 0.71, 0.1, 3),
        (2, 0.1, 0.76, 3),
        (4, 0.7, 0.75, 4),
        (4, 0.35, 0.3, 2),
        (4, 1.0, 0.2, 6),
        (8, 1.0, 1.0, 8),
        (2, 0.0, 0.0, 2),
        (3, None, 0.5, 2),
        (3, None, None, 3),
    ],
)
def test_the_tighter_share_decides_within_the_policys_range(
    replicas: int, cpu: float | None, memory: float | None, expected: int
) -> None:
    assert expected == SCALE.recommend(replicas, Load(cpu, memory, points=1))


def test_a_load_without_a_figure_is_not_known() -> None:
    assert not Load(None, None, points=0).is_known
    assert Load(None, 0.1, points=1).is_known
