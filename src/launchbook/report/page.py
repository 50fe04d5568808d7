"""A page of HTML in one file: no script, no address that a browser would ask for.

Everything that is shown passes ``safe``; and should one thing ever slip through, the
page forbids itself to run or to fetch anything.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from launchbook.report.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'"
ABSENT: Final = '<span class="quiet">none</span>'


def page(title: str, body: Iterable[str]) -> str:
    """Return a whole document.

    Args:
        title: Plain text.
        body: HTML, made safe already.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{safe(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{''.join(body)}</main>\n</body>\n</html>\n"
    )


def safe(text: object) -> str:
    """Return text as HTML shows it, also inside an attribute."""
    return escape(str(text), quote=True)


def code(text: object) -> str:
    """Return an id or a digest."""
    return f"<code>{safe(text)}</code>" if str(text) else ABSENT


def link(address: str) -> str:
    """Return an address that can be followed; another scheme stays plain text."""
    if not address:
        return ABSENT
    if not address.startswith("https://"):
        return safe(address)
    shown = address.removeprefix("https://")
    return f'<a href="{safe(address)}" rel="noreferrer">{safe(shown)}</a>'


def pill(text: object, kind: str) -> str:
    """Return a short word that is seen at once.

    Args:
        text: Plain text.
        kind: ``good``, ``bad``, ``doubt`` or ``plain``; colours are never alone.
    """
    return f'<span class="pill {kind}">{safe(text)}</span>'


def section(title: str, *parts: str, note: str = "") -> str:
    """Return one part of the page.

    Args:
        title: Plain text.
        parts: HTML, made safe already.
        note: Plain text beside the title.
    """
    told = f'<p class="note">{safe(note)}</p>\n' if note else ""
    body = "\n".join(parts)
    return f"<section>\n<h2>{safe(title)}</h2>\n{told}{body}\n</section>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> str:
    """Return a table, or the word that there is nothing.

    Args:
        head: Plain text, one a column.
        rows: Cells of HTML, made safe already.
        right: How many columns, counted from the last, are numbers.
    """
    first = len(head) - right
    sides = [' class="number"' if at >= first else "" for at in range(len(head))]
    body = "".join(
        "<tr>"
        + "".join(f"<td{s}>{c}</td>" for s, c in zip(sides, row, strict=True))
        + "</tr>\n"
        for row in rows
    )
    if not body:
        return f"<p>{ABSENT}</p>"
    top = "".join(
        f'<th scope="col"{s}>{safe(h)}</th>' for s, h in zip(sides, head, strict=True)
    )
    return (
        f'<div class="wide"><table>\n<thead><tr>{top}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and their values; the values are HTML, made safe already."""
    items = "".join(f"<div><dt>{safe(n)}</dt><dd>{v}</dd></div>\n" for n, v in pairs)
    return f'<dl class="facts">\n{items}</dl>'


def duration(seconds: float) -> str:
    """Return ``4.2 s`` or ``1 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
