from __future__ import annotations

import pytest

from launchbook.config.reference import Resolver, Text
from launchbook.config.text import Reference, is_open, split
from launchbook.config.yaml import parse
from launchbook.errors import (
    CircularReference,
    InvalidValue,
    Location,
    UnknownReference,
)
from launchbook.model.change import Unknown
from launchbook.redact import Secret

ROOTS: dict[str, object] = {
    "inventory": {
        "name": "shop",
        "port": 443,
        "is_open": True,
        "list": ["a", {"b": 2}],
        "host": "${inventory.name}.example.com",
        "copy": "${inventory.settings}",
        "settings": {"root": "apps/${inventory.name}", "password": "secret:PASSWORD"},
        "project": "${steps.project.outputs.id}",
        "answer": "${steps.project.outputs.answer}",
        "nothing": None,
    },
    "variables": {
        "backend": {
            "PORT": Text("${inventory.port}"),
            "FLAG": Text(True),
            "ORIGINS": Text(["${steps.web.outputs.url}", "https://b"]),
            "URL": Text("https://${inventory.host}"),
            "KEY": Text("secret:KEY"),
        }
    },
    "sandbox": None,
}


def resolver(roots: dict[str, object] | None = None, **more: list[str]) -> Resolver:
    return Resolver(
        ROOTS if roots is None else roots,
        secrets=lambda reference: Secret(f"<{reference}>"),
        steps=more.get("steps"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${inventory.name}", "shop"),
        ("${ inventory.name }", "shop"),
        ("${inventory.port}", 443),
        ("${inventory.is_open}", True),
        ("${inventory.nothing}", None),
        ("${inventory.list}", ["a", {"b": 2}]),
        ("${inventory.list.1.b}", 2),
        ("${inventory.copy.root}", "apps/shop"),
        ("a${inventory.port}b${inventory.is_open}", "a443btrue"),
        ("${inventory.host}:${inventory.port}", "shop.example.com:443"),
        ("$${inventory.name}", "${inventory.name}"),
        ("a $${b} ${inventory.name}", "a ${b} shop"),
        ("$ {x} $x }", "$ {x} $x }"),
        (12, 12),
        (None, None),
    ],
)
def test_references_are_followed(text: object, expected: object) -> None:
    assert expected == resolver().resolve(text, {})


def test_references_are_followed_inside_mappings_and_lists() -> None:
    value = {"a": ["${inventory.name}", 1], "b": {"c": "${inventory.port}"}}
    assert {"a": ["shop", 1], "b": {"c": 443}} == resolver().resolve(value, {})


def test_variables_become_text_whatever_their_references_are() -> None:
    outputs = {"web": {"url": "https://a"}}
    assert {
        "PORT": "443",
        "FLAG": "true",
        "ORIGINS": "https://a,https://b",
        "URL": "https://shop.example.com",
        "KEY": Secret("<secret:KEY>"),
    } == resolver().resolve("${variables.backend}", outputs)


def test_outputs_are_known_as_far_as_steps_have_given_them() -> None:
    given = resolver()
    assert Unknown("project", "id") == given.resolve("${inventory.project}", {})
    assert "p1" == given.resolve("${inventory.project}", {"project": {"id": "p1"}})
    assert Unknown("project", "id") == given.resolve(
        "${steps.project.outputs.id}", {"project": {"name": "x"}}
    )


def test_an_unknown_keeps_its_place_and_takes_the_text_around_it() -> None:
    value = {"id": "${steps.a.outputs.id}", "url": "x-${steps.a.outputs.id}", "n": 1}
    unknown = Unknown("a", "id")
    assert {"id": unknown, "url": unknown, "n": 1} == resolver().resolve(value, {})


def test_outputs_are_data_and_never_followed() -> None:
    outputs = {"a": {"id": "${inventory.name}", "other": "secret:KEY"}}
    assert "${inventory.name}" == resolver().resolve("${steps.a.outputs.id}", outputs)
    assert "secret:KEY" == resolver().resolve("${steps.a.outputs.other}", outputs)
    assert "x secret:KEY" == resolver().resolve("x ${steps.a.outputs.other}", outputs)


def test_outputs_are_entered_by_dotted_names() -> None:
    outputs = {"project": {"answer": {"deep": [7]}}}
    assert 7 == resolver().resolve("${steps.project.outputs.answer.deep.0}", outputs)
    assert [7] == resolver().resolve("${inventory.answer.deep}", outputs)
    assert Unknown("project", "answer") == resolver().resolve(
        "${inventory.answer.deep}", {}
    )


def test_a_secret_taints_the_text_around_it() -> None:
    given = resolver()
    assert Secret("<secret:PASSWORD>") == given.resolve(
        "${inventory.settings.password}", {}
    )
    found = given.resolve("u:${inventory.settings.password}@${inventory.name}", {})
    assert Secret("u:<secret:PASSWORD>@shop") == found
    assert "[redacted]" == str(found)
    outputs = {"a": {"key": Secret("k")}}
    assert Secret("key=k") == given.resolve("key=${steps.a.outputs.key}", outputs)


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("secret:JWT_SECRET", True),
        ("env:HOME", True),
        ("file:keys/a.pem", True),
        ("file:${inventory.name}.pem", True),
        ("secret:", False),
        ("secret:A B", False),
        ("my secret:A", False),
        ("file:///etc/passwd", False),
        ("https://a", False),
    ],
)
def test_only_whole_texts_are_secret_references(text: str, *, is_read: bool) -> None:
    assert is_read is isinstance(resolver().resolve(text, {}), Secret)


