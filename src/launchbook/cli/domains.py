"""``invoke domains.status``: every host name in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.app.domains import Lookout
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.provision import open_app
from launchbook.cli.render.table import columns
from launchbook.domains.status import HEAD, Status
from launchbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WAITING = 10
"""Exit status while a host name lacks something."""


def status(options: Mapping[str, object]) -> int:
    """Look at every host name; 10 while one lacks something."""
    desk = open_desk(options)
    app = open_app(desk, options)
    host = read_text(options, "host")
    playbook = app.playbook(app.target.environment)
    found = list(Lookout(app, playbook, lambda _: None).statuses(host))
    if not found:
        raise InputError(
            f"the playbook {playbook.name} adds no host name {host}".rstrip(),
            hint="Name one of `domains` of the environment, or leave --host out.",
        )
    for each in found:
        desk.output.record({"kind": "domain", **each.as_json()})
    for line in columns([HEAD, *(each.cells() for each in found)]):
        desk.output.line(line)
    for line in _told(found, is_verbose=read_switch(options, "verbose")):
        desk.output.line(line)
    wrong = [each for each in found if not each.is_right]
    desk.output.record({"kind": "domains", "count": len(found), "wrong": len(wrong)})
    return WAITING if wrong else 0


def _told(found: Sequence[Status], *, is_verbose: bool) -> Iterator[str]:
    """What is missing, host by host, and what to do about the first of it."""
    for each in found:
        shown = each.findings if is_verbose else each.findings[:1]
        if shown:
            yield ""
            yield each.host
        for finding in shown:
            yield f"  {finding.fault}: {finding.message}"
            yield f"  next: {finding.hint}"
