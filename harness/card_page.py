"""Pages that need no other file, in the style of the leaderboard: a title, text, tables."""

from collections.abc import Iterable, Sequence
from html import escape

from ..sandbox.extras import packaged

_EXTRA = (
    "table{border-collapse:collapse;margin:.8rem 0}td,th{border-bottom:1px solid var(--line);"
    "padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "td:first-child{min-width:9rem}.scroll{overflow-x:auto}"
)


def document(title: str, body: str) -> str:
    """A page with this title and this HTML as its body."""
    style = packaged("assay.harness.leaderboard", "assets/page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}{_EXTRA}</style></head>"
        f"<body><main><h1>assay</h1><h2>{escape(title)}</h2>{body}</main></body></html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain text."""
    return raw_table(head, [tuple(map(escape, row)) for row in rows])


def raw_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose cells are HTML; nothing where there is no row."""
    if not rows:
        return ""
    titles = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    shown = f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll">{shown}</div>'
