from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import Shell
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The shipped inventory and playbooks, and a state folder that is not there."""
    return shipped(tmp_path)


@pytest.fixture
def shell(workspace: Workspace) -> Shell:
    """Commands typed in that folder."""
    return Shell(workspace.root, {"LAUNCHBOOK_HOME": str(workspace.home)})
