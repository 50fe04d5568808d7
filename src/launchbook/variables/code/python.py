"""Python: what a program reads of ``os.environ``, also by way of what it hands on.

The environment is followed through names, copies, parameters, attributes and return
values, over all modules of a program. A key that is a constant is a reading. Where a
key is computed, the names listed in that module count as read: the arguments, list
entries and dictionary keys that are called like variables.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.variables.code.reading import Reading, is_name
from launchbook.variables.code.syntax import (
    Function,
    Scope,
    alternatives,
    constants_of,
    entries,
    imported_names,
    last_name,
    method_owner,
    named_values,
    os_names,
    own_nodes,
    parsed,
    scopes,
    signatures_of,
    targets_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

READERS: Final = frozenset({"get", "pop", "setdefault", "__getitem__"})
GETENV: Final = frozenset({"getenv", "getenvb"})
COPIERS: Final = frozenset({"dict", "ChainMap", "MappingProxyType", "copy", "deepcopy"})
PASSES: Final = 6
"""How often the modules are gone through; each pass follows one call further."""


@dataclass(slots=True)
class Carriers:
    """What is known to hold the environment, over all modules.

    Attributes:
        parameters: Name of a function and of its parameter.
        functions: Names of functions that return it.
        attributes: Names of attributes that hold it.
        constants: Name of a module's constant to its text.
    """

    parameters: set[tuple[str, str]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Grows while something new is found."""
        return len(self.parameters) + len(self.functions) + len(self.attributes)


def read_python(files: Mapping[str, str]) -> frozenset[Reading]:
    """Return what a program reads.

    Args:
        files: Path to text of each module; one that does not parse is passed by.
    """
    trees = {path: tree for path, text in files.items() if (tree := parsed(text))}
    carriers = Carriers()
    for tree in trees.values():
        carriers.constants |= constants_of(tree)
    signatures = signatures_of(trees.values())
    for _ in range(PASSES):
        before = carriers.size
        for tree in trees.values():
            _Module(tree, carriers, signatures, "").follow()
        if carriers.size == before:
            break
    return frozenset(
        reading
        for path, tree in trees.items()
        for reading in _Module(tree, carriers, signatures, path).readings()
    )


