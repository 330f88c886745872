"""Measures reflection by checking the reasoning trace, not by keywords alone.

A *marker* is a word such as "wait". A *wrong step* is a line that is provably wrong: a numeric
equation that does not hold, or a line that differs from the worked solution's line with the same
left side. A *self-correction* is a wrong step followed by the correct version of the same step,
in a completion whose answer is correct.
"""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

_MARKER = re.compile(r"\b(?:wait|hmm|actually|recheck|check again|let me re\w*|oops)\b", re.I)
_THINK = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.S)
_ARITHMETIC = re.compile(r"[\d\s+\-*/().]+")
_MAX_EXPRESSION = 80
_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}


@dataclass(frozen=True, slots=True)
class Reflection:
    """Counts for one completion."""

    markers: int
    steps: int
    wrong_steps: int
    corrected_steps: int
    """Wrong steps that a later line corrects."""
    self_corrected: bool
    """At least one corrected step, and the answer is correct."""


def reflect(completion: str, gold: str | None, correct: bool) -> Reflection:
    """Check the thought of a completion against arithmetic and a worked solution."""
    lines = _lines(completion)
    reference: dict[str, set[str]] = {}
    for line in _lines(gold or ""):
        reference.setdefault(_left(line), set()).add(_plain(line))
    wrong: list[tuple[int, str]] = []
    right_at: dict[str, int] = {}
    for place, line in enumerate(lines):
        verdict = _is_right(line, reference)
        if verdict is False:
            wrong.append((place, _left(line)))
        elif verdict is True:
            right_at[_left(line)] = place
    corrected = sum(right_at.get(left, -1) > place for place, left in wrong)
    markers = len(_MARKER.findall("\n".join(lines)))
    return Reflection(markers, len(lines), len(wrong), corrected, correct and corrected > 0)


def _lines(text: str) -> list[str]:
    match = _THINK.search(text)
    if match is None:
        return []
    return [line.strip() for line in match[1].splitlines() if line.strip()]


def _plain(line: str) -> str:
    return re.sub(r"\s+", "", line).rstrip(".")


def _left(line: str) -> str:
    return _plain(re.split(r"=|:|->", line, maxsplit=1)[0])


def _is_right(line: str, reference: dict[str, set[str]]) -> bool | None:
    """Whether the line is right; None when that cannot be decided."""
    left = _left(line)
    if left in reference and left != _plain(line):
        if _plain(line) in reference[left]:
            return True
        return False if len(reference[left]) == 1 else None
    return _equation_holds(line)


def _equation_holds(line: str) -> bool | None:
    parts = [part.strip() for part in line.split("=")]
    if len(parts) < 2 or not all(part and _ARITHMETIC.fullmatch(part) for part in parts):
        return None
    values = [_value(part) for part in parts]
    if any(value is None for value in values):
        return None
    return len(set(values)) == 1


def _value(text: str) -> Fraction | None:
    if len(text) > _MAX_EXPRESSION:
        return None
    try:
        return _evaluate(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, TypeError, KeyError, RecursionError):
        return None


def _evaluate(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Fraction(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand)
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_evaluate(node.left), _evaluate(node.right))
    raise ValueError(ast.dump(node))
