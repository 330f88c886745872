"""The report of a match as Markdown and as a page that needs no other file."""

from collections.abc import Sequence
from html import escape

from ..card_page import document, raw_table, table
from .report import Cluster, Line, Rates, Report

HEAD = (
    "grader", "accuracy", "95% interval", "against the first, paired", "false positives",
    "false negatives", "accuracy, not known to its authors", "raised", "no score", "hung", "died",
    "runs code", "files left", "changes under load", "median s", "groups turned", "reward moved",
)  # fmt: skip


def cells(line: Line) -> tuple[str, ...]:
    """One row of the table."""
    rates, ends = line.labelled, line.endings
    if not line.asked:
        return (line.name, f"not run: {line.failed}", *("",) * (len(HEAD) - 2))
    low, high = rates.interval()
    gap = line.difference
    load, groups = line.under_load, line.groups_turned
    return (
        line.name + (f" (stopped: {line.failed})" if line.failed else ""),
        f"{rates.accuracy:.1%}" if rates.cases else "", f"{low:.1%} to {high:.1%}",
        f"{gap[0]:+.1%} [{gap[1]:+.1%}, {gap[2]:+.1%}]" if gap else "",
        _of(rates.false_positives, rates.wrong_cases),
        _of(rates.false_negatives, rates.right_cases), _unseen(line.unseen),
        *(str(ends.get(name, 0)) for name in ("raised", "none", "hung", "died")),
        "yes" if line.ran_code else "no", str(line.wrote),
        _of(*load) if load else "", f"{line.seconds:.4f}",
        _of(*groups) if groups else "",
        f"{line.reward_moved:.1%}" if line.reward_moved is not None else "",
    )  # fmt: skip


def _of(count: int, everything: int) -> str:
    share = f" ({count / everything:.1%})" if everything else ""
    return f"{count} of {everything}{share}"


def _unseen(rates: Rates) -> str:
    return f"{rates.accuracy:.1%} of {rates.cases}" if rates.cases else "none"


def kind_rows(report: Report) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Accuracy by kind of case: one row a kind, one column a grader."""
    lines = [line for line in report.lines if line.asked]
    kinds = sorted({kind for line in lines for kind in line.by_kind})
    rows = [
        (kind, str(max(line.by_kind[kind].cases for line in lines)),
         *(f"{line.by_kind[kind].accuracy:.0%}" for line in lines))
        for kind in kinds
    ]  # fmt: skip
    return ("kind", "cases", *(line.name for line in lines)), rows


def lead(report: Report) -> str:
    """The match in two sentences."""
    sets = ", ".join(f"{count:,} from {name}" for name, count in report.sets.items())
    left = sum(report.left_out.values())
    skipped = f" {left} rows without gold or completion are left out." if left else ""
    return f"{report.cases:,} cases, {report.labelled:,} of them labelled: {sets}.{skipped}"


def markdown(report: Report) -> str:
    """The report as Markdown."""
    lines = ["# A match of graders", "", lead(report), "", *_markdown_table(
        HEAD, [cells(line) for line in report.lines])]  # fmt: skip
    lines += ["", *(f"- {one.name}: {one.about}" for one in report.lines if one.about)]
    lines += ["", "## Accuracy by kind", "", *_markdown_table(*kind_rows(report))]
    lines += ["", "## Disagreements", "", "Cases on which the same graders accept.", ""]
    lines += _markdown_table(
        ("cases", "truly right", "truly wrong", "accept", "refuse", "shortest"),
        [_cluster_cells(one) for one in report.clusters],
    )
    return "\n".join(lines) + "\n"


def _cluster_cells(one: Cluster) -> tuple[str, ...]:
    example = one.examples[0]
    shortest = f"{example['gold']!r} / {example['completion']!r}"[:160]
    return (str(one.cases), str(one.labelled_right), str(one.labelled_wrong),
            ", ".join(one.accept), ", ".join(one.refuse), shortest)  # fmt: skip


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    clean = [[cell.replace("|", "\\|").replace("<", "&lt;") for cell in row] for row in rows]
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head),
            *("| " + " | ".join(row) + " |" for row in clean)]  # fmt: skip


def page(report: Report) -> str:
    """The report as a page."""
    parts = [f"<p class=lead>{escape(lead(report))}</p>"]
    parts.append(table(HEAD, [cells(line) for line in report.lines]))
    notes = [f"<li>{escape(one.name)}: {escape(one.about)}</li>" for one in report.lines
             if one.about]  # fmt: skip
    parts += [f"<ul class=note>{''.join(notes)}</ul>", "<h2>Accuracy by kind</h2>"]
    parts += [table(*kind_rows(report)), "<h2>Disagreements</h2>"]
    head = ("cases", "truly right", "truly wrong", "accept", "refuse", "examples")
    rows = []
    for one in report.clusters:
        shown = "<br>".join(
            f"<code>{escape(example['gold'])}</code> / <code>{escape(example['completion'])}</code>"
            for example in one.examples
        )
        rows.append((*map(escape, _cluster_cells(one)[:-1]), shown))
    parts.append(raw_table(head, rows))
    return document("A match of graders", "".join(parts))
