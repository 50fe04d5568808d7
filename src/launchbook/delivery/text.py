"""Workflows as text: the same needs give the same bytes, and a mark says whose."""

from __future__ import annotations

import hashlib
import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import yaml

from launchbook.delivery.pin import PINS
from launchbook.delivery.preview import preview
from launchbook.delivery.release import production, staging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.delivery.need import Needs
    from launchbook.delivery.part import Part

MARK: Final = (
    "# Written by `invoke ci.workflow`: change the inventory, and type it again."
)
DIGEST: Final = "# sha256 of what follows: "
QUEUE: Final = (
    "No concurrency group: unless told otherwise it keeps one pending run and drops the",
    "others, and it knows nothing of releases from elsewhere. The order is kept by the",
    "queue in the ledger (--wait).",
)
NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    "release-staging.yml": QUEUE,
    "release-production.yml": (
        *QUEUE,
        "The environment `production` asks for an approval before this job begins.",
    ),
    "preview.yml": (
        "Code of the pull request runs where nothing on GitHub can be written.",
    ),
}


class State(StrEnum):
    """How a file stands beside what would be written."""

    MISSING = "missing"
    CURRENT = "up to date"
    STALE = "stale"
    """We wrote it, and would now write something else."""
    EDITED = "changed by hand"
    FOREIGN = "not written by this command"

    @property
    def is_ours(self) -> bool:
        """Whether it may be written without asking."""
        return self not in {State.EDITED, State.FOREIGN}


def files(needs: Needs) -> dict[str, str]:
    """Return every file by its name."""
    found = {
        "release-staging.yml": staging(needs),
        "release-production.yml": production(needs),
        "preview.yml": preview(needs),
    }
    return {name: _text(each, NOTES[name]) for name, each in found.items()}


def state_of(found: str | None, wanted: str) -> State:
    """Return how a file stands.

    Args:
        found: What it holds; None where there is none.
        wanted: What would be written.
    """
    if found is None:
        return State.MISSING
    if found == wanted:
        return State.CURRENT
    mark, digest, rest = [*found.split("\n", 2), "", ""][:3]
    if mark != MARK:
        return State.FOREIGN
    return State.STALE if digest == DIGEST + _digest(rest) else State.EDITED


class _Dumper(yaml.SafeDumper):
    """Indents lists, and writes text of several lines as a block."""

    def increase_indent(self, *args: Any, **options: Any) -> None:
        """Go one level down; a list is a level too."""
        super().increase_indent(*args, **{**options, "indentless": False})


def _block(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _block)


def _text(content: Part, notes: tuple[str, ...]) -> str:
    """A whole file."""
    # Parts that several jobs share would otherwise be written as anchors.
    content = json.loads(json.dumps(content))
    body = yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=1_000)
    for pin in PINS:
        body = re.sub(rf"{re.escape(pin.uses)}$", rf"\g<0> # {pin.version}", body,
                      flags=re.MULTILINE)  # fmt: skip
    told = "".join(f"# {each}\n" for each in notes)
    body = f"{told}{body}"
    return f"{MARK}\n{DIGEST}{_digest(body)}\n{body}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
