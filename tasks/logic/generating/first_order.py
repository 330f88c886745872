"""A fragment of first-order logic that grounding decides: no functions, no equality.

A literal is [predicate, term, ..., sign]; a term is a name or a variable "x", "y". A
statement is one of
    ["fact", literals]        one of these ground literals holds
    ["all", body, head]       for all x, y: if all of body hold then one of head holds
    ["some", literals]        some x: all of these hold
Every existential statement gets a name of its own (Skolem); then, by Herbrand's theorem, it is
enough to look at the names that there are.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from .deducing import Literal
from .solving import Cnf, solving

Statement = list[Any]
VARIABLES = ("x", "y")
GroundClause = list[Literal]


def names_in(statements: Sequence[Statement]) -> list[str]:
    """Return the names of individuals, in order of first occurrence."""
    found: dict[str, None] = {}
    for _, *parts in statements:
        for literal in (literal for part in parts for literal in part):
            found |= dict.fromkeys(term for term in literal[1:-1] if term not in VARIABLES)
    return list(found)


def ground(statements: Sequence[Statement], names: Sequence[str]) -> list[GroundClause]:
    """Ground statements to clauses over atoms such as `tall(Ann)`; existentials become `s0`, ..."""
    skolems = [f"s{i}" for i, statement in enumerate(statements) if statement[0] == "some"]
    # There is always someone, or "everyone is tall" and "no one is" could both hold.
    domain = [*names, *skolems] or ["s"]
    clauses: list[GroundClause] = []
    for i, (kind, *parts) in enumerate(statements):
        if kind == "fact":
            clauses.append([_atom(literal, {}) for literal in parts[0]])
        elif kind == "some":
            clauses += [[_atom(literal, {"x": f"s{i}"})] for literal in parts[0]]
        else:
            body, head = parts
            used = [v for v in VARIABLES if any(v in literal[1:-1] for literal in body + head)]
            for values in product(domain, repeat=len(used)):
                binding = dict(zip(used, values, strict=True))
                negated = [(atom, not sign) for atom, sign in (_atom(x, binding) for x in body)]
                clauses.append(negated + [_atom(literal, binding) for literal in head])
    return clauses


def _atom(literal: list[Any], binding: dict[str, str]) -> Literal:
    predicate, *terms, sign = literal
    return f"{predicate}({','.join(binding.get(term, term) for term in terms)})", sign


def negations(statement: Statement) -> list[Statement]:
    """Return statements that together say the opposite."""
    kind, *parts = statement
    if kind == "fact":
        return [["fact", [_flip(literal)]] for literal in parts[0]]
    if kind == "some":
        return [["all", parts[0], []]]
    body, head = parts
    return [["some", [*body, *(_flip(literal) for literal in head)]]]


def _flip(literal: list[Any]) -> list[Any]:
    return [*literal[:-1], not literal[-1]]


def consistent(statements: Sequence[Statement]) -> bool:
    """Return whether all statements can hold together."""
    cnf = Cnf()
    for clause in ground(statements, names_in(statements)):
        cnf.add(*(cnf.var(atom) if sign else -cnf.var(atom) for atom, sign in clause))
    with solving(cnf.clauses) as solver:
        return bool(solver.solve())


def label(premises: Sequence[Statement], conclusion: Statement) -> str:
    """Return True, False or Unknown for a conclusion from consistent premises."""
    if not consistent([*premises, *negations(conclusion)]):
        return "True"
    return "Unknown" if consistent([*premises, conclusion]) else "False"


def verbs(literals: Sequence[list[Any]], of: str) -> str:
    """Write what the literals say of the variable or name `of`: `is tall and likes Ann`."""
    mine = [literal for literal in literals if literal[1] == of]
    words = []
    for predicate, *terms, sign in mine:
        if len(terms) == 1:
            words.append(f"is {'' if sign else 'not '}{predicate}")
        else:
            whom = terms[1]
            if whom in VARIABLES:
                more = verbs(literals, whom)
                whom = f"someone who {more}" if more else "someone"
            words.append(f"likes {whom}" if sign else f"does not like {whom}")
    return " and ".join(words)


def english(statement: Statement, join: Callable[[list[str]], str] = " or ".join) -> str:
    """Write the statement as an English sentence without a full stop."""
    kind, *parts = statement
    if kind == "fact":
        return join([f"{literal[1]} {verbs([literal], literal[1])}" for literal in parts[0]])
    if kind == "some":
        return f"someone {verbs(parts[0], 'x')}"
    body, head = parts
    then = join([verbs([literal], "x") for literal in head])
    who = verbs(body, "x")
    return f"everyone who {who} {then}" if who else f"everyone {then}"
