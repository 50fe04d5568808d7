from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.config.inventory import load_inventory
from launchbook.config.reference import Resolver
from launchbook.errors import UnknownReference
from launchbook.model.change import Unknown
from launchbook.redact import Secret
from tests.support.workspace import FACTS, edit, line_of, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.view import View


@pytest.fixture
def view(tmp_path: Path) -> View:
    return load_inventory(shipped(tmp_path)).view("staging", "sandbox", facts=FACTS)


def names(view: View) -> set[str]:
    roots = view.roots["variables"]
    assert isinstance(roots, dict)
    return set(roots["backend"])


@pytest.mark.parametrize("environment", ["development", "staging", "production"])
@pytest.mark.parametrize("platforms", ["sandbox", "live"])
def test_every_reference_of_the_shipped_inventory_leads_somewhere(
    tmp_path: Path, environment: str, platforms: str
) -> None:
    view = load_inventory(shipped(tmp_path)).view(environment, platforms, facts=FACTS)
    Resolver(view.roots, secrets=Secret).resolve(dict(view.roots), {})


def test_a_platform_takes_what_the_sandbox_says(view: View) -> None:
    resolver = view.resolver(Secret)
    assert 8443 == resolver.resolve("${platform.public_port}", {})
    assert Secret("railway-token") == resolver.resolve("${platform.railway.token}", {})
    assert 6001 == resolver.resolve("${platform.supabase.session_port}", {})


def test_without_a_running_sandbox_its_values_are_refused_with_what_to_type(
    tmp_path: Path,
) -> None:
    view = load_inventory(shipped(tmp_path)).view("staging", "sandbox")
    with pytest.raises(
        UnknownReference, match=r"platform\.public_port.*sandbox\.edge_port"
    ) as caught:
        view.resolver(Secret).resolve("${platform.public_port}", {})
    assert "invoke sandbox.up" in caught.value.hint
    assert caught.value.location is not None
    assert ("inventory/platforms/sandbox.yml", "/public_port") == (
        caught.value.location.file,
        caught.value.location.pointer,
    )


def test_an_environment_may_have_its_own_value_of_a_variable(tmp_path: Path) -> None:
    inventory = load_inventory(shipped(tmp_path))
    rounds = {
        each: inventory.view(each, "sandbox")
        .resolver(Secret)
        .resolve("${variables.backend.BCRYPT_ROUNDS}", {})
        for each in ("staging", "production")
    }
    assert {"staging": "8", "production": "12"} == rounds


def test_what_the_platform_provides_is_not_written(view: View) -> None:
    assert "PORT" not in names(view)


def test_what_has_no_value_here_is_left_out(view: View) -> None:
    assert "SENTRY_DSN" not in names(view)


def test_an_optional_secret_without_a_value_is_left_out(tmp_path: Path) -> None:
    inventory = load_inventory(shipped(tmp_path))
    without = inventory.view("staging", "sandbox", has_secret=lambda _: False)
    given = inventory.view(
        "staging", "sandbox", has_secret="secret:OPENAI_API_KEY".__eq__
    )
    assert "OPENAI_API_KEY" not in names(without)
    assert "OPENAI_API_KEY" in names(given)
    assert "JWT_SECRET" in names(without)


def test_an_environment_that_requires_a_secret_keeps_it(tmp_path: Path) -> None:
    inventory = load_inventory(shipped(tmp_path))
    view = inventory.view("production", "live", has_secret=lambda _: False)
    assert {"OPENAI_API_KEY", "SWISH_API_KEY"} <= names(view)
    assert "REDIS_URL" not in names(view)


def test_only_the_sandbox_makes_secrets_up_and_allows_local_addresses(
    tmp_path: Path,
) -> None:
    inventory = load_inventory(shipped(tmp_path))
    sandbox, live = (inventory.view("staging", each) for each in ("sandbox", "live"))
    assert (True, True) == (sandbox.is_generating_secrets, sandbox.is_local_allowed)
    assert (False, False) == (live.is_generating_secrets, live.is_local_allowed)


@pytest.mark.parametrize(
    ("path", "file", "line"),
    [
        ("inventory.database.migrations", "product.yml", "  migrations:"),
        ("environment.log_level", "environments/staging.yml", "log_level:"),
        ("platform.railway.api", "platforms/sandbox.yml", "  api: ${sandbox.railway"),
        (
            "variables.backend.LOG_LEVEL",
            "variables/backend.yml",
            "    value: ${environment.log",
        ),
    ],
)
def test_a_path_has_a_place(tmp_path: Path, path: str, file: str, line: str) -> None:
    workspace = shipped(tmp_path)
    location = load_inventory(workspace).view("staging", "sandbox").locate(path)
    assert location is not None
    assert f"inventory/{file}" == location.file
    assert line_of(workspace, location.file, line) == location.line


