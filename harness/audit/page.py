"""The findings of an audit as one HTML page."""

from collections.abc import Iterator, Sequence
from html import escape

from .report import KINDS, Hole, TaskReport

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fff}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}}"
)


def page(reports: Sequence[TaskReport]) -> str:
    """The page: for each checker and task its holes, the worst first, with an example each."""
    body = "".join(_section(report) for report in reports)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>assay audit</title>'
        f"<style>{_STYLE}</style></head><body><h1>Audit</h1>{body}</body></html>\n"
    )


def _section(report: TaskReport) -> str:
    counts = ", ".join(
        f"{report.count(kind)} {kind.replace('_', ' ')}" for kind in KINDS if report.count(kind)
    )
    head = f"<h2>{escape(report.checker)} on {escape(report.task)}</h2>"
    told = f"<p>{report.checks} checks: {counts or 'no findings'}.</p>"
    if not report.holes:
        return head + told
    rows = "".join(map(_row, report.holes))
    titles = "<tr><th>weakness</th><th>inputs</th><th>gold</th><th>shortest input</th></tr>"
    return f"{head}{told}<table>{titles}{rows}</table>"


def _row(hole: Hole) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(hole)) + "</tr>"


def _cells(hole: Hole) -> Iterator[str]:
    others = f"<br><small>{escape(', '.join(hole.others))}</small>" if hole.others else ""
    yield escape(hole.weakness) + others
    yield str(hole.cases)
    yield f"<pre>{escape(hole.answer)}</pre>"
    yield f"<pre>{escape(hole.example) or '(empty)'}</pre>"
