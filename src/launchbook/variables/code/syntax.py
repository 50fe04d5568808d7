"""Questions about Python's syntax trees that the reader of code asks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.Module | Function


def parsed(text: str) -> ast.Module | None:
    """Return a module's tree; None where it does not parse."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def constants_of(tree: ast.Module) -> dict[str, str]:
    """Return the texts that are given names at the top of a module."""
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            targets = targets_of(node)
            found |= {t.id: value.value for t in targets if isinstance(t, ast.Name)}
    return found


def targets_of(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    """Return what is assigned to."""
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def signatures_of(trees: Iterable[ast.Module]) -> dict[str, list[list[str]]]:
    """Return a function's name to the parameters of each one that is called so."""
    found: dict[str, list[list[str]]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, Function):
                names = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
                own = [name for name in names if name not in {"self", "cls"}]
                own += [a.arg for a in node.args.kwonlyargs]
                found.setdefault(node.name, []).append(own)
    return found


def scopes(tree: ast.Module) -> Iterator[Scope]:
    """Yield the module and every function in it."""
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def own_nodes(scope: Scope) -> Iterator[ast.AST]:
    """Yield the nodes of a scope without those of the functions inside it."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        children = ast.iter_child_nodes(node)
        waiting += [] if isinstance(node, Function) else list(children)


def imported_names(tree: ast.Module) -> set[str]:
    """Return the names under which a module has ``os.environ`` itself."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for alias in node.names
        if alias.name in {"environ", "environb"}
    }


def os_names(tree: ast.Module) -> set[str]:
    """Return the names under which a module has ``os``."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "os"
    }


def alternatives(node: ast.expr) -> list[ast.expr]:
    """Return the expressions of which a node is, or holds, one or all."""
    found: list[ast.expr | None] = []
    if isinstance(node, ast.IfExp):
        found = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp):
        found = [*node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found = [node.left, node.right]
    elif isinstance(node, ast.NamedExpr):
        found = [node.value]
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        found = [value for key, value in pairs if key is None]
    elif isinstance(node, ast.DictComp):
        found = [method_owner(node.generators[0].iter, frozenset({"items"}))]
    return [each for each in found if each is not None]


def entries(node: ast.AST) -> list[ast.expr]:
    """Return what a node lists: arguments of a call, entries, keys."""
    if isinstance(node, ast.Call):
        return node.args
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    return []


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name; empty for what has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def method_owner(node: ast.AST, names: frozenset[str]) -> ast.expr | None:
    """Return whose method a call is, if it is called so; None for other things."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr in names else None
    return None


def named_values(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """Return the names that a node gives to a value, each with the value."""
    if isinstance(node, ast.Assign):
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        return [(name, node.value) for name in names]
    if isinstance(node, ast.AnnAssign | ast.NamedExpr):
        target, value = node.target, node.value
        return [(target.id, value)] if isinstance(target, ast.Name) and value else []
    return []
