"""Is the way back open? Pure rules; each reason against it has a permanent name.

A release is let pass only while the release that it replaces could serve again: its
deployments, its variables, the schema that it works with, and all that in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self, cast

from launchbook.model.gate import Finding, Verdict
from launchbook.model.release import SurfaceKind
from launchbook.release.situation import READY, MovePhase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from launchbook.model.release import Capsule, Surface
    from launchbook.release.situation import Move, Revoked, Situation, Trial, Way

EARLIER_RELEASE: Final = "rollback-earlier-release"
CAPSULE: Final = "rollback-capsule"
SIGNATURE: Final = "rollback-signature"
SURFACES: Final = "rollback-surfaces"
OBSERVED: Final = "rollback-observed"
DEPLOYMENT: Final = "rollback-deployment"
IMAGE: Final = "rollback-image"
PROMOTABLE: Final = "rollback-promotable"
PLAN: Final = "rollback-plan"
CONTRACT: Final = "rollback-contract"
SCHEMA_NEWER: Final = "rollback-schema-newer"
SCHEMA_OLDER: Final = "rollback-schema-older"
OLD_CODE_TRIED: Final = "rollback-old-code-tried"
OLD_CODE_WORKS: Final = "rollback-old-code-works"
VALUES: Final = "rollback-values"
REVOKED: Final = "rollback-revoked"
TIME: Final = "rollback-time"
NAMES: Final = (
    *(EARLIER_RELEASE, CAPSULE, SIGNATURE, SURFACES, OBSERVED, DEPLOYMENT, IMAGE),
    *(PROMOTABLE, PLAN, CONTRACT, SCHEMA_NEWER, SCHEMA_OLDER, OLD_CODE_TRIED),
    *(OLD_CODE_WORKS, VALUES, REVOKED, TIME),
)
"""Every reason there is; what an override or an approval names."""
OPEN: Final = "ROLLBACK: OPEN"
CLOSED: Final = "ROLLBACK: CLOSED"


@dataclass(frozen=True, slots=True)
class Admission:
    """The judgement.

    Attributes:
        target: Id of the release that would serve again; empty for none.
        findings: One a reason, in the order of ``NAMES``.
        seconds: Estimated, from the command to the proof.
        basis: What the estimate stands on.
    """

    target: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    basis: str = ""

    @property
    def closed(self) -> tuple[Finding, ...]:
        """The reasons against it."""
        return tuple(each for each in self.findings if each.is_blocking)

    @property
    def is_open(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.closed

    @property
    def lines(self) -> tuple[str, ...]:
        """What to print: the verdict, and each reason below it."""
        if self.is_open and not self.target:
            return (f"{OPEN}, {self.findings[0].words}",)
        time = f"about {self.seconds:.0f} s ({self.basis})" if self.target else ""
        if self.is_open:
            return (f"{OPEN} to {self.target}, {time}",)
        head = f"{CLOSED} to {self.target}, else {time}" if self.target else CLOSED
        return (head, *(f"  {each.name}: {each.words}" for each in self.closed))

    def as_json(self) -> dict[str, object]:
        """Return it for evidence, for ``--json``, and for another step."""
        return {
            "target": self.target,
            "is_open": self.is_open,
            "seconds": self.seconds,
            "basis": self.basis,
            "findings": [each.as_json() for each in self.findings],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> Self:
        """Read ``as_json`` back."""
        findings = cast("Sequence[Mapping[str, object]]", told["findings"])
        return cls(
            target=str(told["target"]),
            findings=tuple(
                Finding(
                    str(each["name"]),
                    Verdict(str(each["verdict"])),
                    str(each["words"]),
                    cast("Mapping[str, object]", each.get("evidence", {})),
                )
                for each in findings
            ),
            seconds=float(cast("float", told["seconds"])),
            basis=str(told["basis"]),
        )


def admit(seen: Situation) -> Admission:
    """Judge the way back to the release that serves now."""
    first = (_earlier_release(seen), _capsule(seen))
    target = seen.target
    if target is None:
        return Admission("", first)
    seconds, basis = _estimate(seen, target)
    findings = (*first, *(judge(seen, target) for judge in _JUDGES))
    return Admission(
        target.id, (*findings, _time(seen, seconds, basis)), seconds, basis
    )


# --- which release ----------------------------------------------------------------


def _earlier_release(seen: Situation) -> Finding:
    if not seen.is_anything_served:
        return _passed(EARLIER_RELEASE, "nothing is served yet that could be lost")
    if seen.target is None and not seen.named:
        words = "what is served now was no release, so nothing says how to return to it"
        return _failed(EARLIER_RELEASE, words)
    return _passed(EARLIER_RELEASE, f"{seen.named or 'a release'} is served")


def _capsule(seen: Situation) -> Finding:
    if seen.target is None and seen.named:
        words = f"the ledger names {seen.named} and does not have its capsule"
        return _failed(CAPSULE, words)
    return _passed(CAPSULE, "the ledger has its capsule")


def _signature(seen: Situation, target: Capsule) -> Finding:
    if seen.is_signature_valid is None:
        words = f"the key that signed {target.id} is not known here"
        return Finding(SIGNATURE, Verdict.INCONCLUSIVE, words)
    if not seen.is_signature_valid:
        return _failed(SIGNATURE, f"{target.id} is not what was signed")
    return _passed(SIGNATURE, f"{target.id} is what was signed")


def _surfaces(seen: Situation, target: Capsule) -> Finding:
    missing = [name for name in seen.surfaces if target.surface(name) is None]
    if missing:
        words = f"{target.id} does not know {', '.join(missing)}"
        return _failed(SURFACES, words, surfaces=missing)
    return _passed(SURFACES, f"{len(target.surfaces)} surfaces")


# --- what the platforms still have ---------------------------------------------------


def _observed(seen: Situation, target: Capsule) -> Finding:
    unseen = [each.name for each in target.surfaces if each.name not in seen.ways]
    unseen += [] if seen.schema.is_known else ["the schema"]
    if unseen:
        words = f"the platform could not be asked about {', '.join(unseen)}"
        return Finding(OBSERVED, Verdict.INCONCLUSIVE, words, {"surfaces": unseen})
    return _passed(OBSERVED, "every platform was asked")


def _deployment(seen: Situation, target: Capsule) -> Finding:
    gone = [each.name for each, way in _ways(seen, target) if not way.is_there]
    again = _built_again(seen, target)
    if hopeless := [each for each in gone if each not in again]:
        words = f"the platform has no deployment of {', '.join(hopeless)} any more"
        return _failed(DEPLOYMENT, words, surfaces=hopeless)
    if gone:
        words = f"{', '.join(gone)} would be built again: no deployment is left"
        return Finding(DEPLOYMENT, Verdict.PASSED, words, {"built_again": gone})
    return _passed(DEPLOYMENT, "every deployment is there")


def _image(seen: Situation, target: Capsule) -> Finding:
    without = _without_image(seen, target)
    hopeless = [each for each in without if not seen.ways[each].is_source_there]
    if hopeless:
        words = (
            f"the image of {', '.join(hopeless)} is gone (kept for "
            f"{seen.retention_hours} h), and so is commit {target.commit[:12]}"
        )
        return _failed(IMAGE, words, surfaces=hopeless)
    if without:
        words = f"{', '.join(without)} would be built again: no image is left"
        return Finding(IMAGE, Verdict.PASSED, words, {"built_again": without})
    return _passed(IMAGE, "every image is there")


def _promotable(seen: Situation, target: Capsule) -> Finding:
    wrong = [
        f"{each.name} ({way.state if way.is_own else 'built for something else'})"
        for each, way in _ways(seen, target)
        if each.kind is SurfaceKind.WEB
        and way.is_there
        and not _is_promotable(way)
        and each.name not in _built_again(seen, target)
    ]
    if wrong:
        words = f"no deployment that could be promoted: {', '.join(wrong)}"
        return _failed(PROMOTABLE, words, surfaces=wrong)
    return _passed(PROMOTABLE, "every web deployment can be promoted")


def _plan(seen: Situation, target: Capsule) -> Finding:
    too_old = [
        each.name
        for each, way in _ways(seen, target)
        if each.kind is SurfaceKind.WEB and way.is_there and not way.is_latest
    ]
    if seen.is_hobby and too_old:
        words = (
            "Vercel's Hobby plan returns to the immediately previous deployment only; "
            f"older are {', '.join(too_old)}"
        )
        return _failed(PLAN, words, surfaces=too_old)
    return _passed(PLAN, "the plan allows it")


# --- the schema ----------------------------------------------------------------------


def _contract(seen: Situation, target: Capsule) -> Finding:
    """What the release held itself takes nothing away that it reads."""
    pending = [e for e in seen.schema.pending if e.version not in target.schema.held]
    found = _versions(pending, MovePhase.CONTRACT, MovePhase.UNKNOWN)
    if found:
        words = f"this release takes away what {target.id} reads: {', '.join(found)}"
        return _failed(CONTRACT, words, migrations=found)
    return _passed(CONTRACT, "no migration takes anything away")


def _schema_newer(seen: Situation, target: Capsule) -> Finding:
    later = _later(seen.schema.applied, target)
    found = _versions(later, MovePhase.CONTRACT, MovePhase.UNKNOWN)
    if found:
        words = (
            f"{target.id} works up to {target.schema.newest}, and the database already "
            f"has {', '.join(found)}"
        )
        return _failed(SCHEMA_NEWER, words, migrations=found)
    return _passed(SCHEMA_NEWER, f"{target.id} is not too old for the schema")


def _schema_older(seen: Situation, target: Capsule) -> Finding:
    if seen.schema.applied and seen.schema.newest < target.schema.needed:
        words = (
            f"{target.id} needs {target.schema.oldest}, and the database ends with "
            f"{seen.schema.newest}"
        )
        return _failed(SCHEMA_OLDER, words)
    return _passed(SCHEMA_OLDER, f"the schema has what {target.id} needs")


def _old_code_tried(seen: Situation, target: Capsule) -> Finding:
    """A run that tries the old release itself tries it on all that is newer."""
    applied = _later(seen.schema.applied, target)
    newer = [each.version for each in (*applied, *seen.schema.pending)]
    versions = [] if seen.schema.is_trial_ahead else newer
    trial = _trial(seen, target)
    untried = [v for v in versions if trial is None or v > trial.schema]
    if untried:
        words = f"{target.id} was never tried with {', '.join(untried)}"
        facts: dict[str, object] = {"migrations": untried}
        return Finding(OLD_CODE_TRIED, Verdict.INCONCLUSIVE, words, facts)
    if newer and seen.schema.is_trial_ahead:
        words = f"{target.id} is tried on the new schema before anything is deployed"
        return _passed(OLD_CODE_TRIED, words)
    return _passed(OLD_CODE_TRIED, f"{target.id} was tried with this schema")


def _old_code_works(seen: Situation, target: Capsule) -> Finding:
    trial = _trial(seen, target)
    is_mended = seen.schema.is_trial_ahead and bool(seen.schema.pending)
    if trial is not None and trial.problems and not is_mended:
        words = f"{target.id} fails with {trial.schema}: {'; '.join(trial.problems)}"
        return _failed(OLD_CODE_WORKS, words)
    return _passed(OLD_CODE_WORKS, f"nothing is known that breaks {target.id}")


# --- variables and time --------------------------------------------------------------


def _values(seen: Situation, target: Capsule) -> Finding:
    """Values that stay the same need no copy."""
    lost = [
        each.name
        for each in target.surfaces
        if each.name in seen.values.lost
        and seen.values.now.get(each.name) != each.variables
    ]
    if lost:
        words = (
            f"no copy of the variables of {', '.join(lost)} can be read, and those of "
            "now are not, or will not be, the same"
        )
        return _failed(VALUES, words, surfaces=lost)
    return _passed(VALUES, "every variable can be brought back")


def _revoked(seen: Situation, target: Capsule) -> Finding:
    found = {
        dead.secret: dead.at.isoformat()
        for dead in seen.values.revoked
        if any(_holds(seen, target, each, dead) for each in target.surfaces)
    }
    if found:
        words = f"{target.id} has values that were revoked: {', '.join(sorted(found))}"
        return _failed(REVOKED, words, revoked=found)
    return _passed(REVOKED, "no value of it was revoked")


def _time(seen: Situation, seconds: float, basis: str) -> Finding:
    words = f"about {seconds:.0f} s ({basis}); {seen.limit_seconds:.0f} s are allowed"
    verdict = Verdict.FAIL if seconds > seen.limit_seconds else Verdict.PASSED
    return Finding(TIME, verdict, words, {"seconds": seconds, "basis": basis})


_JUDGES: Final[tuple[Callable[[Situation, Capsule], Finding], ...]] = (
    *(_signature, _surfaces, _observed, _deployment, _image, _promotable, _plan),
    *(_contract, _schema_newer, _schema_older, _old_code_tried, _old_code_works),
    *(_values, _revoked),
)


def _estimate(seen: Situation, target: Capsule) -> tuple[float, str]:
    """The slowest rollback that was measured, or else what each part may take."""
    pace = seen.pace
    is_built = _without_image(seen, target) or _built_again(seen, target)
    built = pace.build_seconds if is_built else 0.0
    again = ", with a build" if built else ""
    if pace.measured_seconds:
        count = len(pace.measured_seconds)
        basis = f"the slowest of {count} measured{again}"
        return max(pace.measured_seconds) + built, basis
    whole = pace.service_seconds + pace.web_seconds + pace.proof_seconds
    return whole + built, f"by the platforms' own limits{again}"


# --- what the rules share ------------------------------------------------------------


def _passed(name: str, words: str) -> Finding:
    return Finding(name, Verdict.PASSED, words)


def _failed(name: str, words: str, **facts: object) -> Finding:
    return Finding(name, Verdict.FAIL, words, facts)


def _ways(seen: Situation, target: Capsule) -> Iterator[tuple[Surface, Way]]:
    """Each surface with what its platform says, where it could be asked."""
    for each in target.surfaces:
        if each.name in seen.ways:
            yield each, seen.ways[each.name]


def _without_image(seen: Situation, target: Capsule) -> list[str]:
    """Services that can only be built again."""
    kept = timedelta(hours=seen.retention_hours)
    return [
        each.name
        for each, way in _ways(seen, target)
        if each.kind is SurfaceKind.SERVICE
        and way.is_there
        and (
            not way.can_return
            or (way.removed_at is not None and way.removed_at + kept <= seen.now)
        )
    ]


def _built_again(seen: Situation, target: Capsule) -> list[str]:
    """What has no deployment that could serve, and a commit and values to make one."""
    return [
        each.name
        for each, way in _ways(seen, target)
        if (not way.is_there or way.state != READY)
        and way.is_own
        and way.is_source_there
        and each.values
        and each.name not in seen.values.lost
    ]


def _is_promotable(way: Way) -> bool:
    return way.state == READY and way.is_own


def _versions(moves: Sequence[Move], *phases: MovePhase) -> list[str]:
    return [each.version for each in moves if each.phase in phases]


def _later(moves: Sequence[Move], target: Capsule) -> list[Move]:
    """Migrations that a release's commit does not know."""
    return [each for each in moves if each.version > target.schema.known]


def _trial(seen: Situation, target: Capsule) -> Trial | None:
    """A release's trial on the newest schema, and of several there the last one."""
    found = [each for each in seen.schema.trials if each.capsule == target.id]
    return max(reversed(found), key=lambda each: each.schema) if found else None


def _holds(seen: Situation, target: Capsule, surface: Surface, dead: Revoked) -> bool:
    """Whether a surface would serve with a value that counts no more.

    Where its values cannot be read, the time decides: variables that are not those of
    now, of a release that is older than the revocation.
    """
    held = seen.values.held.get(surface.name)
    if held is not None:
        return dead.fingerprint in held.values()
    is_other = seen.values.now.get(surface.name) != surface.variables
    return is_other and dead.at > target.done_at
