"""``invoke cost.ENVIRONMENT``, typed in the shipped working folder."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.support.workspace import edit, line_of

if TYPE_CHECKING:
    from launchbook.config.workspace import Workspace
    from tests.support.command import Shell

PRICES = "inventory/prices.yml"
PRODUCTION = "inventory/environments/production.yml"


def total(shell: Shell, environment: str) -> dict[str, object]:
    records = shell.type(f"cost.{environment}", "--json").records
    assert "cost" == records[-1]["kind"]
    return records[-1]


def test_the_table_has_every_line_and_a_total(shell: Shell) -> None:
    told = shell.type("cost.staging")
    assert 0 == told.status
    assert "staging on live platforms, a month, in USD" == told.lines[0]
    head = told.lines[1].split()
    assert ["platform", "item", "quantity"] == head[:3]
    platforms = [line.split()[0] for line in told.lines[2:]]
    assert {"railway", "vercel", "supabase", "cloudflare"} <= set(platforms)
    assert any(line.startswith("total: at least USD ") for line in told.lines)
    assert "\x1b" not in told.out


def test_amounts_are_flush_right(shell: Shell) -> None:
    _, head, *lines = shell.type("cost.staging").lines
    rows = [each for each in lines if not re.match(r"\w+:|of it", each)]
    assert 20 == len(rows)
    for name in ("low", "high"):
        end = head.index(name) + len(name)
        assert all(re.search(r"[0-9n]$", row[:end]) for row in rows)
        assert all(row[end : end + 1] in {"", " "} for row in rows)


def test_the_json_has_a_line_each_and_adds_up(shell: Shell) -> None:
    *lines, summary = shell.type("cost.production", "--json").records
    assert {"cost-line"} == {each["kind"] for each in lines}
    for end in ("low", "high"):
        known = [Decimal(each[end]) for each in lines if each[end] != "unknown"]
        assert sum(known, Decimal()) == Decimal(summary[end])
    for each in lines:
        assert each["source"].startswith("https://")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", each["date"])
    assert not summary["is_complete"]


def test_an_unknown_price_says_where_to_look_and_where_to_write(
    shell: Shell, workspace: Workspace
) -> None:
    told = shell.type("cost.staging")
    line = line_of(workspace, PRICES, "  vercel-plan-pro:")
    assert (
        "next: look vercel-plan-pro up at https://vercel.com/pricing, and write it to "
        f"{PRICES}:{line}"
    ) == told.lines[-1]


def test_what_is_looked_up_and_written_is_counted(
    shell: Shell, workspace: Workspace
) -> None:
    before = Decimal(str(total(shell, "staging")["low"]))
    old = "  vercel-plan-pro:\n    amount: unknown"
    edit(workspace, PRICES, old, "  vercel-plan-pro:\n    amount: USD 7.50")
    after = total(shell, "staging")
    assert before + Decimal("7.50") == Decimal(str(after["low"]))
    assert "vercel: plan pro" not in str(after["unknown"])


def test_more_replicas_cost_more(shell: Shell, workspace: Workspace) -> None:
    before = Decimal(str(total(shell, "production")["high"]))
    replicas = "${inventory.policies.scaling.lowest_replicas}"
    edit(workspace, PRODUCTION, f"backend: {replicas}", "backend: 4")
    # Two more of 2 vCPUs at 20 and of 1 GB at 10.
    assert before + 100 == Decimal(str(total(shell, "production")["high"]))


def test_old_prices_are_told(shell: Shell, workspace: Workspace) -> None:
    text = (workspace.root / PRICES).read_text(encoding="utf-8")
    fresh = re.sub(r"date: .*", "date: 2099-01-01", text)
    (workspace.root / PRICES).write_text(fresh, encoding="utf-8")
    assert "old: " not in shell.type("cost.staging").out
    old = re.sub(r"(railway-cpu:(\n    .*)*?\n    date: )2099", r"\g<1>2020", fresh)
    (workspace.root / PRICES).write_text(old, encoding="utf-8")
    assert (
        "old: 1 price was read more than 180 days ago, the oldest on 2020-01-01: "
        "railway-cpu"
    ) in shell.type("cost.staging").lines
    assert ["railway-cpu"] == total(shell, "staging")["old_prices"]


def test_verbose_shows_where_each_price_is_from(shell: Shell) -> None:
    told = shell.type("cost.staging", "--verbose").out
    assert "railway-cpu" in told
    assert "https://docs.railway.com/pricing/plans" in told


def test_a_missing_price_is_an_error_with_file_and_line(
    shell: Shell, workspace: Workspace
) -> None:
    edit(workspace, PRICES, "  railway-cpu:", "  railway-processor:")
    told = shell.type("cost.staging")
    place = f"{PRICES}:{line_of(workspace, PRICES, 'prices:')}:1"
    assert 2 == told.status
    assert f"error[missing-key]: {place} (/prices/railway-cpu): the price" in told.err
    assert "hint: Add `railway-cpu` with its source and date" in told.err


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("amount: USD 20", "amount: 20", "wrong-type"),
        ("amount: USD 20", "amount: about 20", "invalid-value"),
        ("source: https://", "source: http://", "invalid-value"),
        ("unit: month", "units: month", "unknown-key"),
        ("date: 2026-11-22", "date: 2026-02-30", "invalid-value"),
    ],
)
def test_a_wrong_price_is_refused(
    shell: Shell, workspace: Workspace, old: str, new: str, code: str
) -> None:
    text = (workspace.root / PRICES).read_text(encoding="utf-8")
    (workspace.root / PRICES).write_text(text.replace(old, new), encoding="utf-8")
    told = shell.type("cost.staging")
    assert 2 == told.status
    assert f"error[{code}]: {PRICES}:" in told.err


def test_a_folder_without_prices_is_told_where_to_get_them(
    shell: Shell, workspace: Workspace
) -> None:
    (workspace.root / PRICES).unlink()
    told = shell.type("cost.staging")
    assert 2 == told.status
    assert "error[file-missing]" in told.err
    assert "launchbook init" in told.err
