"""Secrets of edge functions: set, listed as digests, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.supabase_world import Project, Supabase


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "SUPABASE_URL", "value": "x"},
        {"name": "", "value": "x"},
        {"name": "NAME"},
        {"name": "NAME", "value": "x" * 24577},
        "NAME",
    ],
)
def test_a_wrong_secret_is_refused_and_nothing_is_kept(
    supabase: Supabase, project: Project, entry: object
) -> None:
    path = project.path("/secrets")
    body = [{"name": "RIGHT", "value": "x"}, entry]
    assert 400 == supabase.ask("POST", path, body).status
    assert [] == supabase.get(path)


def test_a_secret_that_is_set_again_has_another_digest(
    supabase: Supabase, project: Project
) -> None:
    path = project.path("/secrets")
    seen = []
    for value in ("one", "two", "one"):
        supabase.ask("POST", path, [{"name": "NAME", "value": value}])
        seen.append(supabase.get(path)[0]["value"])
    supabase.ask("DELETE", path, ["NAME"])
    assert (True, False) == (seen[0] == seen[2], seen[0] == seen[1])
    assert [] == supabase.get(path)
