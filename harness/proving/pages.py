"""The card of a task as Markdown, and all cards of a folder as one page."""

from collections.abc import Iterator, Sequence
from html import escape

from ..card_page import document, raw_table, table
from .checks import CHECKS
from .proof import Proof, Tally

SHOWN = 12
"""Rows of each check that the Markdown card lists; the page and the JSON file have all."""
COLUMNS = ("check", "failed", "tested", "share", "95% interval")


def cells(tally: Tally) -> tuple[str, ...]:
    """One line of the table."""
    check = CHECKS[tally.check]
    name = check.counts if check.fault else f"{check.counts} (no fault)"
    limit = "" if tally.threshold is None else f" (at most {tally.threshold:.1%})"
    return (
        name, str(tally.failed), str(tally.tested), f"{tally.share:.1%}{limit}",
        f"{tally.low:.1%} to {tally.high:.1%}",
    )  # fmt: skip


def lead(proof: Proof) -> str:
    """The card in one sentence."""
    faulty = len({row.problem for row in proof.blamed()})
    looked = f"{proof.problems:,} of {proof.size:,}" if proof.problems < proof.size else (
        f"all {proof.size:,}")  # fmt: skip
    told = f"{faulty:,} with a fault" if faulty else "no fault found"
    crossed = f"; {len(proof.crossed)} thresholds crossed" if proof.crossed else ""
    return f"{looked} problems looked at, {told}{crossed}."


def markdown(proof: Proof) -> str:
    """The card as Markdown."""
    lines = [f"# {proof.task}", "", lead(proof), ""]
    if proof.options:
        lines += [f"Options: {_options(proof)}.", ""]
    lines += ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(map(_plain, cells(tally))) + " |" for tally in proof.tallies]
    lines += ["", *(f"- {name}: {value:g}" for name, value in proof.figures.items())]
    for tally in proof.tallies:
        if tally.rows:
            lines += ["", f"## {CHECKS[tally.check].counts}", ""]
            lines += [f"- `{row.problem}`: {_plain(row.detail)}" for row in tally.rows[:SHOWN]]
            if len(tally.rows) > SHOWN:
                lines.append(f"- and {len(tally.rows) - SHOWN} more in card.json")
    lines += list(_notes(proof))
    return "\n".join(lines) + "\n"


def _options(proof: Proof) -> str:
    # A folder of this machine says nothing to a reader elsewhere.
    kept = {key: value for key, value in proof.options.items() if key not in ("data_dir", "path")}
    return ", ".join(f"{key} {value}" for key, value in kept.items()) or "none"


def _notes(proof: Proof) -> Iterator[str]:
    for check, reason in proof.not_run.items():
        yield f"\nNot asked: {CHECKS[check].counts if check in CHECKS else check}: {reason}."
    if proof.without_gold:
        yield f"\n{proof.without_gold} problems have no reference answer."
    if proof.errors:
        first = _plain(proof.errors[0])
        yield f"\n{len(proof.errors)} checks failed themselves; the first: {first}"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def section(proof: Proof) -> str:
    """The card as a part of a page, closed until it is asked for."""
    body = [f"<p class=lead>{escape(lead(proof))}</p>", table(COLUMNS, map(cells, proof.tallies))]
    body.append(table(("figure", "value"), ((k, f"{v:g}") for k, v in proof.figures.items())))
    for tally in proof.tallies:
        if tally.rows:
            counts = escape(CHECKS[tally.check].counts)
            rows = ((row.problem, row.detail) for row in tally.rows)
            body.append(f"<h3>{counts}</h3>{table(('problem', 'what showed it'), rows)}")
    body += [f"<p class=note>{escape(note)}</p>" for note in _notes(proof)]
    name = escape(proof.task)
    return (
        f'<details id="{escape(slug(proof.task))}"><summary>{name}: {escape(lead(proof))}</summary>'
        f"{''.join(body)}</details>"
    )


def overview(proofs: Sequence[Proof]) -> tuple[str, str]:
    """Several cards: their table as Markdown, and a page with the table and all cards."""
    faults = [name for name, check in CHECKS.items() if check.fault]
    used = [n for n in faults if any(t.check == n and t.failed for p in proofs for t in p.tallies)]
    head = ("task", "problems", "with a fault", *(name.replace("_", " ") for name in used))
    rows = [
        (
            proof.task, _looked_at(proof), str(len({row.problem for row in proof.blamed()})),
            *(_count(proof, name) for name in used),
        )
        for proof in proofs
    ]  # fmt: skip
    lines = ["# Proofs of tasks", "", "Failed problems by check (`assay prove`); a card per task "
             "is in its folder. `-` was not asked.", "", "| " + " | ".join(head) + " |",
             "|" + "---|" * len(head)]  # fmt: skip
    lines += [
        f"| [{row[0]}]({slug(row[0])}/README.md) | " + " | ".join(row[1:]) + " |" for row in rows
    ]
    linked = [
        (f'<a href="#{slug(row[0])}">{escape(row[0])}</a>', *map(escape, row[1:])) for row in rows
    ]
    body = raw_table(head, linked) + "".join(map(section, proofs))
    return "\n".join(lines) + "\n", document("Proofs of tasks", body)


def _looked_at(proof: Proof) -> str:
    """How many problems a card is about; prompts are compared over the whole task."""
    sampled = proof.problems < proof.size
    return f"{proof.problems} of {proof.size:,}" if sampled else str(proof.problems)


def slug(task: str) -> str:
    """The name of a task's folder."""
    return task.replace(":", "-").replace("/", "-")


def _count(proof: Proof, name: str) -> str:
    return next((str(t.failed) for t in proof.tallies if t.check == name), "-")
