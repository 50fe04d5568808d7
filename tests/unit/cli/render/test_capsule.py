"""Releases as lines of text."""

from __future__ import annotations

from dataclasses import replace

from launchbook.cli.render.capsule import (
    capsule_lines,
    diff_lines,
    list_lines,
    surface_lines,
)
from launchbook.model.release import SchemaRange, SurfaceKind
from tests.support.capsules import full_capsule, full_surface


def test_a_list_has_one_line_a_release() -> None:
    back = full_capsule(id="production-13", returned_from="production-12")
    head, first, second = list_lines([full_capsule(), back])
    assert head.split() == ["release", "proven", "took", "commit", "built", "subject"]
    assert first.startswith("production-12  2026-11-23 04:13 UTC  1 min 33 s")
    assert "3f9a1c0b77de  1 of 2  Let customers correct a feedback" in first
    assert second.endswith("(returned from production-12)")


def test_an_empty_list_has_only_its_head() -> None:
    assert 1 == len([*list_lines([])])


def test_one_release_is_shown_whole() -> None:
    told = "\n".join(capsule_lines(full_capsule()))
    for text in (
        "production-12  Let customers correct a feedback",
        "commit       3f9a1c0b77deaa11bb22cc33dd44ee55ff667788 on main",
        "replaced     production-11",
        "schema       20260101000200 to 20260101000400, held 20260301000000",
        "built        1 of 2 surfaces",
        "approved: actor bo@vocilia.com, plan 9c1f0a7be2d4",
    ):
        assert text in told
    rows = [line.split() for line in told.splitlines()]
    assert ["customer", "3f9a1c0b77de-8e12ab90", "reused", "customer-deployment",
            "7d0e1f2a3b4c", "https://customer.vocilia.com"] in rows  # fmt: skip
    assert ["checklist", "rollback", "pass", "OPEN"] in rows
    assert "inconclusive, overridden  no part (let pass: no customers yet)" in told
    assert "asked 720, bad_rounds 0" in told


def test_a_release_without_gates_shows_none() -> None:
    told = "\n".join(capsule_lines(full_capsule(gates={}, approvals=(), previous="")))
    assert "verdict" not in told
    assert "replaced     (none)" in told


def test_each_surface_says_how_it_came_to_serve() -> None:
    surfaces = (
        full_surface("backend", SurfaceKind.SERVICE, is_reused=True),
        full_surface("customer", SurfaceKind.WEB, is_reused=False),
    )
    timings = {"customer": 2.0, "customer_live": 0.25}
    head, *rows = surface_lines(full_capsule(surfaces=surfaces, timings=timings))
    assert ["surface", "built", "promoted", "proven"] == head.split()
    assert ["backend", "reused"] == rows[0].split()[:2]
    assert ["customer", "2.0", "s", "0.2", "s"] == rows[1].split()[:5]


def test_two_equal_releases_differ_by_nothing() -> None:
    told = [*diff_lines(full_capsule(), full_capsule(id="production-13"))]
    assert [
        "production-12 -> production-13",
        "  the same commit, schema and surfaces",
    ] == told


def test_a_difference_names_each_surface_and_what_of_it() -> None:
    one = full_capsule(schema=SchemaRange("20260101000200", "20260101000400"))
    backend, customer = one.surfaces
    other = replace(
        one,
        id="production-13",
        commit="9" * 40,
        schema=SchemaRange("20260101000200", "20260401000000"),
        surfaces=(
            replace(backend, identity="999999999999-8e12ab90", content="9" * 64),
            full_surface("admin", SurfaceKind.WEB),
        ),
    )
    assert [
        "production-12 -> production-13",
        "  ~ commit: 3f9a1c0b77de -> 999999999999",
        "  ~ schema: 20260101000200 to 20260101000400 -> 20260101000200 to 20260401000000",
        "  ~ backend",
        "      identity: 3f9a1c0b77de-8e12ab90 -> 999999999999-8e12ab90",
        "      source: cccccccccccc -> 999999999999",
        "  + admin: 3f9a1c0b77de-8e12ab90",
        f"  - customer: {customer.identity}",
    ] == [*diff_lines(one, other)]


def test_changed_variables_show_by_their_fingerprints() -> None:
    one = full_capsule()
    changed = replace(one.surfaces[0], variables="0" * 16, image="")
    other = replace(one, surfaces=(changed, one.surfaces[1]))
    assert "      variables: 7d0e1f2a3b4c -> 000000000000" in [*diff_lines(one, other)]


def test_a_subject_cannot_give_orders_to_the_terminal() -> None:
    evil = full_capsule(subject="\x1b[2J\x1b]0;title\x07gone\r", branch="\x1b[31m")
    for lines in (
        list_lines([evil]),
        capsule_lines(evil),
        diff_lines(full_capsule(), evil),
    ):
        assert not any(ord(each) < 32 for line in lines for each in line)
