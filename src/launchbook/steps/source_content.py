"""source.content: which apps a commit changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.release.content import content_digests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.transport.git import Git


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which commit, and where its apps are.

    Attributes:
        path: The work tree.
        apps: App to what the inventory says of it; ``root`` is its folder.
        apart: Folders that no build reads.
    """

    path: str
    commit: str
    apps: Mapping[str, Mapping[str, object]]
    apart: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """App to the digest of what it is built of."""

    digests: Mapping[str, str]


class SourceContent(Check):
    """A reading."""

    name: ClassVar[str] = "source.content"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, git: Git) -> None:
        self._git = git

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read the commit's files and digest them.

        Raises:
            SourceError: The workspace is not as its manifests say.
        """
        files = self._git.read_files(Path(inputs.path), inputs.commit)
        roots = {app: str(told["root"]) for app, told in inputs.apps.items()}
        return Facts(content_digests(files, roots, inputs.apart))

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Nothing to write."""
        known = prior.outputs.get("digests") if prior else None
        before = known if isinstance(known, dict) else {}
        changed = [
            app for app, each in facts.digests.items() if before.get(app) != each
        ]
        words = ", ".join(changed) or "no app"
        change = Change(Action.NO_CHANGE, self.name, words)
        return Planned((change,), {"digests": dict(facts.digests)})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read it again."""
        facts = self.facts(inputs, context)
        return Verified({"digests": dict(facts.digests)})
