"""``invoke rollback.readiness``: is the way back open, on any day? Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.app.register import STEPS
from launchbook.app.release import (
    RELEASE,
    ROLLBACK,
    asked_for,
    departing,
    open_shelf,
    returning,
)
from launchbook.app.way_back import STEP, judge_way_back
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_text
from launchbook.cli.provision import open_app
from launchbook.config.inventory import load_inventory
from launchbook.config.playbook import load_playbook
from launchbook.config.workspace import Workspace
from launchbook.errors import GateFailed, PlaybookError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from launchbook.app import App
    from launchbook.model.playbook import PlaybookEntry
    from launchbook.model.release import Capsule
    from launchbook.release.admission import Admission

CLOSED: Final = GateFailed.exit_status
"""Exit status when a way back is closed, or cannot be told."""
DAY_SECONDS: Final = 86400
HOUR_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one way back.

    Attributes:
        purpose: Which command walks it: ``release`` or ``rollback``.
        target: What would serve again; None where nothing is served yet.
    """

    purpose: str
    target: Capsule | None
    admission: Admission

    def lines(self, environment: str, now: datetime, limit: float) -> Iterator[str]:
        """Yield the judgement, and what it stands on."""
        head, *reasons = self.admission.lines
        what = "if the next release fails" if self.purpose == RELEASE else "now"
        yield f"{environment}, {what}: {head}"
        yield from (f"  {each}" for each in reasons)
        if self.target is not None:
            age = _age((now - self.target.done_at).total_seconds())
            seconds = f"{self.admission.seconds:.0f} s of {limit:.0f} s"
            yield f"  {self.target.id}: {self.target.subject}, {age} old, {seconds}"

    def as_json(
        self, environment: str, now: datetime, limit: float
    ) -> dict[str, object]:
        """Return it for ``--json``."""
        target = self.target
        age = (now - target.done_at).total_seconds() if target else None
        return {
            "kind": "rollback-readiness",
            "environment": environment,
            "purpose": self.purpose,
            "age_seconds": age,
            "limit_seconds": limit,
            **self.admission.as_json(),
        }


def show(options: Mapping[str, object]) -> int:
    """Judge each way back; 0 when all are open.

    Raises:
        UnknownRelease: ``--to`` names none.
    """
    desk = open_desk(options)
    named = read_text(options, "environment")
    inventory = load_inventory(Workspace(desk.root, desk.home))
    names = [named] if named else sorted(inventory.environments)
    is_open = True
    for name in names:
        given = {**options, "environment": name, "workers": "1", "check": True}
        app = open_app(desk, given)
        limit = _limit_seconds(app)
        now = desk.clock.now()
        for answer in _answers(app, read_text(options, "to")):
            is_open = is_open and answer.admission.is_open
            desk.output.record(answer.as_json(name, now, limit))
            for line in answer.lines(name, now, limit):
                desk.output.line(line)
    return 0 if is_open else CLOSED


def _answers(app: App, wanted: str) -> Iterator[Answer]:
    """The way back that a release needs, and the one that a rollback goes."""
    shelf = open_shelf(app)
    newest = shelf.newest
    if not wanted:
        going = departing(app, shelf)
        judged = judge_way_back(going, _entry(app, RELEASE), _commit(app))
        yield Answer(RELEASE, newest, judged)
    before = shelf.before(newest) if newest else None
    target = shelf.find(wanted).capsule if wanted else before
    if newest is not None and target is not None:
        way = asked_for(app, shelf, target)
        back = returning(app, target, returned_from=newest.id, reason="", way=way)
        judged = judge_way_back(back, _entry(app, ROLLBACK), "")
        yield Answer(ROLLBACK, target, judged)


def _entry(app: App, playbook: str) -> PlaybookEntry:
    """The playbook's own look at the way back.

    Raises:
        PlaybookError: It has none.
    """
    entries = load_playbook(app.workspace, playbook, steps=STEPS).all_entries
    found = next((each for each in entries if each.uses == STEP), None)
    if found is None:
        raise PlaybookError(
            f"the playbook {playbook} has no entry that uses {STEP}",
            hint=f"Add one, as the shipped playbooks/{playbook}.yml has it.",
        )
    return replace(found, after=frozenset())


def _commit(app: App) -> str:
    """What is checked out: its migrations are what a release would apply."""
    source = app.clients.platform["source"]
    return app.clients.git.read_commit(Path(str(source["path"]))).sha


def _limit_seconds(app: App) -> float:
    objectives = app.inventory.product.mapping()["objectives"]
    return float(objectives["rollback_seconds"]) if isinstance(objectives, dict) else 0


def _age(seconds: float) -> str:
    """How long ago, as people say it."""
    if seconds >= DAY_SECONDS:
        return f"{seconds / DAY_SECONDS:.0f} d"
    if seconds >= HOUR_SECONDS:
        return f"{seconds / HOUR_SECONDS:.0f} h"
    return f"{seconds / 60:.0f} min"
