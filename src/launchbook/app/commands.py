"""``cmd:NAME``: secrets that another program keeps, as a password manager.

Only programs that the set of platforms lists are run, by their arguments and without
a shell. What they put out is a secret; what they complain is not shown, since nobody
knows what it quotes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.config.nearest import suggestion
from launchbook.errors import CommandRefused, SecretCommandFailed
from launchbook.redact import Secret
from launchbook.transport.process import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.process import Finished, Processes

SUBJECT: Final = "{subject}"
"""Stands in an argument for what follows the second colon of a reference."""
DEFAULT_TIMEOUT_SECONDS: Final = 30


class Commands:
    """Runs what the allow-list names.

    Args:
        listed: ``secrets.commands`` of the set of platforms; None lists nothing.
        processes: Starts programs.
        environ: Our own variables; a program gets those that its entry names.
    """

    def __init__(
        self, listed: object, processes: Processes, environ: Mapping[str, str]
    ) -> None:
        self._listed = cast("Mapping[str, Mapping[str, Any]]", listed or {})
        self._processes = processes
        self._environ = environ

    def run(self, reference: str) -> Secret | None:
        """Return what a command puts out, without its last line break.

        Raises:
            CommandRefused: It is not listed, or takes no subject, or needs one.
            SecretCommandFailed: It did not end well, or not in time.
            CommandMissing: The program is not installed.
        """
        _, _, rest = reference.partition(":")
        name, _, subject = rest.partition(":")
        if name not in self._listed:
            raise CommandRefused(
                f"{reference}: no command `{name}` is on the allow-list",
                hint="List it below `secrets.commands` of the set of platforms, or: "
                + suggestion(name, self._listed, what="command"),
            )
        entry = self._listed[name]
        finished = self._processes.run(self._command(reference, entry, subject))
        if not finished.is_success or finished.is_cut:
            raise _failed(reference, entry, finished)
        text = finished.text.rstrip("\r\n")
        return Secret(text) if text else None

    def _command(
        self, reference: str, entry: Mapping[str, Any], subject: str
    ) -> Command:
        argv = [str(each) for each in entry["argv"]]
        takes_subject = any(SUBJECT in each for each in argv)
        if takes_subject != bool(subject):
            wrong = "needs a subject" if takes_subject else "takes no subject"
            raise CommandRefused(
                f"{reference}: the command {wrong}",
                hint=f"Write `cmd:NAME:SUBJECT` where `argv` holds `{SUBJECT}`, and "
                "`cmd:NAME` where it does not.",
            )
        names = [str(each) for each in entry.get("environment", [])]
        return Command(
            argv=tuple(each.replace(SUBJECT, subject) for each in argv),
            environment={
                name: self._environ[name] for name in names if name in self._environ
            },
            timeout_seconds=float(
                entry.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)
            ),
        )


def _failed(
    reference: str, entry: Mapping[str, Any], finished: Finished
) -> SecretCommandFailed:
    """How it ended; not what it said."""
    how = f"ended with status {finished.exit_status}"
    if finished.is_timed_out:
        how = "was not done in time"
    elif finished.is_cut:
        how = "put out more than a secret can be"
    program = entry["argv"][0]
    return SecretCommandFailed(
        f"{reference}: `{program}` {how}",
        hint=f"Type the command of the allow-list yourself to see what `{program}` "
        "says, then run the same command again.",
    )
