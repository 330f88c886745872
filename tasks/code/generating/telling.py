"""Hidden inputs on which small mistakes show: each mutant of a reference gives another value."""

import ast
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from .inputs import inputs_for, one_input
from .mutation import mutants
from .running import reference_function, reference_values, same_value

SEARCHED = 240
"""Other inputs that are looked at for a mutant that the chosen ones do not show."""
MUTANTS = 80
"""Mutants of a program that are looked at; few programs have more."""
_FAULTS = (ArithmeticError, TypeError, ValueError, IndexError, MemoryError)


def telling_inputs(source: str, takes: str, chosen: Sequence[Any]) -> list[Any]:
    """The chosen inputs, and one more for each mutant that gives the same on all of those.

    A mutant that differs on none of `SEARCHED` inputs is taken for equal. The random choices
    depend on the program alone.
    """
    return [*chosen, *ast.literal_eval(_added(source, takes, repr(list(chosen))))]


@lru_cache(maxsize=4096)
def _added(source: str, takes: str, chosen: str) -> str:
    """The inputs that are added, as text, so that nobody changes what is kept here."""
    rng = random.Random(f"telling/{source}")
    kept = ast.literal_eval(chosen)
    right = reference_values(source, "f", [[value] for value in kept])
    alike = [
        mutant
        for mutant, _, _ in mutants(source, rng, MUTANTS)
        if _first_difference(mutant, kept, right) is None
    ]
    if not alike:
        return "[]"
    others = _others(rng, takes, kept)
    expected = reference_values(source, "f", [[value] for value in others])
    added: list[int] = []
    for mutant in alike:
        there = [others[at] for at in added], [expected[at] for at in added]
        if _first_difference(mutant, *there) is None:
            at = _first_difference(mutant, others, expected)
            added += [] if at is None else [at]
    return repr([others[at] for at in added])


def _others(rng: random.Random, takes: str, kept: Sequence[Any]) -> list[Any]:
    """Random inputs of a type, half of them small changes of those that are kept."""
    found = inputs_for(rng, takes, SEARCHED // 2)
    if takes == "int":
        found += [rng.randint(-2000, 2000) for _ in range(SEARCHED // 4)]
    while len(found) < SEARCHED:
        found.append(_changed(rng, takes, rng.choice(kept)))
    return found


def _changed(rng: random.Random, takes: str, value: Any) -> Any:
    if takes == "int":
        return value + rng.choice((-1, 1, rng.randint(-40, 40)))
    other = one_input(rng, takes)
    cut = rng.randint(0, len(value))
    return value[:cut] + other if rng.random() < 0.5 else other + value[cut:]


def _first_difference(source: str, inputs: Sequence[Any], right: Sequence[Any]) -> int | None:
    """The position of the first input on which a program gives something else, or fails."""
    function = reference_function(source, "f")
    for at, (value, expected) in enumerate(zip(inputs, right, strict=True)):
        try:
            given = function(list(value) if isinstance(value, list) else value)
        except _FAULTS:
            return at
        if not same_value(given, expected):
            return at
    return None
