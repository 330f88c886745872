"""Propositional entailment: is a conclusion True, False or Unknown given the premises?"""

import random

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import EntailmentSuite
from .generating.deducing import derived, refutation
from .generating.formulas import Formula, atoms, clauses_of, english, evaluate, literal, var
from .generating.solving import Cnf, solving

ATOMS = (2, 3, 3, 4, 5, 6, 8, 10, 13, 16)
PREMISES = (2, 3, 4, 5, 6, 8, 11, 14, 18, 23)
NESTED_FROM = 5
"""From this level on premises join three atoms too, and the conclusion joins two."""
FACTS = (0.6, 0.5, 0.4, 0.35, 0.3, 0.2, 0.15, 0.12, 0.1, 0.05)
"""How many premises are single atoms; the rest must be combined to get anywhere."""
TRIES = 12


def say(atom: str, truth: bool) -> str:
    """`p`, `not p`."""
    return atom if truth else f"not {atom}"


def label(premises: list[Formula], conclusion: Formula) -> str:
    """True when the premises entail the conclusion, False its negation, else Unknown.

    The solver decides; contradictory premises entail both and are a ValueError.
    """
    cnf = Cnf()
    for premise in premises:
        cnf.add(literal(cnf, premise))
    claim = literal(cnf, conclusion)
    with solving(cnf.clauses) as solver:
        can_hold = bool(solver.solve(assumptions=[claim]))
        can_fail = bool(solver.solve(assumptions=[-claim]))
    if not can_hold and not can_fail:
        raise ValueError("the premises contradict one another")
    if can_hold and can_fail:
        return "Unknown"
    return "True" if can_hold else "False"


class PropositionalEntailment(EntailmentSuite):
    """Judge a conclusion from 2 premises about 2 atoms (level 1), or from 23 premises about 16
    atoms (level 10).

    Difficulty: more atoms and premises, of which fewer are plain facts. The three answers are
    equally frequent.
    """

    name = "propositional_entailment"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        names = [chr(ord("a") + i) for i in rng.sample(range(26), ATOMS[difficulty - 1])]
        wanted = rng.choice(("True", "False", "Unknown"))
        while True:
            truth = {name: rng.random() < 0.5 for name in names}
            premises = _premises(rng, truth, difficulty)
            conclusion = _concluded(rng, names, premises, wanted, difficulty)
            if conclusion is not None:
                break
        told = ". ".join(english(premise, say) for premise in premises)
        question = (
            f"Premises: {told}. Conclusion: {english(conclusion, say)}. Is the conclusion True, "
            "False or Unknown?"
        )
        meta = {"premises": premises, "conclusion": conclusion}
        return Draft(ask(question), wanted, meta)

    def steps(self, problem: Problem) -> list[str]:
        conclusion: Formula = problem.meta["conclusion"]
        clauses = [c for premise in problem.meta["premises"] for c in clauses_of(premise)]
        wanted = atoms(conclusion)
        lines, known = derived(clauses, wanted, say)
        if all(atom in known for atom in wanted):
            return [*lines, f"conclusion {problem.answer}"]
        if problem.answer == "Unknown":
            return [*lines, "the conclusion can be true", "the conclusion can be false"]
        denied = ["not", conclusion] if problem.answer == "True" else conclusion
        lines.append(f"suppose {english(denied, say)}")
        return lines + refutation([*clauses, *clauses_of(denied)], known, say)


def _signed(rng: random.Random, name: str) -> Formula:
    return var(name) if rng.random() < 0.5 else ["not", var(name)]


def _premises(rng: random.Random, truth: dict[str, bool], difficulty: int) -> list[Formula]:
    """Different premises that all hold in `truth`, so that they cannot contradict."""
    names = list(truth)
    premises: list[Formula] = []
    while len(premises) < PREMISES[difficulty - 1]:
        if rng.random() < FACTS[difficulty - 1]:
            formula = _signed(rng, rng.choice(names))
        else:
            first, second = (_signed(rng, name) for name in rng.sample(names, 2))
            op = rng.choice(("implies", "implies", "or", "and", "iff", "xor"))
            op = "implies" if op == "and" and difficulty > 1 else op
            if difficulty >= NESTED_FROM and rng.random() < 0.5:
                inner = [rng.choice(("and", "or")), first, _signed(rng, rng.choice(names))]
                if len(set(atoms(inner)) | set(atoms(second))) == 3:
                    first, op = inner, rng.choice(("implies", "or"))
            formula = [op, first, second]
        if evaluate(formula, truth) and formula not in premises:
            premises.append(formula)
    return premises


def _concluded(
    rng: random.Random, names: list[str], premises: list[Formula], wanted: str, difficulty: int
) -> Formula | None:
    """A conclusion with the wanted label that is not a premise itself, or None."""
    for _ in range(TRIES):
        conclusion = _signed(rng, rng.choice(names))
        if difficulty >= NESTED_FROM and rng.random() < 0.5:
            first, second = (_signed(rng, name) for name in rng.sample(names, 2))
            conclusion = [rng.choice(("or", "and", "implies")), first, second]
        plain = conclusion in premises or ["not", conclusion] in premises
        if plain or (conclusion[0] == "not" and conclusion[1] in premises):
            continue
        if label(premises, conclusion) == wanted:
            return conclusion
    return None


load = PropositionalEntailment
