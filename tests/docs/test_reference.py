"""The generated pages of docs/reference are what their sources say."""

from __future__ import annotations

import runpy

from tests.architecture.sources import ROOT

script = runpy.run_path(str(ROOT / "scripts" / "reference.py"))


def test_the_reference_is_up_to_date() -> None:
    assert 0 == script["main"](["--check"])
