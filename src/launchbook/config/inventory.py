"""The inventory: product, environments, variables, sets of platforms.

Each file is read and validated by itself; nothing is merged into anything, so
every value has one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from launchbook.config.nearest import suggestion
from launchbook.config.package_data import data_root
from launchbook.config.schema import load_schema, validate
from launchbook.config.secret import SECRET, SecretRule
from launchbook.config.view import View, always
from launchbook.config.yaml import load
from launchbook.errors import (
    FileMissing,
    InputError,
    InvalidValue,
    UnknownEnvironment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from launchbook.config.workspace import Workspace
    from launchbook.config.yaml import Document

PRODUCT: Final = "product.yml"
CHECKLIST: Final = "checklist.yml"
PRICES: Final = "prices.yml"
LOAD: Final = "load.yml"
SUFFIX: Final = ".yml"


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A variable that holds a secret.

    Attributes:
        secret: As in ``secret:NAME``.
        app: Whose contract it is.
        variable: As the app reads it.
        entry: What the contract says of it.
    """

    secret: str
    app: str
    variable: str
    entry: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Releases:
    """What references of a release's and a rollback's playbook start from.

    Attributes:
        capsule: The release that is returned to.
        serving: What is known of the release that serves, and of the way back to it.
    """

    capsule: Mapping[str, object] | None = None
    serving: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every file of the inventory, valid by its schema.

    Attributes:
        product: ``product.yml``.
        environments: Name to ``environments/NAME.yml``.
        variables: App to ``variables/APP.yml``.
        platforms: Name to ``platforms/NAME.yml``.
        checklist: ``checklist.yml``; None where there is none.
        prices: ``prices.yml``; None where there is none.
        load: ``load.yml``; None where there is none.
    """

    product: Document
    environments: Mapping[str, Document]
    variables: Mapping[str, Document]
    platforms: Mapping[str, Document]
    checklist: Document | None = None
    prices: Document | None = None
    load: Document | None = None

    def environment(self, name: str) -> Document:
        """Return an environment's file.

        Raises:
            UnknownEnvironment: The inventory has none of this name.
        """
        if name in self.environments:
            return self.environments[name]
        raise UnknownEnvironment(
            f"the inventory has no environment `{name}`",
            hint=suggestion(name, self.environments, what="environment"),
        )

    def platform(self, name: str) -> Document:
        """Return the file of a set of platforms.

        Raises:
            InputError: The inventory has none of this name.
        """
        if name in self.platforms:
            return self.platforms[name]
        raise InputError(
            f"the inventory has no set of platforms `{name}`",
            hint=suggestion(name, self.platforms, what="set of platforms"),
        )

    def view(
        self,
        environment: str,
        platforms: str,
        *,
        facts: Mapping[str, object] | None = None,
        has_secret: Callable[[str], bool] = always,
        releases: Releases | None = None,
    ) -> View:
        """Return the inventory as one environment on one set of platforms sees it.

        Args:
            environment: Its name.
            platforms: The name of the set of platforms.
            facts: What the running sandbox says of itself, which its file refers
                to as ``${sandbox.*}``; None when it does not run.
            has_secret: Whether ``secret:NAME`` or ``env:NAME`` has a value; an
                optional variable without one is left out.
            releases: What a release or a rollback knows of releases; None for every
                other command.

        Raises:
            UnknownEnvironment, InputError: A name that is not there.
        """
        return View(
            name=environment,
            product=self.product,
            environment=self.environment(environment),
            platform=self.platform(platforms),
            variables=self.variables,
            facts=facts,
            has_secret=has_secret,
            environments=self.environments,
            checklist=self.checklist,
            capsule=releases.capsule if releases else None,
            serving=releases.serving if releases else None,
        )

    def secret_rules(self, environment: str) -> Mapping[str, SecretRule]:
        """Return what the contract asks of each secret, by the secret's name."""
        rules: dict[str, SecretRule] = {}
        for use in self.secret_uses(environment):
            before = rules.get(use.secret)
            rules[use.secret] = _stricter(before, _rule(use.entry))
        return rules

    def secret_uses(self, environment: str) -> tuple[SecretUse, ...]:
        """Return the variables whose value is a secret of the encrypted file."""
        found = []
        for app, document in self.variables.items():
            entries = cast(
                "dict[str, dict[str, object]]", document.mapping()["variables"]
            )
            for variable, entry in entries.items():
                per_environment = cast("dict[str, object]", entry.get("values", {}))
                value = str(per_environment.get(environment, entry.get("value", "")))
                if value.startswith(SECRET):
                    name = value.removeprefix(SECRET)
                    found.append(SecretUse(name, app, variable, entry))
        return tuple(found)


