"""Playbooks: reading one, and all that it needs, from the working folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from launchbook.config.nearest import suggestion
from launchbook.config.schema import load_schema, validate
from launchbook.config.yaml import load
from launchbook.errors import PlaybookError, UnknownPlaybook, UnknownStep
from launchbook.model.playbook import OnFailure, Playbook, PlaybookEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from launchbook.config.workspace import Workspace
    from launchbook.config.yaml import Document

SUFFIX: Final = ".yml"
PARTS: Final = "parts"
"""Folder of what playbooks are made of, and what is no task of its own."""


def list_playbooks(workspace: Workspace) -> tuple[str, ...]:
    """Return the names of the working folder's playbooks, sorted."""
    return tuple(sorted(path.stem for path in workspace.playbooks.glob(f"*{SUFFIX}")))


def list_parts(workspace: Workspace) -> tuple[str, ...]:
    """Return the names of what playbooks may need besides playbooks, sorted."""
    found = (workspace.playbooks / PARTS).glob(f"*{SUFFIX}")
    return tuple(sorted(f"{PARTS}/{path.stem}" for path in found))


def load_playbook(
    workspace: Workspace, name: str, *, steps: Collection[str]
) -> Playbook:
    """Read a playbook and those that it needs.

    Args:
        workspace: The folders.
        name: As in ``playbooks/NAME.yml``; ``parts/NAME`` for a part.
        steps: The names that ``uses`` may give.

    Raises:
        UnknownPlaybook: There is no such file; also for a needed one.
        UnknownStep: An entry uses a step that does not exist.
        PlaybookError: Two entries have one id, or playbooks need each other.
        InventoryError: The file is no YAML, or the schema refuses it.
    """
    return _Loader(workspace, steps).load(name, ())


class _Loader:
    """Reads each playbook once."""

    def __init__(self, workspace: Workspace, steps: Collection[str]) -> None:
        self._workspace = workspace
        self._steps = steps
        self._entries: dict[str, PlaybookEntry] = {}
        self._loaded: dict[str, Playbook] = {}

    def load(self, name: str, chain: tuple[str, ...]) -> Playbook:
        document = self._read(name)
        content = document.mapping()
        needs = tuple(cast("list[str]", content.get("needs", [])))
        chain = (*chain, name)
        for index, needed in enumerate(needs):
            self._check_need(document, index, needed, chain)
            if needed not in self._loaded:
                self._loaded[needed] = self.load(needed, chain)
        return Playbook(
            name=name,
            description=str(content["description"]),
            needs=needs,
            on_failure=OnFailure(str(content.get("on_failure", OnFailure.KEEP))),
            entries=self._read_entries(document),
            needed=self._flatten(needs),
            environments=tuple(cast("list[str]", content.get("environments", []))),
            is_gate=content.get("is_gate") is True,
        )

    def _flatten(self, needs: tuple[str, ...]) -> tuple[Playbook, ...]:
        """What comes before, each once, those that others need first."""
        found: dict[str, Playbook] = {}
        for need in needs:
            for playbook in (*self._loaded[need].needed, self._loaded[need]):
                found.setdefault(playbook.name, playbook)
        return tuple(found.values())

    def _known(self) -> tuple[str, ...]:
        return (*list_playbooks(self._workspace), *list_parts(self._workspace))

    def _read(self, name: str) -> Document:
        path = self._workspace.playbooks / f"{name}{SUFFIX}"
        known = self._known()
        if name not in known:
            raise UnknownPlaybook(
                f"there is no playbook `{name}`",
                hint=suggestion(name, known, what="playbook"),
            )
        document = load(path, name=self._workspace.shown(path))
        validate(document, load_schema("playbook"))
        if document.mapping()["playbook"] != name:
            raise PlaybookError(
                f"the playbook calls itself `{document.mapping()['playbook']}`",
                hint=f"Write `playbook: {name}`, or rename the file.",
                location=document.locate("/playbook"),
            )
        return document

    def _check_need(
        self, document: Document, index: int, needed: str, chain: tuple[str, ...]
    ) -> None:
        """Refuse a need that names nothing or leads back."""
        location = document.locate(f"/needs/{index}")
        known = self._known()
        if needed not in known:
            raise UnknownPlaybook(
                f"there is no playbook `{needed}`",
                hint=suggestion(needed, known, what="playbook"),
                location=location,
            )
        if needed in chain:
            circle = " -> ".join([*chain[chain.index(needed) :], needed])
            raise PlaybookError(
                f"playbooks need each other: {circle}",
                hint=f"Remove `{needed}` from the `needs` of `{chain[-1]}`.",
                location=location,
            )

    def _read_entries(self, document: Document) -> tuple[PlaybookEntry, ...]:
        raw = cast("list[dict[str, object]]", document.mapping()["steps"])
        entries = []
        for index, each in enumerate(raw):
            entry = _read_entry(document, f"/steps/{index}", each)
            self._check_step(document, f"/steps/{index}/uses", entry)
            self._check_id(document, f"/steps/{index}/id", entry)
            entries.append(entry)
        return tuple(entries)

    def _check_step(
        self, document: Document, pointer: str, entry: PlaybookEntry
    ) -> None:
        if entry.uses not in self._steps:
            raise UnknownStep(
                f"there is no step `{entry.uses}`",
                hint=suggestion(entry.uses, self._steps, what="step"),
                location=document.locate(pointer),
            )

    def _check_id(self, document: Document, pointer: str, entry: PlaybookEntry) -> None:
        first = self._entries.setdefault(entry.id, entry)
        if first is not entry:
            where = f"{first.location.file}:{first.location.line}"
            raise PlaybookError(
                f"the id `{entry.id}` is already that of the entry at {where}",
                hint="Give one of the two entries another id.",
                location=document.locate(pointer),
                details={"first_file": first.location.file,
                         "first_line": first.location.line},
            )  # fmt: skip


def _read_entry(
    document: Document, pointer: str, raw: Mapping[str, object]
) -> PlaybookEntry:
    content = document.mapping()
    inputs = f"{pointer}/with"
    below = [
        each
        for each in document.marks
        if each == inputs or each.startswith(f"{inputs}/")
    ]
    return PlaybookEntry(
        id=str(raw["id"]),
        uses=str(raw["uses"]),
        inputs=cast("dict[str, object]", raw.get("with", {})),
        location=document.locate(pointer),
        playbook=str(content["playbook"]),
        values={each.removeprefix(inputs): document.locate(each) for each in below},
        keys={
            each.removeprefix(inputs): document.locate(each, key=True) for each in below
        },
    )
