"""What is known when the way back is judged: capsule, platforms, schema, values, pace.

Nothing here asks anybody. ``None`` and absent keys mean that nobody could say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.model.release import Capsule

RETENTION_HOURS: Final = {"free": 24, "hobby": 72, "pro": 120, "enterprise": 360}
"""How long Railway keeps the image of a removed deployment, by plan (its own docs)."""
READY: Final = "READY"
"""Vercel's word for a deployment that is built."""
LIMIT_SECONDS: Final = 900.0
"""Objective of a rollback; ``objectives.rollback_seconds`` in the inventory."""


class MovePhase(StrEnum):
    """What a migration does to code that is older than it."""

    EXPAND = "expand"
    MIGRATE = "migrate"
    CONTRACT = "contract"
    UNKNOWN = "unknown"
    """The database has it, and neither a file nor its history says what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a platform says of one deployment that would serve again.

    Attributes:
        is_there: The platform still has it.
        can_return: Railway: ``canRollback``, or it serves now.
        removed_at: Railway: since when it serves no more; its image is kept for
            some time from then on.
        state: Vercel: ``READY``, or what else it is.
        is_own: Vercel: it was built for this environment.
        is_latest: Vercel: it serves now, or did so until the last promotion.
        is_source_there: Its commit can be read, so that it could be built again.
    """

    surface: str
    is_there: bool = True
    can_return: bool = True
    removed_at: datetime | None = None
    state: str = READY
    is_own: bool = True
    is_latest: bool = True
    is_source_there: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """One migration by its version, and what it does."""

    version: str
    phase: MovePhase


@dataclass(frozen=True, slots=True)
class Trial:
    """The old release was tried on a newer schema.

    Attributes:
        capsule: Id of the release that served.
        schema: The newest migration that the database had then.
        problems: What it did wrong; none when it worked.
    """

    capsule: str
    schema: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The database, and what this release would do to it.

    Attributes:
        applied: Migrations that the database has, oldest first.
        pending: Migrations that this release applies; held ones are not among them.
        is_trial_ahead: The run tries the old release on the expanded schema before
            it deploys anything (``release.compatibility``).
        trials: Of earlier runs, oldest first.
        is_known: False where the database could not be asked.
    """

    applied: tuple[Move, ...] = ()
    pending: tuple[Move, ...] = ()
    is_trial_ahead: bool = False
    trials: tuple[Trial, ...] = ()
    is_known: bool = True

    @property
    def newest(self) -> str:
        """The newest migration that the database has; empty for none."""
        return max((each.version for each in self.applied), default="")


@dataclass(frozen=True, slots=True)
class Revoked:
    """A value that counts no more since a rotation was proven.

    Attributes:
        secret: Its name.
        fingerprint: Of the value, keyed.
        at: When its death was proven.
    """

    secret: str
    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Variables then and now, by surface.

    Attributes:
        now: Fingerprint of the variables that a surface has, and goes on having.
        lost: Surfaces whose kept values cannot be read any more.
        held: Name to fingerprint of each kept value, where they can be read.
        revoked: Values that were revoked, oldest first.
    """

    now: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    held: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    revoked: tuple[Revoked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast things go.

    Attributes:
        service_seconds: Until services are up again, side by side: the inventory's
            ``healthcheck_timeout_seconds``, after which Railway gives up.
        web_seconds: Until host names lead back: how long Vercel's own command waits.
        proof_seconds: Until every surface has shown its identity: as long as our own
            checks look.
        build_seconds: Until what has no image any more is built again: the
            inventory's ``objectives.build_seconds``.
        measured_seconds: Of earlier rollbacks here, command to proof.
    """

    service_seconds: float = 120.0
    web_seconds: float = 180.0
    proof_seconds: float = 60.0
    build_seconds: float = 180.0
    measured_seconds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that the way back depends on.

    Attributes:
        now: UTC.
        target: What serves now, and would be returned to.
        named: Id of the release that serves by the ledger; empty when it knows none.
        is_anything_served: False before the first deployment of all.
        is_signature_valid: None when the key that signed is not known here.
        surfaces: All that the product has.
        ways: Surface to what its platform says; absent where nobody could be asked.
        retention_hours: Of the Railway plan.
        is_hobby: Of the Vercel account.
        limit_seconds: How long a rollback may take.
    """

    now: datetime
    target: Capsule | None = None
    named: str = ""
    is_anything_served: bool = True
    is_signature_valid: bool | None = True
    surfaces: tuple[str, ...] = ()
    ways: Mapping[str, Way] = field(default_factory=dict)
    retention_hours: int = RETENTION_HOURS["hobby"]
    is_hobby: bool = False
    schema: Schema = field(default_factory=Schema)
    values: Values = field(default_factory=Values)
    pace: Pace = field(default_factory=Pace)
    limit_seconds: float = LIMIT_SECONDS
