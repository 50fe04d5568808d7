"""Secrets in an editor: written where only we can read, and gone afterwards."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from launchbook.cli.output import REDACTOR
from launchbook.cli.strongbox import NAME
from launchbook.config import safe_file
from launchbook.config.yaml import parse
from launchbook.errors import InputError, UsageError
from launchbook.redact import Secret
from launchbook.transport.process import Command, Processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.cli.desk import Desk

MEMORY: Final = Path("/dev") / "shm"
"""In memory; our folder there is ours alone."""
HEADER: Final = """\
# One secret a line, as NAME: "value". A line that you delete removes the secret.
# Close the editor without a change to leave everything as it is.
"""
NOTHING_KEPT: Final = "nothing was kept"


class _Dumper(yaml.SafeDumper):
    """Writes every value in quotes, and text of several lines as such."""


def _text_node(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(Secret, lambda dumper, each: _text_node(dumper, each.reveal()))


def edit_values(values: Mapping[str, Secret], desk: Desk) -> dict[str, Secret]:
    """Show values in the person's editor, and return what it leaves.

    Raises:
        InputError: The editor failed, or what it left cannot be read.
    """
    text = HEADER + yaml.dump(
        dict(sorted(values.items())), Dumper=_Dumper, sort_keys=False, width=10_000
    )
    with _private_folder(desk.home) as folder:
        path = folder / "secrets.yml"
        safe_file.write(path, text.encode())
        status = Processes().attend(Command((*_editor(desk.environ), str(path))))
        if status:
            raise InputError(
                f"the editor ended with status {status}, and {NOTHING_KEPT}",
                hint="Set the variable EDITOR to an editor, and type the command again.",
            )
        return _read(path)


def _editor(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The person's editor, as a command line."""
    found = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    return tuple(shlex.split(found))


@contextmanager
def _private_folder(home: Path) -> Iterator[Path]:
    """A folder in memory, or else in the state folder; removed with what is in it."""
    is_in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if not is_in_memory:
        safe_file.ensure_folder(home)
    folder = Path(
        tempfile.mkdtemp(prefix="launchbook-", dir=MEMORY if is_in_memory else home)
    )
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> dict[str, Secret]:
    """What the editor left.

    Raises:
        InputError: It is no mapping of names to text. The text is not repeated.
    """
    try:
        content: Any = parse(path.read_text(encoding="utf-8"), "secrets").value
    except UsageError as error:
        line = error.location.line if error.location else 1
        raise _unreadable(f"line {line} is no YAML that we read") from None
    except UnicodeDecodeError:
        raise _unreadable("it is not UTF-8") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _unreadable("it is no mapping of names to values")
    for name, value in content.items():
        if not NAME.fullmatch(name):
            raise _unreadable(f"{name!r} is no name of a secret")
        if not isinstance(value, str) or not value:
            raise _unreadable(f"the value of {name} is no text in quotes")
    return {
        name: REDACTOR.learn(Secret(text.rstrip("\n")))
        for name, text in content.items()
    }


def _unreadable(why: str) -> InputError:
    return InputError(
        f"what the editor left cannot be read, and {NOTHING_KEPT}: {why}",
        hint='Write one secret a line, as JWT_SECRET: "value".',
    )