def test_a_files_path_may_hold_references() -> None:
    found = resolver().resolve("file:${inventory.name}.pem", {})
    assert Secret("<file:shop.pem>") == found
    assert Unknown("a", "b") == resolver().resolve("file:${steps.a.outputs.b}", {})


def test_dependencies_go_through_inventory_and_variables() -> None:
    given = resolver()
    assert frozenset() == given.dependencies({"a": "${inventory.name}"})
    assert {"project"} == given.dependencies(["${inventory.project}"])
    assert {"web", "x"} == given.dependencies(
        {"v": "${variables.backend}", "w": "a${steps.x.outputs.y}"}
    )


def test_secrets_are_listed_without_being_read() -> None:
    def refuse(reference: str) -> Secret:
        raise AssertionError(reference)

    given = Resolver(ROOTS, secrets=refuse)
    assert {"secret:PASSWORD", "secret:KEY", "env:X"} == given.secrets(
        ["${inventory.copy}", "${variables.backend.KEY}", "env:X"]
    )


def test_an_unknown_reference_names_the_nearest_key() -> None:
    with pytest.raises(
        UnknownReference, match=r"\$\{inventory\.nmae\} names nothing"
    ) as caught:
        resolver().resolve("${inventory.nmae}", {})
    assert "Write `name` instead of `nmae`." == caught.value.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("${inventry.name}", "Write `inventory` instead of `inventry`."),
        ("${inventory.name.deeper}", "Remove `deeper`: there is no key to name here."),
        ("${inventory.list.7}", "Write one of these instead of `7`: `0`, `1`."),
        ("${steps.project.id}", "Write `${steps.ID.outputs.NAME}` with a step's id."),
        (
            "${sandbox.edge_port}",
            "Start the sandbox, which says what it is: `invoke sandbox.up`.",
        ),
    ],
)
def test_every_wrong_path_says_what_to_type(text: str, hint: str) -> None:
    with pytest.raises(UnknownReference) as caught:
        resolver().resolve(text, {})
    assert hint == caught.value.hint


@pytest.mark.parametrize(
    "text", ["${}", "${a b}", "${inventory}", "x ${open", "${a..b}"]
)
def test_a_malformed_reference_is_refused(text: str) -> None:
    with pytest.raises(UnknownReference):
        resolver().resolve(text, {})


def test_a_step_that_is_not_in_the_graph_is_refused_with_the_nearest() -> None:
    given = resolver(steps=["database", "backend"])
    with pytest.raises(UnknownReference) as caught:
        given.dependencies("${steps.databse.outputs.ref}")
    assert "Write `database` instead of `databse`." == caught.value.hint


def test_a_circle_is_refused_with_its_chain() -> None:
    roots: dict[str, object] = {
        "inventory": {
            "a": "${inventory.b}",
            "b": "x${inventory.c.d}",
            "c": {"d": "${inventory.a}"},
        }
    }
    with pytest.raises(CircularReference) as caught:
        resolver(roots).resolve({"start": "${inventory.a}"}, {})
    chain = ["inventory.a", "inventory.b", "inventory.c.d", "inventory.a"]
    assert chain == caught.value.details["chain"]
    assert " -> ".join(f"${{{each}}}" for each in chain) in caught.value.message


@pytest.mark.parametrize(
    "roots",
    [
        {"a": {"x": "${a.x}"}},
        {"a": {"x": {"y": "${a.x}"}}},
        {"a": {"x": "${a.x.y}"}},
        {"a": {"x": ["${a.y}"], "y": "${a.x}"}},
        {
            "variables": {"a": {"X": Text("${variables.a}")}},
            "a": {"x": "${variables.a.X}"},
        },
    ],
)
def test_every_shape_of_circle_ends(roots: dict[str, object]) -> None:
    with pytest.raises(CircularReference):
        resolver(roots).dependencies("${a.x}")


def test_one_value_may_be_used_many_times() -> None:
    assert "shop shop" == resolver().resolve("${inventory.name} ${inventory.name}", {})


@pytest.mark.parametrize("name", ["settings", "list", "nothing"])
def test_only_scalars_are_written_into_a_text(name: str) -> None:
    with pytest.raises(InvalidValue, match="cannot be written into a text"):
        resolver().resolve(f"x ${{inventory.{name}}}", {})


def test_an_error_points_at_the_text_that_holds_the_reference() -> None:
    document = parse(
        "a:\n  b: ${inventory.c}\nc:\n  d: [x, '${inventory.nope}']\n", "i.yml"
    )
    asked = parse("with:\n  x: ${inventory.a.b}\n  y: ${inventory.zzz}\n", "p.yml")
    given = Resolver(
        {"inventory": document.value},
        secrets=Secret,
        locate=lambda path: document.locate("/" + "/".join(path.split(".")[1:])),
    )
    with pytest.raises(UnknownReference) as far:
        given.resolve(
            asked.mapping()["with"],
            {},
            lambda at, key=False: asked.locate(f"/with{at}"),
        )
    assert Location("i.yml", 4, 10, "/c/d/1") == far.value.location
    with pytest.raises(UnknownReference) as near:
        given.resolve(
            {"y": "${inventory.zzz}"},
            {},
            lambda at, key=False: asked.locate(f"/with{at}"),
        )
    assert Location("p.yml", 3, 6, "/with/y") == near.value.location


def test_a_text_is_split_into_pieces_and_references() -> None:
    assert ("a ", Reference("b.c"), " ${d}") == split("a ${b.c} $${d}")
    assert ("",) == split("")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("${a.b}", True), ("secret:A", True), ("$${a}", False), ("plain", False)],
)
def test_a_text_is_open_until_it_is_resolved(text: str, *, expected: bool) -> None:
    assert expected is is_open(text)
