"""Every rule finds its bad case and leaves its good one alone; squawk agrees."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from launchbook.migration.file import Migration, read_migrations
from launchbook.migration.lint.check import CODES, lint

ROOT = Path(__file__).parents[4]
CASES = ROOT / "tests" / "cases" / "lint"
PRODUCT = ROOT / "examples" / "vocilia" / "supabase" / "migrations"


def cases() -> dict[str, dict[str, Any]]:
    return {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(CASES.glob("*.yml"))
    }


def open_rules(sql: str) -> set[str]:
    migration = Migration("1", "x", Path("1_x.sql"), sql)
    return {each.rule for each in lint([migration]) if not each.reason}


def test_every_rule_has_a_case_and_a_line_in_the_documentation() -> None:
    page = (ROOT / "docs" / "migrations.md").read_text(encoding="utf-8")
    assert sorted(CODES) == sorted(cases())
    assert [] == [code for code in CODES if f"| `{code}` |" not in page]
    assert len(CODES) == len(set(CODES)) >= 25


@pytest.mark.parametrize("rule", sorted(cases()))
def test_a_rule_finds_what_is_bad_and_leaves_what_is_good(rule: str) -> None:
    case = cases()[rule]
    assert case["bad"]
    assert case["good"]
    assert [True for _ in case["bad"]] == [
        rule in open_rules(sql) for sql in case["bad"]
    ]
    assert [False for _ in case["good"]] == [
        rule in open_rules(sql) for sql in case["good"]
    ]


def test_the_reference_product_has_no_finding() -> None:
    files = read_migrations(PRODUCT)
    assert len(files) >= 4
    assert () == lint(files)


def test_squawk_agrees_where_it_has_the_rule(tmp_path: Path) -> None:
    told = {rule: case for rule, case in cases().items() if "squawk" in case}
    for rule, case in told.items():
        for kind in ("bad", "good"):
            for number, sql in enumerate(case[kind]):
                (tmp_path / f"{rule}.{kind}.{number}.sql").write_text(sql)
    found = squawk(tmp_path)
    wrong = {
        path.name
        for path in tmp_path.glob("*.sql")
        if is_found(path, told, found) != (".bad." in path.name)
    }
    assert set(differences()) == wrong
    assert len(told) >= 10


def differences() -> dict[str, str]:
    path = ROOT / "tests" / "cases" / "squawk.yml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def is_found(path: Path, told: dict[str, Any], found: set[tuple[str, str]]) -> bool:
    return (path.name, told[path.name.split(".")[0]]["squawk"]) in found


def squawk(folder: Path) -> set[tuple[str, str]]:
    """Return which of its rules it finds in which file."""
    done = subprocess.run(
        [
            "squawk",
            "--reporter=json",
            "--include=ban-disable-trigger",
            "--include=ban-alter-row-level-security",
            "--include=require-concurrent-partition-detach",
            *map(str, sorted(folder.glob("*.sql"))),
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    return {
        (Path(each["file"]).name, each["rule_name"]) for each in json.loads(done.stdout)
    }


def test_a_finding_says_file_line_and_what_to_write_instead() -> None:
    sql = "-- all\nselect 1;\n\ntruncate shops;"
    (finding,) = lint([Migration("1", "x", Path("1_x.sql"), sql)])
    assert ("1_x.sql", 4) == (finding.file, finding.line)
    assert "public.shops" in finding.message
    assert "batches" in finding.rewrite


def test_an_accepted_finding_is_shown_with_its_reason() -> None:
    sql = "-- launchbook: allow=truncate it is a cache\ntruncate shops;"
    (finding,) = lint([Migration("1", "x", Path("1_x.sql"), sql)])
    assert "it is a cache" == finding.reason
    assert not finding.is_blocking


def test_a_check_that_an_earlier_file_validated_makes_not_null_safe() -> None:
    one = "alter table t add constraint c check (a is not null) not valid;"
    two = "alter table t validate constraint c;"
    three = "alter table t alter column a set not null;"
    files = [
        Migration(str(number), "x", Path(f"{number}_x.sql"), sql)
        for number, sql in enumerate((one, two, three))
    ]
    assert () == lint(files)
    assert "set-not-null-unchecked" in {each.rule for each in lint(files[2:])}


def test_only_pending_files_are_judged() -> None:
    files = [Migration("1", "x", Path("1_x.sql"), "truncate shops;")]
    assert () == lint(files, pending=())
