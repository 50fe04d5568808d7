"""source.build: checks in a clean copy of a commit, with real programs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.errors import SourceBroken
from launchbook.steps.source_build import Inputs, SourceBuild
from launchbook.transport.git import Git
from launchbook.transport.process import Processes
from tests.support.domains import context
from tests.support.strangers import FOLDER, installed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PYTHON = [sys.executable, "-m", "compileall", "-q", "."]


def committed(tree: Path, files: Mapping[str, str]) -> str:
    """Make a repository of these files; return its commit."""
    for name, text in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=tree, check=True)
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tree, check=True, capture_output=True
    )
    return told.stdout.decode().strip()


def check(
    tree: Path,
    commit: str,
    apps: Mapping[str, Mapping[str, Any]],
    limit_seconds: float = 60,
) -> Mapping[str, object]:
    contents = dict.fromkeys(apps, "1")
    inputs = Inputs(str(tree), commit, apps, contents, limit_seconds)
    step = SourceBuild(Git(Processes()), Processes())
    return step.verify(inputs, context()).evidence


def test_what_is_right_passes_and_an_app_without_a_check_is_left_out(
    tmp_path: Path,
) -> None:
    commit = committed(tmp_path, {"a/main.py": "x = 1\n", "b/main.py": "x = \n"})
    apps: dict[str, dict[str, object]] = {
        "a": {"root": "a", "check": PYTHON},
        "b": {"root": "b"},
    }
    told = check(tmp_path, commit, apps)
    assert {"checked": ["a"], "unchanged": []} == told
    assert not list(tmp_path.rglob("__pycache__")), "the work tree stays as it is"


def test_file_and_line_are_told_of_every_app_that_is_broken(tmp_path: Path) -> None:
    commit = committed(tmp_path, {"a/x.py": "x = 1\ny = (\n", "b/y.py": "def\n"})
    apps = {name: {"root": name, "check": PYTHON} for name in "ab"}
    with pytest.raises(SourceBroken) as caught:
        check(tmp_path, commit, apps)
    assert "a: " in caught.value.message
    assert "b: " in caught.value.message
    assert any("line 2" in each for each in caught.value.details["a"])  # type: ignore[attr-defined]  # a list
    assert "nothing was uploaded" in caught.value.hint


def test_what_is_not_committed_is_not_tried(tmp_path: Path) -> None:
    commit = committed(tmp_path, {"a/main.py": "x = 1\n"})
    (tmp_path / "a" / "main.py").write_text("x = \n")
    assert check(tmp_path, commit, {"a": {"root": "a", "check": PYTHON}})


def test_a_check_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    commit = committed(tmp_path, {"a/main.py": ""})
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(SourceBroken, match="a: not done after 0 s"):
        check(tmp_path, commit, {"a": {"root": "a", "check": sleeping}}, 0.2)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    commit = committed(tmp_path, {"a/main.py": ""})
    with pytest.raises(SourceBroken, match="no-such-compiler"):
        check(tmp_path, commit, {"a": {"root": "a", "check": ["no-such-compiler"]}})


def test_a_check_sees_no_variable_of_ours(tmp_path: Path) -> None:
    ours = "PYTEST_CURRENT_TEST"
    assert ours in os.environ
    commit = committed(tmp_path, {"a/main.py": ""})
    looking = [
        sys.executable,
        "-c",
        f"import os, sys; sys.exit({ours!r} in os.environ)",
    ]
    assert check(tmp_path, commit, {"a": {"root": "a", "check": looking}})


def test_a_type_error_of_typescript_is_told_with_file_and_line(tmp_path: Path) -> None:
    installed()
    files = {
        "apps/shop/package.json": "{}",
        "apps/shop/src/price.ts": "const cents: number = 1;\nexport const price: "
        "number = `${cents}`;\n",
        ".gitignore": "node_modules\n",
    }
    commit = committed(tmp_path, files)
    modules = tmp_path / "apps" / "shop" / "node_modules"
    modules.symlink_to(FOLDER / "node_modules")
    compiler = ["node_modules/.bin/tsc", "--noEmit", "--strict", "src/price.ts"]
    with pytest.raises(SourceBroken) as caught:
        check(tmp_path, commit, {"shop": {"root": "apps/shop", "check": compiler}})
    assert "shop: src/price.ts(2,14): error TS2322" in caught.value.message
