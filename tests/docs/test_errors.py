"""Every error has a code of its own, is used, and is documented."""

from __future__ import annotations

import re
from collections import Counter

from launchbook import errors
from launchbook.errors import LaunchbookError
from tests.architecture.sources import sources
from tests.docs.pages import page, reference

ROW = re.compile(r"^\| (\d+) \| ([^|]+) \|", re.MULTILINE)


def classes() -> list[type[LaunchbookError]]:
    found = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, LaunchbookError)
    ]
    return [each for each in found if "code" in vars(each)]


def test_every_code_belongs_to_one_class() -> None:
    counts = Counter(each.code for each in classes())
    assert [] == [code for code, count in counts.items() if count > 1]
    assert [] == [
        code for code in counts if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    ]


def test_every_class_has_a_sentence_that_says_when() -> None:
    assert [] == [each.__name__ for each in classes() if not each.__doc__]


def test_every_error_is_raised_caught_or_has_others_below_it() -> None:
    outside = "\n".join(
        source.text for source in sources() if not source.name.startswith("errors/")
    )
    unused = {
        each.__name__
        for each in classes()
        if not re.search(rf"\b{each.__name__}\b", outside)
    }
    assert set() == unused


def test_every_code_is_documented_with_its_exit_status() -> None:
    text = page("reference/errors.md")
    missing = [
        each.code
        for each in classes()
        if each is not LaunchbookError
        and f"| `{each.code}` | {each.exit_status} |" not in text
    ]
    assert [] == missing
    assert f"`{LaunchbookError.code}`" in text


def test_the_tree_at_the_top_names_every_branch() -> None:
    tree = errors.__doc__ or ""
    branches = reference()["branches"]()
    assert [] == [each.__name__ for each in branches if each.__name__ not in tree]


def test_concepts_and_the_reference_have_the_same_exit_statuses() -> None:
    wanted = reference()["EXIT_STATUSES"]
    for name in ("concepts.md", "reference/exit-statuses.md"):
        rows = {int(status): words.strip() for status, words in ROW.findall(page(name))}
        assert {status: words for status, (words, _) in wanted.items()} == rows


def test_every_exit_status_of_an_error_is_in_the_table() -> None:
    used = {each.exit_status for each in classes()}
    assert set() == used - set(reference()["EXIT_STATUSES"])