@pytest.mark.parametrize(
    "path", ["sandbox.edge_port", "variables", "variables.nobody.X", "steps.a"]
)
def test_what_is_in_no_file_has_no_place(view: View, path: str) -> None:
    assert view.locate(path) is None


def test_the_place_of_a_variable_is_that_of_its_own_value_here(view: View) -> None:
    location = view.locate("variables.backend.BCRYPT_ROUNDS")
    assert location is not None
    assert "/variables/BCRYPT_ROUNDS/values/staging" == location.pointer


def test_an_explanation_shows_value_place_and_chain(view: View) -> None:
    found = view.explain("inventory.services.worker.settings.start_command")
    assert "cd apps/backend && exec python -m backend.worker" == found.value
    assert found.location is not None
    assert "inventory/product.yml" == found.location.file
    assert [
        "inventory.services.worker.settings.start_command",
        "inventory.apps.backend.root",
    ] == [link.path for link in found.chain]
    assert "apps/backend" == found.chain[-1].text


def test_an_explanation_goes_through_files_to_the_sandbox(view: View) -> None:
    found = view.explain("environment.database.allowed_cidrs")
    assert ["127.0.0.1/32"] == found.value
    assert [
        ("environment.database.allowed_cidrs", "inventory/environments/staging.yml"),
        ("platform.network.allowed_cidrs", "inventory/platforms/sandbox.yml"),
    ] == [
        (link.path, link.location.file if link.location else "") for link in found.chain
    ]


def test_an_explanation_of_an_output_says_which_step(view: View) -> None:
    found = view.explain("variables.backend.DATABASE_URL")
    unknown = Unknown("database_pooler", "session_url")
    assert unknown == found.value
    last = found.chain[-1]
    assert ("steps.database_pooler.outputs.session_url", unknown, None) == (
        last.path,
        last.text,
        last.location,
    )


def test_an_explanation_never_shows_a_secret(view: View) -> None:
    found = view.explain("variables.backend.JWT_SECRET")
    assert "[redacted]" == str(found.value)
    assert "secret:JWT_SECRET" == found.chain[0].text
    assert "railway-token" not in str(view.explain("platform.railway.token"))


def test_an_explanation_needs_no_running_sandbox(tmp_path: Path) -> None:
    view = load_inventory(shipped(tmp_path)).view("staging", "sandbox")
    assert Unknown("sandbox", "facts") == view.explain("platform.public_port").value


def test_a_key_that_is_not_there_is_explained_with_the_nearest(view: View) -> None:
    with pytest.raises(UnknownReference) as caught:
        view.explain("inventory.apps.bakcend.root")
    assert "Write `backend` instead of `bakcend`." == caught.value.hint


def test_a_wrong_reference_in_the_inventory_is_found_at_its_place(
    tmp_path: Path,
) -> None:
    workspace = shipped(tmp_path)
    edit(
        workspace,
        "inventory/environments/staging.yml",
        "${inventory.regions.supabase}",
        "${inventory.region.supabase}",
    )
    view = load_inventory(workspace).view("staging", "sandbox")
    with pytest.raises(UnknownReference) as caught:
        view.resolver(Secret).resolve({"region": "${environment.database.region}"}, {})
    assert caught.value.location is not None
    assert ("inventory/environments/staging.yml", "/database/region") == (
        caught.value.location.file,
        caught.value.location.pointer,
    )
    assert "Write `regions` instead of `region`." == caught.value.hint


def test_a_resolver_knows_the_steps_that_it_is_given(view: View) -> None:
    with pytest.raises(
        UnknownReference, match=r"variables\.backend.*steps\.database_pooler\."
    ):
        view.resolver(Secret, steps=["other"]).dependencies("${variables.backend}")
    assert {"database"} == view.resolver(Secret, steps=["database"]).dependencies(
        "${variables.backend.SUPABASE_URL}"
    )


def test_an_app_as_a_whole_is_located_in_its_file(view: View) -> None:
    location = view.locate("variables.backend")
    assert location is not None
    assert "inventory/variables/backend.yml" == location.file


def test_an_explanation_goes_into_lists_and_outputs(view: View) -> None:
    origins = view.explain("variables.backend.CORS_ORIGIN")
    assert [
        "variables.backend.CORS_ORIGIN",
        "steps.customer_domain.outputs.url",
        "steps.business_domain.outputs.url",
        "steps.admin_domain.outputs.url",
    ] == [link.path for link in origins.chain]
    assert "fra1" == view.explain("inventory.regions.vercel.1").chain[0].text


def test_an_explanation_of_a_whole_app_shows_every_reference_once(view: View) -> None:
    paths = [link.path for link in view.explain("variables.customer").chain]
    assert "variables.customer" == paths[0]
    assert "environment.name" in paths
    assert len(set(paths)) == len(paths)