class _Module:
    """One module, and where the environment goes in it."""

    def __init__(
        self,
        tree: ast.Module,
        carriers: Carriers,
        signatures: Mapping[str, list[list[str]]],
        path: str,
    ) -> None:
        self._tree = tree
        self._carriers = carriers
        self._signatures = signatures
        self._path = path
        self._imported = imported_names(tree)
        self._names: dict[Scope, set[str]] = {}

    def follow(self) -> None:
        """Note where the environment is handed to."""
        for scope in scopes(self._tree):
            held = self._held_names(scope)
            for node in own_nodes(scope):
                self._follow_node(node, scope, held)

    def readings(self) -> Iterator[Reading]:
        """Yield every reading."""
        is_computed = False
        for scope in scopes(self._tree):
            held = self._held_names(scope)
            for node in own_nodes(scope):
                key = self._key(node, held)
                if key is None:
                    continue
                name = self._constant(key)
                if name is None:
                    is_computed = True
                elif is_name(name):
                    yield Reading(name, self._path, key.lineno)
        if is_computed:
            yield from self._listed()

    # --- following -----------------------------------------------------------

    def _follow_node(self, node: ast.AST, scope: Scope, held: set[str]) -> None:
        if isinstance(node, ast.Call):
            self._follow_call(node, held)
        elif isinstance(node, ast.Return) and node.value is not None:
            if isinstance(scope, Function) and self._holds(node.value, held):
                self._carriers.functions.add(scope.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self._follow_assignment(node, held)

    def _follow_call(self, node: ast.Call, held: set[str]) -> None:
        name = last_name(node.func)
        for parameters in self._signatures.get(name, []):
            given = zip(parameters, node.args, strict=False)
            pairs = [(p, v) for p, v in given if not isinstance(v, ast.Starred)]
            pairs += [(k.arg, k.value) for k in node.keywords if k.arg]
            for parameter, value in pairs:
                if self._holds(value, held):
                    self._carriers.parameters.add((name, parameter))

    def _follow_assignment(
        self, node: ast.Assign | ast.AnnAssign, held: set[str]
    ) -> None:
        if node.value is None or not self._holds_or_makes(node.value, held):
            return
        for target in targets_of(node):
            if isinstance(target, ast.Attribute):
                self._carriers.attributes.add(target.attr)
            # A dataclass's field is an attribute of what is made of it.
            if isinstance(node, ast.AnnAssign) and isinstance(target, ast.Name):
                self._carriers.attributes.add(target.id)

    def _held_names(self, scope: Scope) -> set[str]:
        """Names that hold the environment in a scope, the module's own among them."""
        if scope in self._names:
            return self._names[scope]
        held = set(self._imported)
        if isinstance(scope, Function):
            held |= self._held_names(self._tree)
            parameters = [*scope.args.posonlyargs, *scope.args.args]
            parameters += scope.args.kwonlyargs
            own = {(scope.name, each.arg) for each in parameters}
            held |= {name for _, name in own & self._carriers.parameters}
        for node in own_nodes(scope):
            named = named_values(node)
            held |= {name for name, value in named if self._holds(value, held)}
        self._names[scope] = held
        return held

    # --- what holds the environment ------------------------------------------

    def _holds(self, node: ast.expr, held: set[str]) -> bool:
        """Whether an expression is the environment, or a copy of it."""
        if isinstance(node, ast.Name):
            return node.id in held
        if isinstance(node, ast.Attribute):
            is_own = node.attr in {"environ", "environb"} and self._is_os(node.value)
            return is_own or node.attr in self._carriers.attributes
        if isinstance(node, ast.Call):
            return self._is_copy(node, held)
        return any(self._holds(each, held) for each in alternatives(node))

    def _holds_or_makes(self, node: ast.expr, held: set[str]) -> bool:
        """As ``_holds``; also a field whose default is made of the environment."""
        if isinstance(node, ast.Call):
            made = [k.value for k in node.keywords if k.arg == "default_factory"]
            bodies = [each.body for each in made if isinstance(each, ast.Lambda)]
            if any(self._holds(body, held) for body in bodies):
                return True
        return self._holds(node, held)

    def _is_copy(self, node: ast.Call, held: set[str]) -> bool:
        name = last_name(node.func)
        if name in self._carriers.functions:
            return True
        if name in COPIERS and any(self._holds(each, held) for each in node.args):
            return True
        owner = method_owner(node, frozenset({"copy"}))
        return owner is not None and self._holds(owner, held)

    def _is_os(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in os_names(self._tree)

    # --- readings ------------------------------------------------------------

    def _key(self, node: ast.AST, held: set[str]) -> ast.expr | None:
        """The key that a node reads of the environment, or None."""
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            return node.slice if self._holds(node.value, held) else None
        if isinstance(node, ast.Compare) and isinstance(
            node.ops[0], ast.In | ast.NotIn
        ):
            return node.left if self._holds(node.comparators[0], held) else None
        if not isinstance(node, ast.Call) or not node.args:
            return None
        if self._is_getenv(node.func):
            return node.args[0]
        owner = method_owner(node, READERS)
        is_ours = owner is not None and self._holds(owner, held)
        return node.args[0] if is_ours else None

    def _is_getenv(self, node: ast.expr) -> bool:
        """Whether a call is that of ``getenv``, by whatever name."""
        if isinstance(node, ast.Attribute):
            return node.attr in GETENV and self._is_os(node.value)
        return isinstance(node, ast.Name) and node.id in self._imported_functions()

    def _imported_functions(self) -> set[str]:
        return {
            alias.asname or alias.name
            for node in ast.walk(self._tree)
            if isinstance(node, ast.ImportFrom) and node.module == "os"
            for alias in node.names
            if alias.name in GETENV
        }

    def _constant(self, node: ast.expr) -> str | None:
        """The text of a key; None where it is computed."""
        if isinstance(node, ast.Constant):
            value = node.value
            return value.decode() if isinstance(value, bytes) else str(value)
        if isinstance(node, ast.Name):
            return self._carriers.constants.get(node.id)
        if isinstance(node, ast.Attribute):
            return self._carriers.constants.get(node.attr)
        return None

    def _listed(self) -> Iterator[Reading]:
        """Names that stand in lists, tables and calls of this module."""
        for node in ast.walk(self._tree):
            for each in entries(node):
                name = each.value if isinstance(each, ast.Constant) else None
                if isinstance(name, str) and is_name(name):
                    yield Reading(name, self._path, each.lineno, is_listed=True)
