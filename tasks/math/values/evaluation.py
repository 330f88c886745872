"""The value of a tree at a point."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from os import register_at_fork

from flint import acb, arb, ctx

from ..grammar.nodes import Exact, Node, TooBigError, UndefinedError, contains, symbols
from .arithmetic import BoundedArithmetic, ImpreciseError, Value
from .caps import MAX_TERMS, WORK_LIMIT
from .functions import apply, exponential

_lock = threading.RLock()
"""The precision of the balls is one setting of the process."""


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


register_at_fork(after_in_child=_after_fork)


class _Work(threading.local):
    left: int | None = None
    """What this verdict may still compute; None outside a verdict."""


_work = _Work()


class _WorkLimit:
    """A class: the generator of `contextmanager` costs three times as much."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before, _work.left = _work.left, WORK_LIMIT

    def __exit__(self, *_: object) -> None:
        _work.left = self._before


def work_limit() -> _WorkLimit:
    """Grant one verdict its work: what it takes depends on the answer, never on the machine."""
    return _WorkLimit()


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls of this precision, for one thread at a time."""
    with _lock:
        before, ctx.prec = ctx.prec, bits
        try:
            yield
        finally:
            ctx.prec = before


class Evaluation:
    """One evaluation of trees at one point with one precision, inside `precision`."""

    def __init__(
        self, point: dict[str, Exact], bits: int, real: bool, last_try: bool = False
    ) -> None:
        self.point = point
        self.arithmetic = BoundedArithmetic(bits, real, last_try)

    def value(self, node: Node) -> Value:
        """The value of a tree. Raises TooBigError, UndefinedError, ImpreciseError."""
        before = self.arithmetic.work
        if _work.left is not None:
            self.arithmetic.limit = min(self.arithmetic.limit, before + _work.left)
        try:
            return self._value(node)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
            if isinstance(error, TooBigError | UndefinedError | ImpreciseError):
                raise
            raise UndefinedError(str(error)) from error
        finally:
            if _work.left is not None:
                _work.left -= self.arithmetic.work - before

    def _value(self, node: Node) -> Value:
        method = _METHODS.get(node[0])
        if method is None:
            raise UndefinedError(f"{node[0]} has no value")
        return self.arithmetic.checked(method(self, node))

    def add(self, node: Node) -> Value:
        """A sum."""
        total: Value = 0
        for item in node[1]:
            total = self.arithmetic.checked(self.arithmetic.plus(total, self._value(item)))
        return total

    def mul(self, node: Node) -> Value:
        """A product."""
        product: Value = 1
        for item in node[1]:
            product = self.arithmetic.checked(self.arithmetic.times(product, self._value(item)))
        return product

    def divide(self, node: Node) -> Value:
        """A quotient. Raises UndefinedError for a zero divisor."""
        return self.arithmetic.divided(self._value(node[1]), self._value(node[2]))

    def power(self, node: Node) -> Value:
        """A power."""
        if node[1] == ("const", "e"):
            return exponential(self.arithmetic, self._value(node[2]))
        return self.arithmetic.power(self._value(node[1]), self._value(node[2]))

    def root(self, node: Node) -> Value:
        """A root; the real one where there is one."""
        value, degree = self._value(node[1]), self._value(node[2])
        if isinstance(degree, int) and 1 <= degree <= 64:
            return self.arithmetic.root(value, degree)
        return self.arithmetic.power(value, self.arithmetic.divided(1, degree))

    def function(self, node: Node) -> Value:
        """A named function. Raises UndefinedError for unknown names."""
        return apply(self.arithmetic, node[1], [self._argument(item) for item in node[2]])

    def _argument(self, node: Node) -> Value:
        """A value in which degrees have become radians."""
        return self._value(_in_radians(node) if contains(node, "unit") else node)

    def repeated(self, node: Node) -> Value:
        """A finite sum or product."""
        _, name, index, low, high, body = node
        first, last = self._value(low), self._value(high)
        if not isinstance(first, int) or not isinstance(last, int) or last < first - 1:
            raise UndefinedError("a sum without whole limits")
        if any(index in one.partition("_")[2] for one in symbols(body)):
            raise UndefinedError("a sum over a sequence")
        if last - first > MAX_TERMS:
            raise TooBigError("a sum of too many terms")
        arithmetic = self.arithmetic
        join = arithmetic.plus if name == "sum" else arithmetic.times
        total: Value = 0 if name == "sum" else 1
        outer = self.point
        try:
            for number in range(first, last + 1):
                self.point = {**outer, index: number}
                total = arithmetic.checked(join(total, self._value(body)))
        finally:
            self.point = outer
        return total

    def symbol(self, node: Node) -> Value:
        """The value of a symbol at this point."""
        if node[1] not in self.point:
            raise UndefinedError(f"{node[1]} has no value")
        return self.point[node[1]]

    def constant(self, node: Node) -> Value:
        """pi, e, i."""
        if node[1] == "pi":
            return arb.pi()
        if node[1] == "e":
            return arb.const_e()
        if node[1] == "i":
            if self.arithmetic.real:
                raise UndefinedError("not real")
            return acb(0, 1)
        raise UndefinedError(f"{node[1]} is no number")


def _in_radians(node: Node) -> Node:
    """The tree of an angle with its degrees multiplied by pi/180."""
    if node[0] == "unit" and node[2] == "degree":
        return ("mul", (node[1], ("const", "pi"), ("num", Fraction(1, 180))))
    if node[0] in ("add", "mul"):
        return (node[0], tuple(_in_radians(one) for one in node[1]))
    if node[0] in ("neg", "div"):
        return (node[0], *(_in_radians(one) for one in node[1:3]))
    return node


def base_value(node: Node) -> int:
    """The number that digits in a base stand for. Raises UndefinedError for a wrong digit."""
    try:
        return int(node[1], int(node[2]))
    except ValueError as error:
        raise UndefinedError("digits that the base does not have") from error


_METHODS: dict[str, Callable[[Evaluation, Node], Value]] = {
    "num": lambda self, node: node[1],
    "sym": Evaluation.symbol,
    "const": Evaluation.constant,
    "add": Evaluation.add,
    "mul": Evaluation.mul,
    "neg": lambda self, node: -self._value(node[1]),
    "div": Evaluation.divide,
    "pow": Evaluation.power,
    "root": Evaluation.root,
    "fn": Evaluation.function,
    "unit": lambda self, node: self._value(node[1]),
    "named": lambda self, node: self._value(node[2]),
    "base": lambda self, node: base_value(node),
    "repeat": Evaluation.repeated,
}
