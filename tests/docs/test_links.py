"""What a page points at is there: files, headings, commands, flags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT, sources
from tests.docs.pages import code, flags_by_task, make_targets, pages

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TASK = re.compile(r"\binvoke ([a-z]+\.[a-z_]+)([^\n`|&]*)")
FLAG = re.compile(r"(?<!\S)--[a-z-]+")
MAKE = re.compile(r"(?:^|[&;`] ?|\$ )make ([a-z-]+)", re.MULTILINE)
names = [path.relative_to(ROOT).as_posix() for path in pages()]


def anchors(path: Path) -> set[str]:
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    plain = [re.sub(r"[^\w\- ]", "", each).strip().lower() for each in headings]
    return {each.replace(" ", "-") for each in plain}


def broken(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    found = (path.parent / target).resolve() if target else path
    if not found.exists():
        return True
    return bool(anchor) and anchor not in anchors(found)


@pytest.mark.parametrize("name", names)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    path = ROOT / name
    links = LINK.findall(path.read_text(encoding="utf-8"))
    ours = [each for each in links if "://" not in each]
    assert [] == [each for each in ours if broken(path, each)]


def wrong_commands(text: str) -> list[str]:
    found = []
    for name, rest in TASK.findall(text):
        flags = set(FLAG.findall(rest.partition("#")[0]))
        if name not in flags_by_task() or flags - flags_by_task()[name]:
            found.append(f"invoke {name}{rest}")
    return found


@pytest.mark.parametrize("name", names)
def test_every_command_of_a_page_exists_with_its_flags(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = set(MAKE.findall(code(text)))
    assert set() == targets - make_targets()
    assert [] == wrong_commands(text)


def test_every_command_that_a_hint_names_exists() -> None:
    wrong = {source.name: wrong_commands(source.text) for source in sources()}
    assert {} == {name: found for name, found in wrong.items() if found}


def test_the_readme_begins_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = FENCE.findall(text)[0].strip().splitlines()
    assert ["make", "rehearse"] == first.split("#")[0].split()
    assert ["make", "test"] == second.split("#")[0].split()


FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
