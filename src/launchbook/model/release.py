"""A release's capsule: everything that is needed to serve exactly this again.

Its JSON is what is signed, kept in the ledger and shown; ``schemas/capsule.schema.json``
describes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT: Final = 1
"""Version of the capsule's form; a newer one is refused by an older program."""


NO_VERSION: Final = "none"
"""What a schema's range says where a product has no migrations."""


class SurfaceKind(StrEnum):
    """What a surface is, which decides how it is promoted and returned to."""

    SERVICE = "service"
    """Runs on Railway; a deployment takes the traffic once it is healthy."""
    WEB = "web"
    """Built on Vercel, staged without host names, then promoted."""


class Served(StrEnum):
    """Which release is served, taken over all surfaces."""

    OLD = "OLD"
    NEW = "NEW"
    MIXED = "MIXED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One part of the product, as one release serves it.

    Attributes:
        name: As ``backend``, ``worker``, ``customer``.
        app: The app of the monorepo that it is built of, as ``backend``.
        place: The platform's ids that find it: ``project_id``, ``environment_id`` and,
            for a service, ``service_id``.
        deployment_id: Of the platform.
        identity: What the surface shows of its build.
        content: Digest of the app's inputs in the repository.
        image: Digest of the built image; empty where the platform tells none.
        variables: Fingerprint of its variables.
        values: Digest of the file that holds them encrypted; empty for none.
        url: Public address; empty for a surface that nobody asks.
        immutable_url: Address of exactly this deployment; empty where there is none.
        is_reused: It was built for an earlier release, and its inputs did not change.
    """

    name: str
    kind: SurfaceKind
    app: str
    place: Mapping[str, str]
    deployment_id: str
    identity: str
    content: str
    variables: str
    image: str = ""
    values: str = ""
    url: str = ""
    immutable_url: str = ""
    is_reused: bool = False

    def as_json(self) -> dict[str, object]:
        """Return it as one JSON object."""
        return {
            "name": self.name,
            "kind": str(self.kind),
            "app": self.app,
            "place": dict(self.place),
            "deployment_id": self.deployment_id,
            "identity": self.identity,
            "content": self.content,
            "image": self.image,
            "variables": self.variables,
            "values": self.values,
            "url": self.url,
            "immutable_url": self.immutable_url,
            "is_reused": self.is_reused,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> Self:
        """Read ``as_json`` back; keys that are not known are passed over."""
        texts = ("name", "app", "deployment_id", "identity", "content", "variables")
        more = ("image", "values", "url", "immutable_url")
        return cls(
            **{name: str(told[name]) for name in texts},
            **{name: str(told.get(name, "")) for name in more},
            kind=SurfaceKind(str(told["kind"])),
            place=cast("Mapping[str, str]", told["place"]),
            is_reused=told.get("is_reused") is True,
        )


@dataclass(frozen=True, slots=True)
class SchemaRange:
    """Which schemas of the database a release works with, by migration version.

    Attributes:
        oldest: The newest migration that its code cannot do without.
        newest: The newest migration that is known not to break it; later ones that
            only expand do not either.
        held: Contract migrations of its commit that wait for a later release.
    """

    oldest: str
    newest: str
    held: tuple[str, ...] = ()

    @property
    def needed(self) -> str:
        """The oldest one as a version to compare with; empty for none."""
        return "" if self.oldest == NO_VERSION else self.oldest

    @property
    def known(self) -> str:
        """The newest one as a version to compare with; empty for none."""
        return "" if self.newest == NO_VERSION else self.newest

    def as_json(self) -> dict[str, object]:
        """Return it as one JSON object."""
        return {"oldest": self.oldest, "newest": self.newest, "held": list(self.held)}

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> Self:
        """Read ``as_json`` back."""
        held = cast("Sequence[str]", told.get("held", ()))
        return cls(str(told["oldest"]), str(told["newest"]), tuple(held))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capsule:
    """One release.

    Attributes:
        id: As ``production-12``: the environment, and a number that grows by one.
        author: Who wrote the commit; ``actor`` is who released it.
        previous: Id of the capsule that it replaced; empty for the first.
        began_at: When the release began, ``done_at`` when it was proven, UTC.
        schema: Which schemas it works with.
        surfaces: In the order in which they are released.
        approvals: Who approved what, as the ledger keeps it.
        gates: Gate to its evidence.
        timings: Phase to seconds, as ``promoted``.
        returned_from: Id of the capsule that was left by a rollback to this set;
            empty for a release.
        reason: Why it was returned to; empty for a release.
    """

    id: str
    environment: str
    commit: str
    branch: str
    subject: str
    author: str
    actor: str
    previous: str
    began_at: datetime
    done_at: datetime
    schema: SchemaRange
    surfaces: tuple[Surface, ...]
    approvals: tuple[Mapping[str, object], ...] = ()
    gates: Mapping[str, object] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    returned_from: str = ""
    reason: str = ""
    tool_version: str = ""

    def surface(self, name: str) -> Surface | None:
        """Return the surface of a name, or None."""
        return next((each for each in self.surfaces if each.name == name), None)

    @property
    def identities(self) -> dict[str, str]:
        """Surface to the identity that it must show."""
        return {each.name: each.identity for each in self.surfaces}

    def as_json(self) -> dict[str, object]:
        """Return it as one JSON object: what is signed."""
        return {
            "format": FORMAT,
            "id": self.id,
            "environment": self.environment,
            "commit": self.commit,
            "branch": self.branch,
            "subject": self.subject,
            "author": self.author,
            "actor": self.actor,
            "previous": self.previous,
            "began_at": self.began_at.isoformat(timespec="milliseconds"),
            "done_at": self.done_at.isoformat(timespec="milliseconds"),
            "schema": self.schema.as_json(),
            "surfaces": [each.as_json() for each in self.surfaces],
            "approvals": [dict(each) for each in self.approvals],
            "gates": dict(self.gates),
            "timings": dict(self.timings),
            "returned_from": self.returned_from,
            "reason": self.reason,
            "tool_version": self.tool_version,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> Self:
        """Read ``as_json`` back."""
        texts = ("id", "environment", "commit", "branch", "subject", "author", "actor")
        surfaces = cast("Sequence[Mapping[str, object]]", told["surfaces"])
        approvals = cast("Sequence[Mapping[str, object]]", told.get("approvals", ()))
        return cls(
            **{name: str(told[name]) for name in texts},
            previous=str(told.get("previous", "")),
            began_at=datetime.fromisoformat(str(told["began_at"])),
            done_at=datetime.fromisoformat(str(told["done_at"])),
            schema=SchemaRange.from_json(cast("Mapping[str, object]", told["schema"])),
            surfaces=tuple(map(Surface.from_json, surfaces)),
            approvals=tuple(approvals),
            gates=cast("Mapping[str, object]", told.get("gates", {})),
            timings=cast("Mapping[str, float]", told.get("timings", {})),
            returned_from=str(told.get("returned_from", "")),
            reason=str(told.get("reason", "")),
            tool_version=str(told.get("tool_version", "")),
        )
