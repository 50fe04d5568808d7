from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.model.railway import Deployment
from launchbook.model.release import Served
from launchbook.model.vercel import Project, ProjectSettings
from launchbook.redact import Secret
from launchbook.release.served import Sight, Watcher, judge, mixture
from launchbook.transport.probe import Answer
from tests.support.capsules import capsule, identity, surface
from tests.support.visitor import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.model.railway import ServiceScope

OLD, NEW = capsule(1).identities, capsule(2).identities


class Railway:
    """A service's deployments, newest first."""

    def __init__(self, *deployments: Deployment) -> None:
        self._deployments = deployments

    def read_deployments(self, scope: ServiceScope) -> Sequence[Deployment]:
        assert "s-worker" == scope.service_id
        return self._deployments


def shown(answers: dict[str, tuple[int, dict[str, str], str]]) -> dict[str, str]:
    running = Deployment("d1", "SUCCESS", message=f"launchbook {identity(2)}")
    coming = Deployment("d2", "BUILDING", message=f"launchbook {identity(3)}")
    watcher = Watcher(Table(answers), Railway(coming, running))
    return {n: s.identity for n, s in watcher.look(capsule(2).surfaces).items()}


def answers(backend: str, customer: str) -> dict[str, tuple[int, dict[str, str], str]]:
    return {
        "https://backend.example/health": (200, {}, f'{{"build": "{backend}"}}'),
        "https://customer.example/build.json": (
            200,
            {},
            f'{{"identity": "{customer}"}}',
        ),
    }


def test_public_surfaces_are_asked_and_others_read_from_the_platform() -> None:
    assert NEW == shown(answers(identity(2), identity(2)))


def test_a_page_that_answers_200_without_an_identity_shows_none() -> None:
    told = answers(identity(2), identity(2))
    told["https://customer.example/build.json"] = (200, {}, "<html>sign in</html>")
    assert "" == shown(told)["customer"]


def test_an_answer_that_is_no_200_shows_none() -> None:
    told = answers(identity(2), identity(2))
    told["https://backend.example/health"] = (503, {}, f'{{"build": "{identity(2)}"}}')
    assert "" == shown(told)["backend"]


def test_a_service_without_a_deployment_shows_none() -> None:
    watcher = Watcher(Table({}), Railway())
    worker = capsule(1).surface("worker")
    assert worker is not None
    assert "no deployment runs" == watcher.look_at(worker).problem


def test_all_of_the_release_before_is_old() -> None:
    assert Served.OLD is judge(OLD, OLD, NEW)


def test_all_of_the_new_release_is_new() -> None:
    assert Served.NEW is judge(NEW, OLD, NEW)


def test_anything_else_is_mixed() -> None:
    assert Served.MIXED is judge({**OLD, "customer": identity(2)}, OLD, NEW)


def test_what_is_not_known_of_the_new_release_makes_no_new() -> None:
    known = {"backend": identity(2)}
    assert Served.MIXED is judge(NEW, OLD, known)


def test_a_mixture_says_of_each_surface_whose_it_is() -> None:
    told = answers(identity(1), identity(2))
    running = Deployment("d1", "SUCCESS", message="launchbook by-hand")
    sight = Watcher(Table(told), Railway(running)).look(capsule(2).surfaces)
    assert [
        f"backend: {identity(1)} (OLD)",
        "worker: by-hand (neither)",
        f"customer: {identity(2)} (NEW)",
    ] == mixture(sight, OLD, NEW)


def test_a_mixture_names_what_is_about_to_replace_what_is_shown() -> None:
    sight = {"backend": Sight(identity(1)), "customer": Sight(identity(1))}
    lines = mixture(sight, OLD, NEW, {"backend": "d2"})
    assert [
        f"backend: {identity(1)} (OLD, about to be replaced by d2)",
        f"customer: {identity(1)} (OLD)",
    ] == lines


def test_a_protected_page_is_opened_with_the_secret_of_its_project() -> None:
    class Guarded:
        """Shows a login page to whoever sends no secret."""

        def probe(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
            text = '{"identity": "4f0c-1"}' if headers else "<html>log in</html>"
            return Answer(url, 200, {}, text.encode(), 0.0, 0.0)

    class Projects:
        def read_project(self, id_or_name: str) -> Project:
            return Project(id_or_name, "shop", ProjectSettings(), (Secret("open"),))

    page = surface("customer", 1)
    assert "4f0c-1" == Watcher(Guarded(), Railway(), Projects()).look_at(page).identity
    assert not Watcher(Guarded(), Railway()).look_at(page).identity
