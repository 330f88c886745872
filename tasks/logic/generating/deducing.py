"""Deductions over clauses of named literals, written out for the steps of golds.

Labels come from the SAT solver; this only retells why, by unit propagation and, where that
is not enough, by cases.
"""

from collections.abc import Callable, Sequence

Literal = tuple[str, bool]
"""An atom and whether it is affirmed."""
Say = Callable[[str, bool], str]
MAX_LINES = 40


def propagate(clauses: Sequence[Sequence[Literal]], known: dict[str, bool]) -> list[Literal] | None:
    """Add to `known` what unit propagation forces, in order; None on a contradiction."""
    forced: list[Literal] = []
    changed = True
    while changed:
        changed = False
        for clause in clauses:
            open_literal: Literal | None = None
            count = 0
            for atom, sign in clause:
                if atom not in known:
                    count += 1
                    open_literal = (atom, sign)
                elif known[atom] == sign:
                    break
            else:
                if open_literal is None:
                    return None
                if count == 1:
                    known[open_literal[0]] = open_literal[1]
                    forced.append(open_literal)
                    changed = True
    return forced


def refutation(clauses: Sequence[Sequence[Literal]], known: dict[str, bool], say: Say) -> list[str]:
    """Return lines that reach a contradiction in every case, about MAX_LINES at most.

    The clauses must have no model that extends `known`.
    """
    lines: list[str] = []
    pending = [(dict(known), "")]
    while pending and len(lines) < MAX_LINES:
        truth, opening = pending.pop()
        if opening:
            lines.append(f"case {opening}:")
        before = len(truth)
        forced = propagate(clauses, truth)
        lines += [say(*literal) for literal in list(truth.items())[before:]]
        if forced is None:
            lines.append("contradiction")
            continue
        atom = next(a for clause in clauses for a, _ in clause if a not in truth)
        pending.append((truth | {atom: False}, say(atom, False)))
        pending.append((truth | {atom: True}, say(atom, True)))
    return lines


def some_model(
    clauses: Sequence[Sequence[Literal]], known: dict[str, bool]
) -> dict[str, bool] | None:
    """Return a model of the clauses that extends `known`, or None."""
    pending = [dict(known)]
    while pending:
        truth = pending.pop()
        if propagate(clauses, truth) is None:
            continue
        atom = next((a for clause in clauses for a, _ in clause if a not in truth), None)
        if atom is None:
            return truth
        pending += [truth | {atom: True}, truth | {atom: False}]
    return None


def derived(
    clauses: Sequence[Sequence[Literal]], wanted: Sequence[str], say: Say
) -> tuple[list[str], dict[str, bool]]:
    """Return what propagation derives up to the last `wanted` atom, and all that is known."""
    known: dict[str, bool] = {}
    forced = propagate(clauses, known) or []
    places = [i for i, (atom, _) in enumerate(forced) if atom in wanted]
    if places and all(atom in known for atom in wanted):
        forced = forced[: places[-1] + 1]
    return [say(*literal) for literal in forced[:MAX_LINES]], known