def repository_path(root: Path) -> Path:
    """Return the folder of the product's repository.

    A working folder without the example uses that of the program.

    Raises:
        FileMissing: ``product.yml`` is not there.
        InventoryError: It is wrong.
    """
    product = root / "inventory" / PRODUCT
    document = load(product, name=f"inventory/{PRODUCT}")
    validate(document, load_schema("inventory/product"))
    repository = cast("dict[str, str]", document.mapping()["repository"])
    own = (root / repository["path"]).resolve()
    packed = data_root() / repository["path"]
    return packed if not own.exists() and packed.is_dir() else own


def load_inventory(workspace: Workspace) -> Inventory:
    """Read and validate every file of a working folder's inventory.

    Raises:
        FileMissing: There is no inventory, or a folder of it is empty.
        InventoryError: A file is wrong; see ``config.yaml`` and ``config.schema``.
    """
    return Inventory(
        product=_read(workspace, workspace.inventory / PRODUCT, "product"),
        environments=_read_folder(workspace, "environments", "environment", "name"),
        variables=_read_folder(workspace, "variables", "variables", "app"),
        platforms=_read_folder(workspace, "platforms", "platforms", "name"),
        checklist=_read_optional(workspace, CHECKLIST, "checklist"),
        prices=_read_optional(workspace, PRICES, "prices"),
        load=_read_optional(workspace, LOAD, "load"),
    )


def _read(workspace: Workspace, path: Path, schema: str) -> Document:
    document = load(path, name=workspace.shown(path))
    validate(document, load_schema(f"inventory/{schema}"))
    return document


def _read_optional(workspace: Workspace, name: str, schema: str) -> Document | None:
    path = workspace.inventory / name
    return _read(workspace, path, schema) if path.is_file() else None


def _read_folder(
    workspace: Workspace, folder: str, schema: str, key: str
) -> dict[str, Document]:
    """Read a folder of files that each name themselves as they are called."""
    paths = sorted((workspace.inventory / folder).glob(f"*{SUFFIX}"))
    if not paths:
        where = workspace.shown(workspace.inventory / folder)
        raise FileMissing(
            f"{where} holds no {SUFFIX} file",
            hint="Make a working folder with `launchbook init DIR`, and copy it from "
            "there.",
        )
    found = {}
    for path in paths:
        document = _read(workspace, path, schema)
        if document.mapping()[key] != path.stem:
            raise InvalidValue(
                f"`{key}` is {document.mapping()[key]}, and the file is {path.name}",
                hint=f"Write `{key}: {path.stem}`, or rename the file.",
                location=document.locate(f"/{key}"),
            )
        found[path.stem] = document
    return found


def _rule(entry: Mapping[str, object]) -> SecretRule:
    longest = entry.get("max_length")
    return SecretRule(
        min_length=cast("int", entry.get("min_length", 0)),
        max_length=cast("int", longest) if longest is not None else None,
        is_numeric=str(entry.get("pattern", "")).startswith("[0-9]{"),
    )


def _stricter(one: SecretRule | None, other: SecretRule) -> SecretRule:
    """Both rules at once, for a secret that two variables hold."""
    if one is None:
        return other
    limits = [each for each in (one.max_length, other.max_length) if each is not None]
    return SecretRule(
        min_length=max(one.min_length, other.min_length),
        max_length=min(limits) if limits else None,
        is_numeric=one.is_numeric or other.is_numeric,
    )
