from __future__ import annotations

from launchbook.cli.render.plan import count_line, plan_lines


def change(action: str, **facts: object) -> dict[str, object]:
    return {"action": action, "kind": "toy.house", "name": "north", **facts}


def lines(*changes: dict[str, object], is_verbose: bool = False) -> list[str]:
    return list(plan_lines(changes, is_verbose=is_verbose))


def test_each_action_has_its_sign() -> None:
    signs = {
        "create": "  + toy.house north",
        "update": "  ~ toy.house north",
        "delete": "  - toy.house north",
        "no-change": "  = toy.house north",
    }
    changes = [change(action) for action in signs]
    assert [*signs.values()] == lines(*changes, is_verbose=True)[:-1]


def test_unchanged_resources_are_counted_and_shown_only_when_asked_for() -> None:
    unchanged = change("no-change")
    counted = "plan: 0 to create, 2 unchanged"
    assert [counted] == lines(unchanged, unchanged)
    assert 3 == len(lines(unchanged, unchanged, is_verbose=True))


def test_what_cannot_be_known_yet_names_the_step_in_the_way() -> None:
    unknown = change("cannot-know-yet", reason="because of step plot")
    assert [
        "  ? toy.house north: cannot know yet, because of step plot",
        "plan: 0 to create, 1 cannot know yet, 0 unchanged",
    ] == lines(unknown)


def test_what_cannot_be_read_back_is_unknown_and_never_unchanged() -> None:
    unknown = change("unknown", reason="it cannot be read")
    assert [
        "  ! toy.house north: unknown, it cannot be read",
        "plan: 0 to create, 1 unknown, 0 unchanged",
    ] == lines(unknown)


def test_a_remark_stands_in_brackets() -> None:
    remarked = change("update", reason="put there by hand")
    assert "  ~ toy.house north (put there by hand)" == lines(remarked)[0]


def test_each_attribute_that_differs_has_a_line() -> None:
    fields = [
        {"name": "colour", "before": "red", "after": "blue"},
        {"name": "floors", "before": 1, "after": [2, 3]},
        {"name": "garden", "before": None, "after": True},
    ]
    assert [
        "      colour: red -> blue",
        "      floors: 1 -> [2, 3]",
        "      garden: (none) -> true",
    ] == lines(change("update", fields=fields))[1:4]


def test_a_long_value_is_cut() -> None:
    fields = [{"name": "text", "before": "a" * 60, "after": "b" * 61}]
    shown = lines(change("update", fields=fields))[1]
    assert f"      text: {'a' * 60} -> {'b' * 59}…" == shown


def test_creations_and_unchanged_are_always_counted() -> None:
    assert "plan: 0 to create, 0 unchanged" == count_line([])
    counted = [change("create"), change("delete"), change("update")]
    assert "plan: 1 to create, 1 to update, 1 to delete, 0 unchanged" == count_line(
        counted
    )
