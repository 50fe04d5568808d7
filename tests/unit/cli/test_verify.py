"""``invoke verify.*``: what is refused before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.cli.verify import need, read_crew
from launchbook.errors import ExtraMissing, InputError
from launchbook.load.generator import Crew

if TYPE_CHECKING:
    from tests.support.command import Shell


def test_an_absent_extra_says_what_to_install() -> None:
    with pytest.raises(ExtraMissing) as caught:
        need("a_module_that_nobody_has", "load")
    assert "pip install 'launchbook[load]'" in caught.value.hint
    assert 2 == caught.value.exit_status


def test_what_is_installed_is_not_asked_for() -> None:
    need("locust", "load")


def test_the_crew_is_as_the_flags_say() -> None:
    assert Crew(3, is_listening=True) == read_crew({"workers": "3", "master": True})
    assert Crew(2, master="load-1") == read_crew({"workers": "2", "worker": "load-1"})
    with pytest.raises(InputError):
        read_crew({"workers": "2", "master": True, "worker": "load-1"})


@pytest.mark.parametrize(
    ("flag", "value"), [("--workers", "0"), ("--workers", "many"), ("--workers", "65")]
)
def test_a_wrong_number_of_workers_is_refused(
    shell: Shell, flag: str, value: str
) -> None:
    told = shell.type("verify.load", flag, value)
    assert 2 == told.status
    assert flag in told.err
