"""A saved plan as a comment on a pull request."""

from __future__ import annotations

import re
from typing import Any

from launchbook.cli.render.markdown import LONGEST, plan_markdown
from launchbook.delivery.preview import MARKER


def change(action: str, name: str = "house", **more: object) -> dict[str, Any]:
    return {
        "action": action,
        "kind": "toy.thing",
        "name": name,
        "fields": [],
        "reason": "",
        **more,
    }


def step(
    *changes: dict[str, Any], id_: str = "house", uses: str = "toy.thing"
) -> dict[str, Any]:
    return {"id": id_, "uses": uses, "changes": list(changes), "outputs": {"x": "y"}}


def plan(*steps: dict[str, Any], **more: object) -> dict[str, Any]:
    return {
        "environment": "staging",
        "platforms": "live",
        "playbook": "staging",
        "tool_version": "0.1.0",
        "digest": "d" * 64,
        "steps": list(steps),
        **more,
    }


def text(*changes: dict[str, Any]) -> str:
    return plan_markdown(plan(step(*changes)))


def blocks(markdown: str) -> str:
    """What stands in fenced blocks, as GitHub finds them."""
    return "\n".join(
        re.findall(r"^(`{3,})diff\n(.*?)^\1$", markdown, re.MULTILINE | re.DOTALL)[0]
    )


def outside(markdown: str) -> str:
    """What GitHub does not take for text: no fenced block, no code span."""
    rest = re.sub(
        r"^(`{3,})diff\n.*?^\1$", "", markdown, flags=re.MULTILINE | re.DOTALL
    )
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", rest)


def test_it_begins_with_the_mark_by_which_it_is_found_again() -> None:
    assert MARKER == text().splitlines()[0]


def test_it_counts_and_says_where() -> None:
    told = text(change("create"), change("update"), change("no-change"))
    assert "### Plan: `staging` in `staging` on `live` platforms" in told
    assert "**1 to create, 1 to update, 1 unchanged**" in told
    assert "| 1 | 1 | 0 | 0 | 0 | 1 |" in told
    assert "plan `dddddddddddd`, Launchbook `0.1.0`" in told


def test_each_change_has_its_sign_and_unchanged_ones_are_only_counted() -> None:
    fields = [{"name": "floors", "before": 1, "after": 2}]
    told = blocks(
        text(
            change("create", "a"),
            change("update", "b", fields=fields),
            change("delete", "c"),
            change("cannot-know-yet", "d", reason="because of step plot"),
            change("unknown", "e", reason="it cannot be read"),
            change("no-change", "f"),
        )
    )
    assert [
        "+ toy.thing a",
        "! toy.thing b",
        "    floors: 1 -> 2",
        "- toy.thing c",
        "# toy.thing d: cannot know yet, because of step plot",
        "! toy.thing e: unknown, it cannot be read",
    ] == told.splitlines()[1:]


def test_it_says_what_would_be_built_and_what_is_reused() -> None:
    told = plan_markdown(
        plan(
            step(change("create"), id_="backend", uses="railway.deployment"),
            step(change("no-change"), id_="worker", uses="railway.deployment"),
            step(change("update"), id_="customer", uses="vercel.deployment"),
            step(change("cannot-know-yet"), id_="admin", uses="vercel.deployment"),
        )
    )
    assert "- built: `backend`, `customer`" in told
    assert "- reused: `worker`" in told
    assert "- not known yet: `admin`" in told


def test_a_plan_without_deployments_says_nothing_of_builds() -> None:
    assert "built" not in text(change("create"))


EVIL = (
    "@everyone",
    "#12",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "a\n```\n# heading\n@team",
    "a\r\n| cell | cell |",
    "a` @team `b",
    "`` @team",
    "`` @team ``",
    "```` @team ````",
    "\u202egnp.exe",
    "-->\n<script>",
    "</sub><h1>big</h1>",
    "\ud800",
    "&lt;b&gt;",
)


def test_no_name_becomes_anything_but_text() -> None:
    for evil in EVIL:
        fields = [{"name": evil, "before": {evil: [evil]}, "after": evil}]
        told = plan_markdown(
            plan(
                step(
                    change("update", evil, kind=evil, reason=evil, fields=fields),
                    id_=evil,
                    uses=evil,
                ),
                step(change("create"), id_=evil, uses="vercel.deployment"),
                playbook=evil,
                environment=evil,
                platforms=evil,
                tool_version=evil,
            )
        )
        rest = outside(told).replace(MARKER, "").replace("<sub>", "", 1)
        rest = rest.replace("</sub>", "", 1).replace("###", "", 1)
        assert not re.search(r"[@#<>&\[!\u202e]", rest), (evil, rest)
        assert "heading" not in rest
        assert "\u202e" not in told


def test_fingerprints_of_secrets_are_not_shown() -> None:
    fields = [{"name": "v", "before": {"$fingerprint": "abc"},
               "after": [{"$fingerprint": "def"}]}]  # fmt: skip
    told = text(change("update", fields=fields))
    assert "    v: [redacted] -> [" in told
    assert "abc" not in told
    assert "def" not in told


def test_outputs_are_not_shown() -> None:
    assert '"y"' not in text(change("create"))


def test_a_long_plan_is_cut_at_a_step_with_a_note() -> None:
    steps = [step(change("create", "n" * 100), id_=f"s{n}") for n in range(2000)]
    told = plan_markdown(plan(*steps))
    assert len(told.encode()) <= LONGEST
    assert len(told.encode()) > LONGEST * 0.9
    left = re.search(r"\*\*(\d+) more steps are left out", told)
    assert left is not None
    assert 2000 == int(left[1]) + told.count("```diff")
    assert told.rstrip().endswith("</sub>")


def test_one_huge_step_alone_is_left_out_and_the_rest_stays_well_formed() -> None:
    huge = step(*[change("create", "é" * 110) for _ in range(2000)])
    told = plan_markdown(plan(huge))
    assert len(told.encode()) <= LONGEST
    assert "**1 more step is left out" in told


def test_a_long_name_is_shortened() -> None:
    assert "n" * 119 + "…" in text(change("create", "n" * 5000))
    assert "n" * 120 not in text(change("create", "n" * 5000))
