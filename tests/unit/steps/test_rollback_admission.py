"""What both platforms say of a release's deployments, and the judgement of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from launchbook.engine.memory import Memory
from launchbook.engine.override import Override, Overrides
from launchbook.engine.step import Prior
from launchbook.errors import GateFailed, NotFound, Unavailable, ValuesMissing
from launchbook.model import railway, vercel
from launchbook.model.account import Tenancy
from launchbook.model.release import Capsule, SchemaRange, Surface, SurfaceKind
from launchbook.redact import Secret
from launchbook.release.admission import NAMES, Admission
from launchbook.release.observation import Observer, read_revoked
from launchbook.release.situation import Move, MovePhase, Revoked, Schema, Way
from launchbook.steps.rollback_admission import Inputs, RollbackAdmission
from tests.support.domains import context
from tests.support.transport import START

if TYPE_CHECKING:
    from collections.abc import Mapping

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def surface(name: str, kind: SurfaceKind, environment: str = "production") -> Surface:
    return Surface(
        name=name,
        kind=kind,
        app=name,
        place={"project_id": "p1", "environment_id": environment},
        deployment_id=f"{name}-1",
        identity="4f0c-1",
        content="c",
        variables="v",
    )


BACKEND = surface("backend", SurfaceKind.SERVICE)
ADMIN = surface("admin", SurfaceKind.WEB)
CAPSULE = Capsule(
    id="production-11",
    environment="production",
    commit="4f0c1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6",
    branch="main",
    subject="Show rewards",
    author="Ada",
    actor="ada@desk",
    previous="production-10",
    began_at=THEN,
    done_at=THEN,
    schema=SchemaRange("20260101000000", "20260101000300"),
    surfaces=(BACKEND, ADMIN),
)
SERVING = railway.Deployment("backend-1", "SUCCESS", status_at=THEN)
READY = vercel.Deployment(
    "admin-1", "admin-1.vercel.app", "READY", "PROMOTED", "production"
)


class Platforms:
    """Both platforms: what they say, or how they refuse.

    Attributes:
        listed: Production deployments of the web project, newest first.
    """

    def __init__(self, *answers: Any, listed: tuple[Any, ...] = (READY,)) -> None:
        self.answers: Mapping[str, Any] = {each.id: each for each in answers}
        self.listed = listed
        self.plan = "pro"
        self.refusal: Exception | None = None

    def read_deployment(self, name: str) -> Any:
        if self.refusal:
            raise self.refusal
        if name not in self.answers:
            raise NotFound("no such deployment", hint="Look.", platform="toy")
        return self.answers[name]

    def read_deployments(self, *_: Any, **__: Any) -> tuple[Any, ...]:
        return self.listed

    def read_account(self) -> railway.Account:
        found = (railway.Workspace("w1", "shop"),) if self.plan else ()
        return railway.Account("account", workspaces=found)

    def read_workspace(self, _: str) -> Tenancy:
        return self.read_team()

    def read_team(self) -> Tenancy:
        if self.refusal:
            raise self.refusal
        return Tenancy("w1", "shop", self.plan)


def ways(platforms: Platforms, capsule: Capsule = CAPSULE) -> dict[str, Way]:
    observer = Observer(cast("Any", platforms), cast("Any", platforms))
    return observer.ways(capsule, is_source_there=True)


def test_what_serves_can_serve_again() -> None:
    found = ways(Platforms(SERVING, READY))
    assert {"backend": Way(surface="backend"), "admin": Way(surface="admin")} == found


@pytest.mark.parametrize("can_return", [True, False])
def test_what_was_removed_is_judged_by_its_vendor(*, can_return: bool) -> None:
    removed = replace(SERVING, status="REMOVED", can_roll_back=can_return)
    found = ways(Platforms(removed, READY))["backend"]
    assert (can_return, THEN) == (found.can_return, found.removed_at)


def test_a_deployment_that_is_gone_is_told_as_gone() -> None:
    found = ways(Platforms(READY))
    assert (False, True) == (found["backend"].is_there, found["admin"].is_there)
    deleted = ways(Platforms(SERVING, replace(READY, state="DELETED")))
    assert not deleted["admin"].is_there


def test_a_platform_that_does_not_answer_says_nothing() -> None:
    platforms = Platforms(SERVING, READY)
    platforms.refusal = Unavailable("no answer", hint="Wait.", platform="toy")
    assert {} == ways(platforms)


def test_a_preview_is_not_of_production() -> None:
    assert not ways(Platforms(SERVING, replace(READY, target="")))["admin"].is_own


def test_a_custom_environment_has_deployments_of_its_own() -> None:
    there = surface("admin", SurfaceKind.WEB, "env_1")
    capsule = replace(CAPSULE, surfaces=(there,))
    seen = replace(READY, target="", custom_environment_id="env_1")
    found = ways(Platforms(seen, listed=()), capsule)["admin"]
    assert (True, True) == (found.is_own, found.is_latest)


def test_only_the_last_two_of_production_are_the_latest() -> None:
    def at(place: int) -> bool:
        others = [replace(READY, id=f"other-{each}") for each in range(place)]
        staged = replace(READY, id="staged", substate="STAGED")
        platforms = Platforms(SERVING, READY, listed=(staged, *others, READY))
        return ways(platforms)["admin"].is_latest

    assert [True, True, False] == [at(place) for place in range(3)]


@pytest.mark.parametrize(
    ("plan", "hours", "is_hobby"),
    [("pro", 120, False), ("hobby", 72, True), ("", 24, True), ("new", 24, False)],
)
def test_a_plan_says_how_long_the_way_stays_open(
    plan: str, hours: int, *, is_hobby: bool
) -> None:
    platforms = Platforms()
    platforms.plan = plan
    observer = Observer(cast("Any", platforms), cast("Any", platforms))
    assert (hours, is_hobby) == (observer.retention_hours("w1"), observer.is_hobby())
    assert hours == observer.retention_hours(""), "the only workspace there is"


def test_a_plan_that_nobody_tells_is_taken_for_the_smallest() -> None:
    platforms = Platforms()
    platforms.refusal = Unavailable("no answer", hint="Wait.", platform="toy")
    observer = Observer(cast("Any", platforms), cast("Any", platforms))
    assert (24, True) == (observer.retention_hours("w1"), observer.is_hobby())


class Past:
    """A ledger that knows one rotation."""

    def verified(self, step: str) -> tuple[Prior, ...]:
        if step != "jwt_secret_rotation":
            return ()
        of_a_phase: tuple[list[str], ...] = (["f1"], [], ["f2"])
        return tuple(Prior(THEN, "", evidence={"refused": e}) for e in of_a_phase)


def test_values_that_a_rotation_proved_dead_are_known_by_fingerprint() -> None:
    names = ("SESSION_SECRET", "JWT_SECRET")
    found = read_revoked(cast("Any", Past()), names)
    expected = tuple(Revoked("JWT_SECRET", each, THEN) for each in ("f1", "f2"))
    assert expected == found


class Source:
    """A repository that has every commit, or none."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.is_there = is_there

    def has_commit(self, *_: Any) -> bool:
        return self.is_there


