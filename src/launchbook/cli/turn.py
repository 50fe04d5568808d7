"""A command's turn: its place in the environment's queue, for as long as it lasts."""

from __future__ import annotations

from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from launchbook.cli.options import read_switch
from launchbook.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.ledger.ledger import Ledger

LOOK_SECONDS: Final = 2.0
"""Between two looks whether it is our turn; each keeps our place."""


@contextmanager
def turn(
    desk: Desk,
    app: App,
    playbook: str,
    options: Mapping[str, object],
    *,
    is_first: bool = False,
) -> Iterator[None]:
    """Stand in the queue for the length of a block; wait for our turn with ``--wait``.

    Without ``--wait`` whoever is before us is a reason to be refused, which the run
    itself finds. What the block reads of the ledger is what those before us left.

    Args:
        desk: Says who is waited for.
        app: Aimed at the environment.
        playbook: What is waited for, told to those behind us.
        options: Of the command.
        is_first: Before everybody who waits, as a way back is.

    Raises:
        LedgerError: The ledger cannot be used.
    """
    environment, reason = app.target.environment, f"playbook {playbook}"
    with closing(app.open_ledger()) as ledger:
        ledger.queue.join(environment, reason, is_first=is_first)
        try:
            if read_switch(options, "wait"):
                _wait(desk, ledger, environment, reason)
            yield
        finally:
            # A place that cannot be given back expires.
            with suppress(LedgerError):
                ledger.queue.leave(environment)


def _wait(desk: Desk, ledger: Ledger, environment: str, reason: str) -> None:
    """Come back until nobody is before us and nobody holds the lock."""
    told = ""
    while busy := ledger.lock.busy(environment):
        if busy != told:
            told = busy
            desk.output.record(
                {"kind": "waiting", "environment": environment, "for": busy}
            )
            desk.output.line(f"waiting: {busy}")
        desk.clock.sleep(LOOK_SECONDS)
        ledger.queue.join(environment, reason)
