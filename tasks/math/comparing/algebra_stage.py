"""The last stage: relations whose sameness only algebra can show, in a worker with a deadline."""

import contextlib

from ...workers import WorkerError, WorkerMemoryError, WorkerPool, WorkerTimeoutError
from ..grading.answers import Answer
from ..grading.outcome import Decision
from ..grading.reading import Reading
from ..grammar.nodes import Node, TooBigError, UndefinedError, symbols, to_data
from ..values.arithmetic import is_exact
from ..values.equality import value_at
from .comparison import solution_set, states_same_name
from .relations import is_polynomial, same_fractions
from .univariate import is_rational, same_truth

CPU_SECONDS = 1.0
"""Processor time of one check."""
WALL_SECONDS = 30.0
"""A backstop for a machine that is too busy to give a check its processor time."""
POOL = WorkerPool(memory_mb=2048, preload=f"{__package__}.algebra")


def wants_algebra(gold: Answer, answer: Answer) -> bool:
    """Whether the cheap stages left it open that the two have the same solutions."""
    first, second = _relation(gold), _relation(answer)
    if first is not None and second is not None:
        return not states_same_name(gold, answer) and _undecided(first, second)
    if {gold.kind, answer.kind} not in ({"relation", "real set"}, {"relation", "set"}):
        return False
    relation = gold if gold.kind == "relation" else answer
    if gold.kind == "set" or len(symbols(relation.node)) != 1 or is_rational(relation.node):
        return False  # what the isolation of roots refuses as too large is too large here too
    return solution_set(gold, answer) is None and solution_set(answer, gold) is None


def _relation(answer: Answer) -> Node | None:
    """A relation, or the equation that a named value states; None for a plain value."""
    if answer.kind == "relation":
        return answer.node
    if answer.kind == "number" and answer.name is not None and symbols(answer.node):
        return ("rel", answer.name, (("=", answer.node),))
    if answer.kind == "number" and answer.name is not None and answer.name[0] != "sym":
        return ("rel", answer.name, (("=", answer.node),))
    return None


def _undecided(first: Node, second: Node) -> bool:
    names = symbols(first)
    if names != symbols(second):
        return False
    operators = {op for one in (first, second) for op, _ in one[2]}
    if operators == {"="}:
        # For polynomial equations the comparison by factor has decided already.
        return not (is_polynomial(first) and is_polynomial(second))
    # Inequalities in several unknowns are compared by factor alone; so is = with <.
    kinds = [{op for op, _ in one[2]} & {"="} for one in (first, second)]
    if len(names) != 1 or kinds[0] != kinds[1] or (is_rational(first) and is_rational(second)):
        return False
    return same_truth(first, second) is None


def _by_clearing(gold: Answer | None, answer: Answer | None) -> bool | None:
    first = _relation(gold) if gold else None
    second = _relation(answer) if answer else None
    if first is None or second is None or len(first[2]) != 1 or len(second[2]) != 1:
        return None
    if first[2][0][0] != "=" or second[2][0][0] != "=":
        return None
    try:
        return same_fractions(first, second)
    except (TooBigError, UndefinedError):
        return None


def decide_algebra(gold: Reading, answer: Reading) -> Decision:
    """Clear fractions, else ask the worker; what it cannot show in time is not correct."""
    assert gold.node is not None
    assert answer.node is not None
    if (equal := _by_clearing(gold.answer, answer.answer)) is not None:
        if equal:
            return Decision("correct", "equal once denominators are cleared", "value")
        return Decision("incorrect", "the two are different equations", "value")
    return _decided("same_solutions", gold.node, answer.node)


def wants_values(gold: Answer, answer: Answer) -> bool:
    """Whether two numbers are beyond what their evaluation can tell, and neither is rational."""
    return gold.kind == answer.kind == "number" and not (
        _is_rational_number(gold.node) or _is_rational_number(answer.node)
    )


def _is_rational_number(node: Node) -> bool:
    try:
        return is_exact(value_at(node, {}))
    except (TooBigError, UndefinedError):
        return False


def decide_values(gold: Answer, answer: Answer) -> Decision:
    """Ask the worker whether the two expressions simplify to one."""
    return _decided("same_values", gold.node, answer.node)


_FOUND = {
    ("same_solutions", True): "the two have the same solutions",
    ("same_solutions", False): "the two have different solutions",
    ("same_values", True): "the two simplify to the same value",
    ("same_values", False): "the two could not be shown equal",
}


def _decided(function: str, *nodes: Node) -> Decision:
    try:
        equal = _in_worker(function, *nodes)
    except WorkerTimeoutError:
        return Decision("timeout", "the answer could not be compared in time", "algebra")
    except WorkerMemoryError:
        return Decision("memory", "the answer needed too much memory to compare", "algebra")
    except WorkerError as error:
        return Decision("checker_error", f"the algebra worker failed: {error}", "algebra")
    return Decision("correct" if equal else "incorrect", _FOUND[function, equal], "algebra")


def _in_worker(function: str, *nodes: Node) -> bool:
    """The answer of a worker; of another one when the first failed by our own fault."""
    for last in (False, True):
        try:
            return bool(
                POOL.call(
                    f"{__package__}.algebra:{function}",
                    *map(to_data, nodes),
                    seconds=WALL_SECONDS,
                    cpu_seconds=CPU_SECONDS,
                )
            )
        except (WorkerTimeoutError, WorkerMemoryError):
            raise
        except WorkerError:
            if last:
                raise
    raise AssertionError("unreachable")


def warm() -> None:
    """Start the algebra worker ahead of the first check that needs it."""
    with contextlib.suppress(WorkerError):  # the check that needs it will tell
        POOL.warm()