INPUTS = Inputs(
    capsule=CAPSULE.as_json(),
    named="production-11",
    is_anything_served=True,
    is_signature_valid=True,
    surfaces=("backend", "admin"),
    path="/src",
    workspace="w1",
    service_seconds=120,
    build_seconds=180,
    limit_seconds=900,
)
APPLIED = Schema(applied=(Move("20260101000300", MovePhase.EXPAND),))


def step_on(
    platforms: Platforms, source: Source, schema: Schema = APPLIED
) -> RollbackAdmission:
    """The step; nothing of this release was kept in the vault."""
    asked, git = cast("Any", platforms), cast("Any", source)
    vault = cast("Any", None)
    return RollbackAdmission(asked, asked, git, lambda _, __: schema, vault)


def judged(platforms: Platforms, inputs: Inputs = INPUTS, **source: bool) -> Admission:
    verified = step_on(platforms, Source(**source)).verify(inputs, context())
    told = cast("Mapping[str, object]", verified.outputs["admission"])
    found = Admission.from_json(told)
    assert found.is_open is verified.outputs["is_open"]
    return found


def test_a_release_that_serves_leaves_the_way_back_open() -> None:
    found = judged(Platforms(SERVING, READY))
    assert ("production-11", True, 360) == (found.target, found.is_open, found.seconds)


def test_an_image_that_its_plan_threw_away_closes_it_only_without_the_commit() -> None:
    long_ago = START - timedelta(hours=121)
    removed = replace(SERVING, status="REMOVED", can_roll_back=True, status_at=long_ago)
    platforms = Platforms(removed, READY)
    assert (True, 540) == (judged(platforms).is_open, judged(platforms).seconds)
    closed = judged(platforms, is_there=False).closed
    assert ["rollback-image"] == [each.name for each in closed]


