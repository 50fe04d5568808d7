"""An operation as data, and the Invoke task made of it.

Invoke reads flags from a function's signature, so each operation gets one made
of its flags. Values arrive as text and are parsed by the operation itself: Invoke
would answer a wrong number with a traceback. Nothing but Invoke is imported here;
an operation's own module is imported when it runs, which keeps listing instant.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from invoke import Exit, Task

from launchbook.cli.place import OPTION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from invoke import Context

    from launchbook.cli.place import Place

INTERRUPTED = 130
"""Exit status of a run that a person interrupted; the shell's convention."""


CUT_OFF = 141
"""Exit status when the reader of a pipe has gone, as ``| head``: the shell's own."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag or argument of an operation.

    Attributes:
        name: As in Python; Invoke shows underscores as hyphens.
        help: One line, with the default.
        default: False makes a switch, None or text a flag with a value.
        is_argument: Given by position, without a flag's name.
        is_required: Only for arguments: Invoke refuses to start without it.
    """

    name: str
    help: str
    default: str | bool | None = None
    is_argument: bool = False
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One task.

    Attributes:
        name: Its name within its group, as ``up`` in ``sandbox.up``.
        summary: One line for ``--list``.
        handler: ``module:function``; called with the options as a mapping, it
            returns the exit status.
        flags: What it takes.
        examples: Command lines for its help text.
        fixed: Options that are always the same for this operation.
    """

    name: str
    summary: str
    handler: str
    flags: tuple[Flag, ...] = ()
    examples: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()


def task_of(
    operation: Operation, place: Place | None = None
) -> Task[Callable[..., None]]:
    """Make the Invoke task of an operation.

    Args:
        operation: What it does and takes.
        place: Where it works; the process's own place when left out.
    """

    def body(context: Context, **options: Any) -> None:  # noqa: ARG001 - Invoke's own calling convention
        given = {**options, **dict(operation.fixed), OPTION: place}
        status = _guarded(operation, given)
        if status:
            raise Exit(code=status)

    body.__signature__ = _signature(operation)  # type: ignore[attr-defined] # Invoke reads it
    body.__doc__ = _help_text(operation)
    body.__name__ = operation.name
    arguments = [flag.name for flag in operation.flags if flag.is_argument]
    optional = [flag.name for flag in operation.flags if not flag.is_required]
    return Task(
        body,
        name=operation.name,
        positional=[name for name in arguments if name not in optional],
        help={flag.name: flag.help for flag in operation.flags},
        auto_shortflags=False,
    )


def _signature(operation: Operation) -> Signature:
    """The signature that Invoke turns into flags."""
    parameters = [Parameter("context", Parameter.POSITIONAL_OR_KEYWORD)]
    for flag in operation.flags:
        is_bare = flag.is_argument and flag.is_required
        parameters.append(
            Parameter(
                flag.name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=Parameter.empty if is_bare else flag.default,
            )
        )
    return Signature(
        sorted(parameters, key=lambda each: each.default is not each.empty)
    )


def _help_text(operation: Operation) -> str:
    """Summary and examples, as ``invoke --help TASK`` shows them."""
    examples = "".join(f"\n  {line}" for line in operation.examples)
    return f"{operation.summary}\n" + (f"\nExamples:\n{examples}" if examples else "")


def _guarded(operation: Operation, options: Mapping[str, Any]) -> int:
    """Run the handler; every failure becomes an output and an exit status."""
    try:
        module, function = operation.handler.split(":")
        status: int = getattr(import_module(module), function)(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return CUT_OFF
    except Exception as error:  # noqa: BLE001 - the outermost frame: a person must never see a traceback
        failure = import_module("launchbook.cli.failure")
        reported: int = failure.report(error, options)
        return reported
    return status


def _drop_output() -> None:
    """Let nobody complain at the end that the reader of the pipe has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):  # no real file behind it, when a program embeds us
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
