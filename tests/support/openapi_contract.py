"""One vendor's OpenAPI files: the newest first, older ones where it is silent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

URI = "urn:contract"
MOST_PROBLEMS = 5


class Specification:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = _mended(json.loads(path.read_text()))
        self.paths: dict[str, dict[str, Any]] = self.document["paths"]
        resource = Resource.from_contents(self.document, default_specification=DRAFT4)
        self.registry: Registry[Any] = Registry().with_resource(URI, resource)

    def follow(self, value: Any) -> Any:
        """Return what a ``$ref`` leads to."""
        while isinstance(value, dict) and "$ref" in value:
            target: Any = self.document
            for key in value["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def violations(self, pointer: str, value: Any) -> list[str]:
        """Return how a value breaks the schema at a JSON pointer."""
        validator = OAS30Validator({"$ref": f"{URI}#{pointer}"}, registry=self.registry)
        found = sorted(validator.iter_errors(value), key=lambda error: error.json_path)
        closest = [best_match([error]) or error for error in found]
        return [f"{error.json_path}: {error.message[:300]}" for error in closest]


class OpenapiContract:
    """All files of one vendor."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._specifications = [Specification(path) for path in paths]

    def route(self, method: str, path: str) -> str | None:
        """Return ``METHOD /template`` of an actual path, or None.

        A template with fewer parameters wins: ``/env`` before ``/{id}``.
        """
        verb = method.lower()
        found = [
            template
            for specification in self._specifications
            for template, operations in specification.paths.items()
            if verb in operations and _pattern(template).fullmatch(path)
        ]
        if not found:
            return None
        return f"{method} {min(found, key=lambda template: template.count('{'))}"

    def request_problems(
        self,
        route: str,
        path: str,
        query: Mapping[str, str | tuple[str, ...] | list[str]],
        body: Any,
        extra: set[str],
    ) -> list[str]:
        """Return what is wrong with a request; the newest file decides."""
        specification, template, verb = self._find(route)
        operation = specification.paths[template][verb]
        shared = specification.paths[template].get("parameters", [])
        pointer = f"/paths/{_escape(template)}/{verb}"
        known = _parameters(specification, operation, shared, pointer)
        given: dict[tuple[str, str], Any] = {
            **{("query", name): value for name, value in query.items()},
            **{("path", k): v for k, v in _path_values(template, path).items()},
        }
        problems = []
        for key, value in given.items():
            if key in known:
                problems += _parameter_problems(specification, known[key], value)
            elif key[1] not in extra:
                problems.append(f"unknown {key[0]} parameter {key[1]}")
        problems += [
            f"query parameter {name} is missing"
            for (kind, name), each in known.items()
            if kind == "query" and each.is_required and (kind, name) not in given
        ]
        problems += self._body_problems(specification, operation, pointer, body)
        return [f"{route}: {problem}" for problem in problems[:MOST_PROBLEMS]]

    def answer_problems(self, route: str, status: int, answer: Any) -> list[str]:
        """Return what is wrong with an answer; any file that fits is enough."""
        attempts: list[list[str]] = []
        for specification in self._specifications:
            verb, template = _parts(route)
            operation = specification.paths.get(template, {}).get(verb)
            if operation is None or str(status) not in operation["responses"]:
                continue
            pointer = f"/paths/{_escape(template)}/{verb}/responses/{status}"
            response = operation["responses"][str(status)]
            if "$ref" in response:
                pointer = response["$ref"].removeprefix("#")
            content = specification.follow(response).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            if schema is None:
                attempts.append([])
                continue
            where = f"{pointer}/content/{_escape('application/json')}/schema"
            attempts.append(specification.violations(where, answer))
        if not attempts:
            return [f"{route}: status {status} is in no contract file"]
        best = min(attempts, key=len)
        return [f"{route} {status}: {violation}" for violation in best[:MOST_PROBLEMS]]

    def _find(self, route: str) -> tuple[Specification, str, str]:
        verb, template = _parts(route)
        for specification in self._specifications:
            if verb in specification.paths.get(template, {}):
                return specification, template, verb
        raise KeyError(route)

    def _body_problems(
        self,
        specification: Specification,
        operation: dict[str, Any],
        pointer: str,
        body: Any,
    ) -> list[str]:
        declared = operation.get("requestBody")
        if declared is None:
            return [] if body is None else ["takes no body"]
        base = f"{pointer}/requestBody"
        if "$ref" in declared:
            base = declared["$ref"].removeprefix("#")
        resolved = specification.follow(declared)
        content = resolved["content"]
        if body is None:
            return ["the body is missing"] if resolved.get("required") else []
        if isinstance(body, bytes):
            is_json = all(kind.endswith("json") for kind in content)
            return ["takes JSON"] if is_json else []
        if "application/json" not in content:
            return ["takes no JSON"]
        schema = specification.follow(content["application/json"].get("schema"))
        where = f"{base}/content/{_escape('application/json')}/schema"
        problems = specification.violations(where, body) + _unknown_keys(schema, body)
        return [f"body {problem}" for problem in problems]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation, and where its schema stands."""

    name: str
    schema: Any
    pointer: str
    is_required: bool


def _parameters(
    specification: Specification,
    operation: dict[str, Any],
    shared: list[Any],
    pointer: str,
) -> dict[tuple[str, str], Parameter]:
    places = (
        (operation.get("parameters", []), pointer),
        (shared, pointer.rpartition("/")[0]),
    )
    found = {}
    for parameters, base in places:
        for index, each in enumerate(parameters):
            where = _parameter_pointer(each, base, index)
            facts = specification.follow(each)
            found[(facts["in"], facts["name"])] = Parameter(
                name=f"{facts['in']} parameter {facts['name']}",
                schema=specification.follow(facts["schema"]),
                pointer=f"{where}/schema",
                is_required=bool(facts.get("required")),
            )
    return found


def _parameter_problems(
    specification: Specification, parameter: Parameter, value: Any
) -> list[str]:
    typed = _typed(parameter.schema, value)
    found = specification.violations(parameter.pointer, typed)
    return [f"{parameter.name} {violation}" for violation in found]


def _mended(value: Any) -> Any:
    """Mend three habits of the vendors' files that a strict reader stumbles over.

    ``discriminator`` names schemas that are not there; it only hastens the choice
    among ``oneOf``, which stays checked. ``nullable`` beside ``allOf`` is meant to
    allow null, but by the letter it does so only beside ``type``. ``nullable``
    beside an ``enum`` without null is meant to allow null as well.
    """
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_choice = "oneOf" in value or "anyOf" in value
    found = {
        key: _mended(item)
        for key, item in value.items()
        if not (is_choice and key == "discriminator")
    }
    if found.get("nullable") is True and None not in found.get("enum", [None]):
        found["enum"] = [*found["enum"], None]
    if found.get("nullable") is True and "allOf" in found and "type" not in found:
        del found["nullable"]
        return {"anyOf": [found, {"enum": [None], "nullable": True}]}
    return found


def _unknown_keys(schema: Any, body: Any) -> list[str]:
    """A key that a request body's schema does not name is a mistake of ours."""
    if not isinstance(schema, dict) or not isinstance(body, dict):
        return []
    known = schema.get("properties")
    if not known or schema.get("additionalProperties"):
        return []
    return [f"$.{key}: is not a field of this body" for key in body if key not in known]


def _parameter_pointer(parameter: dict[str, Any], base: str, index: int) -> str:
    if "$ref" in parameter:
        return str(parameter["$ref"]).removeprefix("#")
    return f"{base}/parameters/{index}"


def _typed(schema: Any, value: Any) -> Any:
    """Return a query parameter's text as the type that its schema names."""
    if isinstance(value, tuple | list):
        return [_typed(schema.get("items", {}), item) for item in value]
    kind = schema.get("type")
    if kind == "array":
        return [_typed(schema.get("items", {}), item) for item in value.split(",")]
    if kind in {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return int(value) if re.fullmatch(r"-?\d+", value) else float(value)
    if kind == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _parts(route: str) -> tuple[str, str]:
    method, _, template = route.partition(" ")
    return method.lower(), template


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)))


def _path_values(template: str, path: str) -> dict[str, str]:
    pairs = zip(template.split("/"), path.split("/"), strict=True)
    return {want[1:-1]: have for want, have in pairs if want.startswith("{")}


def _escape(key: str) -> str:
    """Spell a key for a JSON pointer inside a URI's fragment."""
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="~")
