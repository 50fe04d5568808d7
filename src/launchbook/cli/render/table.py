"""Rows of text as aligned columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP: Final = "  "


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield each row as one line, every column as wide as its longest cell.

    Args:
        rows: All with the same number of cells; a headline is a row like others.
    """
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield GAP.join(padded).rstrip()
