"""``invoke secrets.init|recipients|recover``: who can read the secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.app import IDENTITY_VARIABLE, App, Target, given_identity
from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_switch, read_text
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.table import columns
from launchbook.cli.strongbox import Strongbox, ask_secret, open_strongbox
from launchbook.config.identity import new_identity, parse_identity
from launchbook.config.keys import KeyRing, recover_keys, seal_to_break_glass
from launchbook.config.recipients import BREAK_GLASS, OPERATIONS, Recipient, Recipients
from launchbook.config.secret_file import stores_of
from launchbook.config.workspace import SANDBOX, Workspace
from launchbook.errors import InputError, KeyUnusable
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.cli.desk import Desk

NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
ADVICE: Final = (
    "Write it down on paper, seal it, and keep it away from this machine: it reads",
    "every secret when the operations identity is lost, and is never shown again.",
)


def init(options: Mapping[str, object]) -> int:
    """Make the operations identity and the break-glass identity, and list both."""
    desk = open_desk(options)
    _refuse_given_identity(desk)
    name = _name(read_text(options, "name", OPERATIONS))
    box = open_strongbox(desk, options, is_read_only=False)
    recipients = Recipients(_folder(box))
    listed = {each.name: each for each in recipients.read()}
    _refuse_stranger(box, recipients)
    _read_all(box)
    public = box.keys.break_glass
    if BREAK_GLASS in listed:
        public = listed[BREAK_GLASS].key
    is_new = not public or read_switch(options, "new_break_glass")
    if is_new:
        private = new_identity()
        public = str(private.to_public())
        # Before it is used: what was printed and not used does no harm.
        _print_once(desk, Secret(str(private)))
    seal_to_break_glass(desk.home, public)
    if not listed:
        recipients.add(Recipient(name, box.keys.recipient))
    recipients.add(Recipient(BREAK_GLASS, public))
    _encrypt_again(desk, box)
    entries = [each.as_json() for each in recipients.read()]
    desk.output.record(
        {
            "kind": "secrets-initialized",
            "file": str(recipients.path),
            "recipients": entries,
        }
    )
    desk.output.line(f"the recipients are in {recipients.path}")
    if not is_new:
        desk.output.line("the break-glass identity was printed when it was made")
    return 0


def manage(options: Mapping[str, object]) -> int:
    """List the recipients, add one, or remove one."""
    desk = open_desk(options)
    added, removed = read_text(options, "add"), read_text(options, "remove")
    if added and removed:
        raise InputError(
            "--add and --remove do not go together",
            hint="Type one command for each.",
        )
    box = open_strongbox(desk, options, is_read_only=not (added or removed))
    if added:
        return _add(desk, box, added, options)
    if removed:
        return _remove(desk, box, removed)
    return _show(desk, box)


def recover(options: Mapping[str, object]) -> int:
    """Read everything with the break-glass identity, and give it to a new one."""
    desk = open_desk(options)
    _refuse_given_identity(desk)
    name = _name(read_text(options, "name", OPERATIONS))
    private = ask_secret("the break-glass identity")
    spare = str(parse_identity(private.reveal(), "what was typed").to_public())
    recipients = Recipients(_folder_of(desk, options))
    listed = recipients.read()
    if listed and spare not in {each.key for each in listed}:
        raise InputError(
            f"what was typed is no recipient of {recipients.path.parent}",
            hint="Type the break-glass identity that `invoke secrets.init` printed.",
        )
    is_new = recover_keys(desk.home, private)
    box = open_strongbox(desk, options, is_read_only=False)
    own = box.keys.recipient
    if listed and own not in {each.key for each in listed}:
        recipients.add(Recipient(name, own))
    spare_keys = KeyRing.open(desk.home, is_read_only=True, identity=private)
    stores = stores_of(_folder(box), spare_keys)
    for store in stores:
        store.encrypt_again()
    names = [store.environment for store in stores]
    desk.output.record(
        {
            "kind": "secrets-recovered",
            "environments": names,
            "recipient": own,
            "is_new_identity": is_new,
        }
    )
    made = "a new operations identity was made" if is_new else "the identity is kept"
    desk.output.line(f"{made}: {own}")
    desk.output.line(f"it reads the secrets of: {', '.join(names) or 'nothing yet'}")
    desk.output.line(
        "the break-glass identity was opened: type `invoke secrets.init "
        f"--new-break-glass --platforms {box.platforms}` to seal a new one"
    )
    return 0


# --- recipients ------------------------------------------------------------


def _add(desk: Desk, box: Strongbox, name: str, options: Mapping[str, object]) -> int:
    """Let one more read."""
    key = read_text(options, "key")
    if not key:
        raise InputError(
            f"the public key of {name} is missing",
            hint=f"Type `invoke secrets.recipients --add {name} --key age1...` with the "
            "key that they see with `invoke secrets.recipients`.",
        )
    given = read_text(options, "environments")
    environments = tuple(each.strip() for each in given.split(",") if each.strip())
    for each in environments:
        box.inventory.environment(each)
    recipients = Recipients(_folder(box))
    _refuse_stranger(box, recipients)
    _read_all(box)
    if not recipients.read():
        recipients.add(Recipient(OPERATIONS, box.keys.recipient))
    recipients.add(Recipient(_name(name), key, environments))
    count = _encrypt_again(desk, box)
    desk.output.record({"kind": "recipient-added", "name": name, "files": count})
    where = given or "every environment"
    desk.output.line(f"{name} can read the secrets of {where}")
    return 0


def _remove(desk: Desk, box: Strongbox, name: str) -> int:
    """Let one read no more, and say what they have seen."""
    recipients = Recipients(_folder(box))
    _refuse_stranger(box, recipients)
    _read_all(box)
    found = {each.name: each for each in recipients.read()}.get(name)
    if found is not None and found.key == box.keys.recipient:
        raise InputError(
            f"{name} is this state folder's own identity",
            hint="Let another recipient remove it.",
        )
    removed = recipients.remove(name)
    _encrypt_again(desk, box)
    seen = {
        store.environment: sorted(store.names())
        for store in stores_of(_folder(box), box.keys)
        if removed.can_read(store.environment)
    }
    desk.output.record({"kind": "recipient-removed", "name": name, "has_read": seen})
    desk.output.line(f"{name} can read no secret from now on")
    for environment, names in seen.items():
        desk.output.line(f"{name} could read these of {environment}; exchange them:")
        for each in names:
            desk.output.line(f"  {each}")
    return 0


def _show(desk: Desk, box: Strongbox) -> int:
    """Who can read, and who we are."""
    recipients, own = Recipients(_folder(box)), box.keys.recipient
    listed = recipients.read()
    rows = [("recipient", "reads", "public key")]
    for each in listed:
        ours = " (this state folder)" if each.key == own else ""
        where = ", ".join(each.environments) or "every environment"
        rows.append((each.name + ours, where, each.key))
    desk.output.record(
        {
            "kind": "recipients",
            "file": str(recipients.path),
            "own": own,
            "recipients": [each.as_json() for each in listed],
        }
    )
    for line in columns(rows if listed else []):
        desk.output.line(line)
    if box.keys.is_ephemeral:
        desk.output.line("this state folder has no identity yet")
    elif own not in {each.key for each in listed}:
        desk.output.line(f"this state folder's own public key: {own}")
    if not listed:
        desk.output.line(
            f"there is no {recipients.path}; `invoke secrets.init` makes it"
        )
    return 0


# --- what they share ---------------------------------------------------------


def _folder(box: Strongbox) -> Path:
    """Where the encrypted files of the set of platforms are."""
    return box.store.path.parent


def _folder_of(desk: Desk, options: Mapping[str, object]) -> Path:
    """The same, before there are keys."""
    workspace = Workspace(desk.root, desk.home)
    platforms = read_text(options, "platforms", SANDBOX)
    return workspace.secrets_file("staging", platforms).parent


def _read_all(box: Strongbox) -> None:
    """See that we can read what we are about to encrypt again."""
    for store in stores_of(_folder(box), box.keys):
        store.read()


def _encrypt_again(desk: Desk, box: Strongbox) -> int:
    """Encrypt every file of the folder to the recipients; return how many.

    The keys and values of a shared ledger are theirs too.
    """
    stores = stores_of(_folder(box), box.keys)
    for store in stores:
        store.encrypt_again()
    home = box.ledger_home(desk)
    if home.keys is not None and home.keys.is_made:
        home.keys.take_over(desk.home, given_identity(desk.environ, REDACTOR))
        for environment in sorted(box.inventory.environments):
            target = Target(environment, box.platforms)
            App(box.workspace, target, desk.clock, REDACTOR, desk.environ).vault.share()
    return len(stores)


def _refuse_stranger(box: Strongbox, recipients: Recipients) -> None:
    """Refuse to change a list that we are not on: nobody would be let in by it."""
    listed, own = recipients.read(), box.keys.recipient
    if listed and own not in {each.key for each in listed}:
        raise KeyUnusable(
            f"this state folder's identity is not in {recipients.path}",
            hint="Let somebody who is type `invoke secrets.recipients --add NAME "
            f"--key {own} --platforms {box.platforms}`.",
        )


def _refuse_given_identity(desk: Desk) -> None:
    """Refuse to make identities where one was given from outside."""
    if desk.environ.get(IDENTITY_VARIABLE):
        raise InputError(
            f"{IDENTITY_VARIABLE} is set, and this command makes identities",
            hint=f"Type `unset {IDENTITY_VARIABLE}`, then the same command again.",
        )


def _name(text: str) -> str:
    if NAME.fullmatch(text):
        return text
    raise InputError(
        f"{text!r} is no name of a recipient",
        hint="Use small letters, digits and hyphens, as ada or build-machine.",
    )


def _print_once(desk: Desk, private: Secret) -> None:
    """Show the break-glass identity: on purpose past the redactor, once."""
    desk.output.record({"kind": "break-glass", "identity": private.reveal()})
    if desk.output.is_json:
        return
    lines = ("The break-glass identity:", "", f"  {private.reveal()}", "", *ADVICE, "")
    desk.output.stream.write("\n".join(lines) + "\n")
    desk.output.stream.flush()
