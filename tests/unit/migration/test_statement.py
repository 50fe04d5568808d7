from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchbook.migration.statement import split


def texts(script: str) -> list[str]:
    return [statement.text for statement in split(script)]


def test_statements_end_at_semicolons() -> None:
    assert ["SELECT 1", "SELECT 2"] == texts("SELECT 1;\nSELECT 2;\n")


def test_the_last_semicolon_may_be_left_out() -> None:
    assert ["SELECT 1", "SELECT 2"] == texts("SELECT 1; SELECT 2")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a;b'",
        "SELECT 'it''s; fine'",
        r"SELECT E'a\';b'",
        'SELECT 1 AS "a;b"',
        'SELECT 1 AS "a"";b"',
        "SELECT $$a;b$$",
        "SELECT $x$a;$$;b$x$",
        "DO $body$ BEGIN PERFORM 1; END $body$",
        "SELECT 1 -- a;b\n+ 2",
        "SELECT /* a;b */ 1",
        "SELECT /* a; /* b; */ c; */ 1",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)",
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; "
            "SELECT CASE WHEN true THEN 1 ELSE 2 END; END"
        ),
        "SELECT a$b FROM t",
        "SELECT $1",
    ],
)
def test_a_semicolon_inside_something_ends_nothing(statement: str) -> None:
    assert [statement, "SELECT 2"] == texts(f"{statement};\nSELECT 2;")


@pytest.mark.parametrize("script", ["", " \n", ";;", "-- only\n", "/* only */;"])
def test_what_is_only_comments_is_no_statement(script: str) -> None:
    assert [] == texts(script)


@pytest.mark.parametrize(
    "script", ["SELECT 'a", "SELECT $$a;b", "SELECT /* a; b", "((;"]
)
def test_what_is_never_closed_is_one_statement(script: str) -> None:
    assert 1 == len(texts(script))


def test_a_comment_belongs_to_the_statement_after_it() -> None:
    assert ["-- why\nSELECT 1"] == texts("-- why\nSELECT 1;")


def test_the_line_is_that_of_the_first_word() -> None:
    script = "\n-- why\n\nSELECT 1;\n\n/* so */ SELECT\n2;"
    assert [4, 6] == [statement.line for statement in split(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("BEGIN", True),
        ("-- x\nCOMMIT", True),
        ("start transaction", True),
        ("ROLLBACK", True),
        ("ROLLBACK TO SAVEPOINT a", False),
        ("SAVEPOINT a", False),
        ("SELECT 'BEGIN'", False),
    ],
)
def test_transaction_control_is_recognised(script: str, expected: bool) -> None:
    (statement,) = split(script)
    assert expected is statement.is_transaction_control


PIECES = st.sampled_from(
    [
        "SELECT 1",
        ";",
        "'",
        "''",
        "$$",
        "$a$",
        "--",
        "\n",
        "/*",
        "*/",
        "(",
        ")",
        "é",
        '"',
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_is_lost_whatever_the_script(script: str) -> None:
    """Each text stands in the script where it says it does, in order."""
    position = 0
    for statement in split(script):
        assert statement.start >= position
        position = statement.start + len(statement.text)
        assert statement.text == script[statement.start : position]