def test_without_a_capsule_no_deployment_is_asked_for() -> None:
    nothing = replace(INPUTS, capsule={}, named="", is_anything_served=False)
    assert judged(Platforms(), nothing).is_open
    closed = judged(Platforms(), replace(INPUTS, capsule={})).closed
    assert ["rollback-capsule"] == [each.name for each in closed]


class Kept:
    """A vault that has the values of one name."""

    def open(self, name: str) -> dict[str, Secret]:
        if name != "kept":
            raise ValuesMissing("there are none", hint="Look.")
        return {"JWT_SECRET": Secret("old")}


class Written(Memory):
    """A ledger that saw variables written, and one rotation."""

    def __init__(self) -> None:
        super().__init__(None, "staging")

    def latest(self, step: str) -> Prior | None:
        found = {"backend_variables": "v", "admin_variables": "v2"}.get(step)
        return Prior(THEN, "", {"fingerprint": found}) if found else None

    def verified(self, step: str) -> tuple[Prior, ...]:
        dead = {"refused": [f"{len('old'):064x}"]}
        is_rotation = step == "jwt_secret_rotation"
        return (Prior(START, "", evidence=dead),) if is_rotation else ()


def judged_with_values(inputs: Inputs, **values: str) -> list[str]:
    """What speaks against a release whose surfaces keep values under these names."""
    surfaces = [replace(s, values=values.get(s.name, "")) for s in CAPSULE.surfaces]
    told = replace(CAPSULE, surfaces=tuple(surfaces)).as_json()
    platforms = cast("Any", Platforms(SERVING, READY))
    git, vault = cast("Any", Source()), cast("Any", Kept())
    step = RollbackAdmission(platforms, platforms, git, lambda _, __: APPLIED, vault)
    around = replace(context(), history=Written())
    verified = step.verify(replace(inputs, capsule=told), around)
    admission = cast("Mapping[str, object]", verified.outputs["admission"])
    return [each.name for each in Admission.from_json(admission).closed]


def test_values_that_cannot_be_read_close_the_way_where_they_changed() -> None:
    assert [] == judged_with_values(INPUTS, backend="lost", admin="kept")
    assert ["rollback-values"] == judged_with_values(INPUTS, admin="lost")


def test_a_release_to_come_may_change_every_value() -> None:
    coming = replace(INPUTS, commit="4f0c")
    assert ["rollback-values"] == judged_with_values(coming, backend="lost")


def test_a_value_that_was_revoked_since_is_found_among_those_that_were_kept() -> None:
    asked = replace(INPUTS, secrets=("JWT_SECRET",))
    assert ["rollback-revoked"] == judged_with_values(asked, backend="kept")


REFUSING = replace(INPUTS, refused=("rollback-schema-newer",))
TOO_NEW = Schema(applied=(Move("20270101000000", MovePhase.CONTRACT),))


def test_a_rollback_to_a_release_that_cannot_work_is_refused_with_what_remains() -> (
    None
):
    step = step_on(Platforms(SERVING, READY), Source(), TOO_NEW)
    with pytest.raises(GateFailed, match="already has 20270101000000") as caught:
        step.verify(REFUSING, context())
    assert "invoke release.staging" in caught.value.hint
    assert "bring the database back" in caught.value.hint
    assert "--override rollback-schema-newer" in caught.value.hint


def test_a_named_override_lets_it_pass_and_what_nobody_can_tell_ends_nothing() -> None:
    given = Overrides([Override("rollback-schema-newer", "tried by hand")], now=START)
    around = replace(context(), overrides=given)
    step = step_on(Platforms(SERVING, READY), Source(), TOO_NEW)
    verified = step.verify(REFUSING, around)
    assert {"rollback-schema-newer": "tried by hand"} == verified.evidence["overridden"]
    blind = step_on(Platforms(SERVING, READY), Source(), Schema(is_known=False))
    every = replace(REFUSING, refused=NAMES)
    assert {} == blind.verify(every, context()).evidence["overridden"]


def test_what_a_failed_release_orders_is_not_judged_again() -> None:
    skipped = replace(INPUTS, skipped="judged before")
    verified = step_on(Platforms(), Source(), TOO_NEW).verify(skipped, context())
    assert {"skipped": "judged before"} == verified.outputs
