"""source.commit: the commit that is deployed, clean and known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import SourceError
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from launchbook.model.source import Commit
    from launchbook.transport.git import Git


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the product's work tree is."""

    path: str


class SourceCommit(Check):
    """A reading. What is not committed is not deployed, so it is refused."""

    name: ClassVar[str] = "source.commit"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, git: Git) -> None:
        self._git = git

    def facts(self, inputs: Inputs, context: Context) -> Commit:
        """Read the commit that is checked out."""
        return self._git.read_commit(Path(inputs.path))

    def plan(self, inputs: Inputs, facts: Commit, prior: Prior | None) -> Planned:
        """Nothing to write.

        Raises:
            SourceError: The work tree has changes that no commit holds.
        """
        if not facts.is_clean:
            raise SourceError(
                f"{inputs.path} has changes that are not committed",
                hint=f"Type `git -C {inputs.path} status`, commit them, and run again.",
            )
        change = Change(Action.NO_CHANGE, self.name, facts.sha[:12])
        return Planned((change,), _outputs(inputs, facts))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read it again."""
        commit = self.facts(inputs, context)
        self.plan(inputs, commit, None)
        return Verified(_outputs(inputs, commit), {"subject": commit.subject})


def _outputs(inputs: Inputs, commit: Commit) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "path": inputs.path,
        "commit": commit.sha,
        "branch": commit.branch,
        "subject": commit.subject,
        "author": commit.author,
    }
