"""Twins: problems of GSM8K's kind with other numbers, whose answers are computed again.

GSM8K's solutions mark every calculation (`<<6*12=72>>`). Where each number of the question is one
number of these calculations, and every other number there is an earlier result or is told by a
word of the question ("twice", "dozen"), the calculations are a function of the question's numbers:
a twin is the question with other numbers, and its answer is the function's value.

Its answer is derived twice: by going through the calculations one by one, and from one closed
expression of the new numbers, which the math verifier evaluates. A model that solves a problem and
not its twin has seen the problem.
"""

import ast
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..verifier import equivalent

TRIES = 200
"""Draws of numbers until a question counts as one without a twin."""
_STEP = re.compile(r"<<([^<>=]+)=([^<>=]+)>>")
_NUMBER = re.compile(r"(?<![\w.,/:\\-])\$?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w/:]|[.,]\d|-\d)")
_DIGITS = re.compile(r"\d")
_SPOKEN: Mapping[str, tuple[Fraction, ...]] = {
    name: tuple(map(Fraction, values))
    for name, values in {
        r"twice|double[sd]?|doubling|pairs?|couple|both|two": ("2",),
        r"half|halves|halved": ("2", "1/2"),
        r"thrice|triple[sd]?|three|thirds?": ("3", "1/3"),
        r"four|quarters?|fourths?": ("4", "1/4"), r"five|fifths?": ("5", "1/5"),
        r"six": ("6",), r"seven": ("7",), r"eight": ("8",), r"nine": ("9",), r"ten": ("10",),
        r"dozens?": ("12",), r"weeks?|weekly|days?|daily": ("7",),
        r"months?|years?|monthly": ("12",),
        r"years?|yearly|annual(?:ly)?": ("52", "365"), r"hours?|minutes?|seconds?": ("60",),
        r"days?|daily|hours?": ("24",), r"cents?|dollars?|percent|percentage|meters?": ("100",),
        r"foot|feet|inch(?:es)?": ("12",), r"yards?": ("3",),
    }.items()
}  # fmt: skip
"""Numbers that a question may mean by a word; they stay as they are."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A question with other numbers, its answer, and the calculations that lead to it."""

    question: str
    answer: str
    gold: str
    numbers: tuple[tuple[str, str], ...]
    """Each number of the question as it was and as it is."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A number in the question."""

    start: int
    end: int
    text: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class _Graph:
    """The calculations: each is a tree whose leaves name a place, an earlier step or a constant."""

    places: tuple[_Place, ...]
    steps: tuple[ast.expr, ...]
    values: tuple[Fraction, ...]


class _NoTwinError(Exception):
    """The question has no twin; the message says why."""


def twin_of(question: str, solution: str, answer: str, rng: random.Random) -> Twin | None:
    """A twin of a question with a marked solution; None where its answer could not be proved."""
    try:
        graph = _graph_of(question, solution, Fraction(answer.replace(",", "")))
    except (_NoTwinError, ValueError, ZeroDivisionError, SyntaxError):
        return None
    for _ in range(TRIES):
        numbers = [_other(place, rng) for place in graph.places]
        made = _made(question, graph, numbers)
        if made is not None:
            return made
    return None


def _graph_of(question: str, solution: str, answer: Fraction) -> _Graph:
    places = tuple(_places(question))
    spoken = {
        value
        for words, values in _SPOKEN.items()
        if re.search(rf"\b(?:{words})\b", question, re.IGNORECASE)
        for value in values
    }
    trees: list[ast.expr] = []
    values: list[Fraction] = []
    used: set[int] = set()
    for written, result in _STEP.findall(solution):
        tree = ast.parse(_plain(written), mode="eval").body
        tree = _Sources(places, tuple(values), spoken, used).visit(tree)
        value = _value(tree, [place.value for place in places], values)
        if value != Fraction(_plain(result)):
            raise _NoTwinError("a calculation is rounded")
        if value in values:
            raise _NoTwinError("two calculations give the same")
        trees.append(tree)
        values.append(value)
    if not trees or values[-1] != answer:
        raise _NoTwinError("the last calculation does not give the answer")
    if used != set(range(len(places))):
        raise _NoTwinError("a number of the question is not used")
    return _Graph(places, tuple(trees), tuple(values))


def _places(question: str) -> list[_Place]:
    found = [
        _Place(match.start(1), match.end(), match[1] + (match[2] or ""),
               Fraction(match[1].replace(",", "") + (match[2] or "")))
        for match in _NUMBER.finditer(question)
    ]  # fmt: skip
    covered = sum(len(_DIGITS.findall(place.text)) for place in found)
    values = [place.value for place in found]
    if covered != len(_DIGITS.findall(question)):
        raise _NoTwinError("a number of the question is a part of something else")
    if len(set(values)) != len(values) or any(value <= 1 for value in values):
        raise _NoTwinError("two numbers of the question are equal, or one is too small")
    if not found:
        raise _NoTwinError("the question has no numbers")
    return found


def _plain(text: str) -> str:
    plain = text.replace(",", "").replace("$", "").replace("x", "*").strip()
    if not re.fullmatch(r"[-+*/(). \d]+", plain):
        raise _NoTwinError("a calculation has other signs than numbers and operators")
    return plain


