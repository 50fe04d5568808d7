"""The measures of a calm house: fixed ceilings."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.architecture.sources import classes, code_lines, functions, sources

if TYPE_CHECKING:
    import ast


def percentile_90(values: list[int]) -> float:
    return statistics.quantiles(values, n=10)[-1]


def test_modules_are_short() -> None:
    lines = {source.name: source.lines for source in sources()}
    assert [] == [f"{name}: {count}" for name, count in lines.items() if count > 450]
    assert statistics.median(lines.values()) <= 150
    assert percentile_90(list(lines.values())) <= 300


def test_functions_are_short() -> None:
    sizes = [
        (f"{source.name}:{node.lineno} {node.name}", code_lines(source, node))
        for source, node in functions()
    ]
    assert [] == [f"{name}: {size}" for name, size in sizes if size > 50]
    assert statistics.median(size for _, size in sizes) <= 7
    assert percentile_90([size for _, size in sizes]) <= 25


def test_functions_take_at_most_six_parameters() -> None:
    def count(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return sum(1 for each in named if each.arg not in {"self", "cls"})

    many = [
        f"{source.name}:{node.lineno} {node.name}: {count(node)}"
        for source, node in functions()
        if count(node) > 6 and node.name != "__init__"
    ]
    assert [] == many


def test_classes_are_short() -> None:
    long = [
        f"{source.name} {node.name}: {size}"
        for source, node in classes()
        if (size := (node.end_lineno or node.lineno) - node.lineno + 1) > 250
    ]
    assert [] == long


def test_everything_is_annotated() -> None:
    bare = [
        f"{source.name}:{node.lineno} {node.name}"
        for source, node in functions()
        if node.returns is None
        or any(
            each.annotation is None and each.arg not in {"self", "cls"}
            for each in [*node.args.args, *node.args.kwonlyargs]
        )
    ]
    assert [] == bare
