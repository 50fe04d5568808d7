"""Each dangerous thing has one home."""

from __future__ import annotations

import ast
import re
import tokenize
from io import StringIO
from typing import Final

from tests.architecture.sources import ROOT, Source, sources

PROCESS_HOMES: Final = {
    "transport/process.py",
    "sandbox/process.py",
    "sandbox/postgres.py",
}
CLOCK_HOMES: Final = {"clock.py", "sandbox/clock.py"}
PRINT_HOMES: Final = ("cli/", "sandbox/__main__.py")
MOST_EXCUSES: Final = 35
"""A ratchet: how many lines are excused from a rule. It only falls."""


def imports(source: Source) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def calls(source: Source) -> set[str]:
    return {
        ast.unparse(node.func)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
    }


def test_only_their_homes_start_processes() -> None:
    starters = {
        source.name
        for source in sources()
        if "subprocess" in imports(source)
        or any("create_subprocess" in call for call in calls(source))
    }
    assert set() == starters - PROCESS_HOMES


def test_only_the_clocks_read_time_or_wait() -> None:
    readers = {
        source.name
        for source in sources()
        if calls(source) & {"time.sleep", "time.time", "datetime.now", "time.monotonic"}
    }
    assert set() == readers - CLOCK_HOMES


def test_only_the_command_line_prints() -> None:
    printers = {
        source.name
        for source in sources()
        if "print" in calls(source) and not source.name.startswith(PRINT_HOMES)
    }
    assert set() == printers


def comments(source: Source) -> list[tokenize.TokenInfo]:
    tokens = tokenize.generate_tokens(StringIO(source.text).readline)
    return [token for token in tokens if token.type == tokenize.COMMENT]


def test_every_excuse_from_a_rule_has_its_code_and_its_reason() -> None:
    excuses = [
        (source.name, token)
        for source in sources()
        for token in comments(source)
        if re.search(r"noqa|type: ignore|pragma", token.string)
    ]
    pattern = re.compile(
        r"#\s*(noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S|type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\s*#\s*\S"
        r"|pragma: no cover - \S)"
    )
    bare = [
        f"{name}:{token.start[0]} {token.string}"
        for name, token in excuses
        if not pattern.search(token.string)
    ]
    assert [] == bare
    assert len(excuses) <= MOST_EXCUSES


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    left = [
        f"{source.name}: {line.strip()}"
        for source in sources()
        for line in source.text.splitlines()
        if marks.search(line)
    ]
    assert [] == left


def test_tests_pass_things_in_instead_of_patching_them() -> None:
    words = ("monkey" + "patch", "mock." + "patch", "unittest." + "mock")
    patching = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if any(word in path.read_text(encoding="utf-8") for word in words)
    ]
    assert [] == patching


def test_the_door_is_small() -> None:
    assert len((ROOT / "tasks.py").read_text(encoding="utf-8").splitlines()) <= 30