class _Sources(ast.NodeTransformer):
    """Replaces each number of a calculation by the name of where it comes from."""

    def __init__(
        self, places: Sequence[_Place], earlier: Sequence[Fraction], spoken: set[Fraction],
        used: set[int],
    ) -> None:  # fmt: skip
        self._places = [place.value for place in places]
        self._earlier = earlier
        self._spoken = spoken
        self._used = used

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        value = Fraction(str(node.value))
        sources = [
            *(f"q{i}" for i, known in enumerate(self._places) if known == value),
            *(f"s{i}" for i, known in enumerate(self._earlier) if known == value),
            *(["constant"] if value in self._spoken else []),
        ]
        if len(sources) != 1:
            raise _NoTwinError(f"{value} comes from {len(sources)} places")
        if sources[0] == "constant":
            return node
        if sources[0][0] == "q":
            self._used.add(int(sources[0][1:]))
        return ast.Name(sources[0])


def _value(node: ast.expr, numbers: Sequence[Fraction], results: Sequence[Fraction]) -> Fraction:
    """The exact value of a calculation."""
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name):
        return (numbers if node.id[0] == "q" else results)[int(node.id[1:])]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, numbers, results)
    if not isinstance(node, ast.BinOp):
        raise _NoTwinError("a calculation has another form than a sum or product")
    left, right = _value(node.left, numbers, results), _value(node.right, numbers, results)
    match node.op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
    raise _NoTwinError("a calculation has another operator than + - * /")


def _other(place: _Place, rng: random.Random) -> Fraction:
    """Another number of the same kind and about the same size."""
    _, _, decimals = place.text.partition(".")
    unit = Fraction(1, 10 ** len(decimals))
    if not decimals and place.value >= 20 and place.value % 5 == 0:
        unit = Fraction(5 if place.value % 10 else 10)  # a round number stays a round one
    low, high = place.value * Fraction(3, 5), place.value * Fraction(8, 5) + 3 * unit
    count = rng.randint(max(1, int(low / unit)), int(high / unit))
    return max(count * unit, Fraction(2) if not decimals else unit)


def _made(question: str, graph: _Graph, numbers: Sequence[Fraction]) -> Twin | None:
    """The twin with these numbers, where it makes sense as the original does."""
    olds = [place.value for place in graph.places]
    if any(new == old for new, old in zip(numbers, olds, strict=True)):
        return None
    if [sorted(olds).index(x) for x in olds] != [sorted(numbers).index(x) for x in numbers]:
        return None  # what was more is more
    results: list[Fraction] = []
    for tree, before in zip(graph.steps, graph.values, strict=True):
        try:
            result = _value(tree, numbers, results)
        except ZeroDivisionError:
            return None
        if not _alike(result, before):
            return None
        results.append(result)
    answer, old = results[-1], graph.values[-1]
    closed = _closed(graph.steps[-1], [_shown(x) for x in numbers], graph.steps)
    if answer == old or not Fraction(1, 10) <= answer / old <= 10:
        return None
    if not equivalent(_shown(answer), closed):
        return None
    pieces, end, changed = [], 0, []
    for place, number in zip(graph.places, numbers, strict=True):
        text = _like(place.text, number)
        pieces += [question[end : place.start], text]
        changed.append((place.text, text))
        end = place.end
    lines = [
        f"{_closed(tree, [_shown(x) for x in numbers], (), results)} = {_shown(result)}"
        for tree, result in zip(graph.steps, results, strict=True)
    ]
    gold = "\n".join([*lines, f"#### {_shown(answer)}"])
    return Twin("".join([*pieces, question[end:]]), _shown(answer), gold, tuple(changed))


def _alike(result: Fraction, before: Fraction) -> bool:
    """Whether a result is of the same kind: its sign, whole or with as few decimals."""
    if (result > 0) != (before > 0) or result == 0:
        return False
    places = next((n for n in range(4) if (before * 10**n).denominator == 1), None)
    return places is not None and (result * 10**places).denominator == 1


def _closed(
    node: ast.expr, numbers: Sequence[str], steps: Sequence[ast.expr],
    results: Sequence[Fraction] = (),
) -> str:  # fmt: skip
    """A calculation as text; earlier steps are written out, or given by their results."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        index = int(node.id[1:])
        if node.id[0] == "q":
            return numbers[index]
        return _shown(results[index]) if results else f"({_closed(steps[index], numbers, steps)})"
    if isinstance(node, ast.UnaryOp):
        return f"-({_closed(node.operand, numbers, steps, results)})"
    assert isinstance(node, ast.BinOp)
    sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(node.op)]
    parts = [_closed(side, numbers, steps, results) for side in (node.left, node.right)]
    left, right = (
        f"({part})" if isinstance(side, ast.BinOp) else part
        for part, side in zip(parts, (node.left, node.right), strict=True)
    )
    return f"{left}{sign}{right}"


def _shown(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6f}".rstrip("0")


def _like(old: str, value: Fraction) -> str:
    """A number written as another one was: with thousands separators, with its decimals."""
    _, _, decimals = old.partition(".")
    if decimals:
        return f"{float(value):,.{len(decimals)}f}" if "," in old else (
            f"{float(value):.{len(decimals)}f}")  # fmt: skip
    return f"{int(value):,}" if "," in old else str(int(value))
