"""The named functions of an evaluation: exact on exact arguments where that is possible."""

import math
from collections.abc import Callable
from typing import Any

from flint import acb, arb

from ..grammar.nodes import TooBigError, UndefinedError
from .arithmetic import BoundedArithmetic, Value, is_exact, magnitude
from .caps import MAX_ANGLE_BITS, MAX_EXPONENT_BITS, MAX_FACTORIAL

Function = Callable[[BoundedArithmetic, list[Value]], Value]


def apply(arithmetic: BoundedArithmetic, name: str, arguments: list[Value]) -> Value:
    """The value of a function. Raises UndefinedError, TooBigError, ImpreciseError."""
    arithmetic.charge_function()
    if name.endswith("_base") and name[:-5] in ("log", "ln") and len(arguments) == 2:
        value, base = arguments
        return arithmetic.divided(logarithm(arithmetic, value), logarithm(arithmetic, base))
    count, function = _FUNCTIONS.get(name, (0, None))
    if function is None:
        raise UndefinedError(f"{name} is not evaluated")
    if len(arguments) != count and (count or len(arguments) < 2):
        raise UndefinedError(f"{name} of {len(arguments)} arguments")
    return function(arithmetic, arguments)


def logarithm(arithmetic: BoundedArithmetic, value: Value) -> Value:
    """The natural logarithm; the principal one off the real line."""
    if is_exact(value) and value == 1:
        return 0
    ball = arithmetic.ball(value)
    if arithmetic.is_zero(ball):
        raise UndefinedError("log of zero")
    if isinstance(ball, arb):
        if arithmetic.sign(ball) > 0:
            return ball.log()
        if arithmetic.real:
            raise UndefinedError("log of a negative number")
    return arithmetic.settled(arithmetic.off_the_cut(ball).log())


def exponential(arithmetic: BoundedArithmetic, value: Value) -> Value:
    """e to a power."""
    if is_exact(value) and value == 0:
        return 1
    return _EXP(arithmetic, [value])


def _growing(compute: Callable[[Any], Any]) -> Function:
    """A function that grows like e^x."""

    def function(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
        ball = arithmetic.ball(values[0])
        if (magnitude(ball) or 0) > MAX_EXPONENT_BITS.bit_length():
            raise TooBigError("the exponent is beyond the caps")
        return arithmetic.settled(compute(ball))

    return function


def _tanh(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    """Near 1 or -1 by e^-2|x|, which no other magnitude would tell."""
    ball = arithmetic.ball(values[0])
    arithmetic.note(_EXP(arithmetic, [2 * abs(ball)]))
    return arithmetic.settled(ball.tanh())


def _periodic(compute: Callable[[Any], Any]) -> Function:
    def function(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
        ball = arithmetic.ball(values[0])
        limit = MAX_ANGLE_BITS if isinstance(ball, arb) else 22
        if (magnitude(ball) or 0) > limit:
            raise TooBigError("the argument of a periodic function is beyond the caps")
        return arithmetic.settled(compute(ball))

    return function


def _smooth(compute: Callable[[Any], Any]) -> Function:
    def function(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
        return arithmetic.settled(compute(arithmetic.ball(values[0])))

    return function


def _over(top: Function, bottom: Function) -> Function:
    return lambda arithmetic, values: arithmetic.divided(
        top(arithmetic, values), arithmetic.checked(bottom(arithmetic, values))
    )


def _inverse(name: str, inside: Callable[[BoundedArithmetic, Any], bool]) -> Function:
    """A function that is real on a part of the line; complex elsewhere, unless only real counts."""

    def function(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
        ball = arithmetic.ball(values[0])
        if isinstance(ball, arb):
            if inside(arithmetic, ball):
                clipped = ball.min(arb(1)).max(arb(-1)) if name in ("asin", "acos") else ball
                clipped = ball.max(arb(1)) if name == "acosh" else clipped
                return getattr(clipped, name)()
            if arithmetic.real:
                raise UndefinedError(f"{name} outside its domain")
        return arithmetic.settled(getattr(acb(ball), name)())

    return function


def _within_one(arithmetic: BoundedArithmetic, ball: Any) -> bool:
    return arithmetic.sign(1 - abs(ball)) >= 0


def _from_one(arithmetic: BoundedArithmetic, ball: Any) -> bool:
    return arithmetic.sign(ball - 1) >= 0


def _below_one(arithmetic: BoundedArithmetic, ball: Any) -> bool:
    sign = arithmetic.sign(1 - abs(ball))
    if sign == 0:
        raise UndefinedError("arctanh of one")
    return sign > 0


def _argument(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    ball = arithmetic.ball(values[0])
    if arithmetic.is_zero(ball):
        raise UndefinedError("the argument of zero")
    return arithmetic.off_the_cut(ball).arg()


def _part(exact: Callable[[Any], Any], pick: Callable[[Any], Any]) -> Function:
    """A part of a complex number."""

    def function(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
        if is_exact(values[0]):
            return exact(values[0])
        ball = values[0]
        return arithmetic.settled(pick(ball)) if isinstance(ball, acb) else exact(ball)

    return function


def _factorial(step: int) -> Function:
    def function(arithmetic: BoundedArithmetic, values: list[Value]) -> int:
        number = arithmetic.whole(values[0])
        if number < 0:
            raise UndefinedError("factorial of a negative number")
        if number > MAX_FACTORIAL:
            raise TooBigError("the factorial is too long to be computed")
        return math.factorial(number) if step == 1 else math.prod(range(number, 0, -2))

    return function


def _binomial(arithmetic: BoundedArithmetic, values: list[Value]) -> int:
    top, bottom = (arithmetic.whole(value) for value in values)
    if top < 0 or bottom < 0:
        raise UndefinedError("binomial of a negative number")
    if min(bottom, abs(top - bottom)) > 2_000 or top > 10**7:
        raise TooBigError("the binomial is too long to be computed")
    return math.comb(top, bottom)


def _absolute(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    return abs(values[0])


def _wholes(function: Callable[..., int]) -> Function:
    return lambda arithmetic, values: function(*(arithmetic.whole(one) for one in values))


def _greatest(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    if all(is_exact(one) for one in values):
        return max(values)
    found = arithmetic.real_ball(values[0])
    for one in values[1:]:
        found = found.max(arithmetic.real_ball(one))
    return found


def _negated(value: Value) -> Value:
    return -value


def _least(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    return _negated(_greatest(arithmetic, [_negated(one) for one in values]))


def _cis(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    angle = arithmetic.real_ball(values[0])
    return arithmetic.settled(acb(angle.cos(), angle.sin()))


def _arccot(arithmetic: BoundedArithmetic, values: list[Value]) -> Value:
    ball = arithmetic.ball(values[0])
    return arithmetic.settled(arb.pi() / 2 - ball.atan())


_EXP = _growing(lambda ball: ball.exp())
_SIN = _periodic(lambda ball: ball.sin())
_COS = _periodic(lambda ball: ball.cos())
_SINH = _growing(lambda ball: ball.sinh())
_COSH = _growing(lambda ball: ball.cosh())


def _one(arithmetic: BoundedArithmetic, values: list[Value]) -> int:
    return 1


_FUNCTIONS: dict[str, tuple[int, Function]] = {
    "sin": (1, _SIN),
    "cos": (1, _COS),
    "tan": (1, _over(_SIN, _COS)),
    "cot": (1, _over(_COS, _SIN)),
    "sec": (1, _over(_one, _COS)),
    "csc": (1, _over(_one, _SIN)),
    "arcsin": (1, _inverse("asin", _within_one)),
    "arccos": (1, _inverse("acos", _within_one)),
    "arctan": (1, _smooth(lambda ball: ball.atan())),
    "arccot": (1, _arccot),
    "arcsinh": (1, _smooth(lambda ball: ball.asinh())),
    "arccosh": (1, _inverse("acosh", _from_one)),
    "arctanh": (1, _inverse("atanh", _below_one)),
    "sinh": (1, _SINH),
    "cosh": (1, _COSH),
    "tanh": (1, _tanh),
    "coth": (1, _over(_COSH, _SINH)),
    "exp": (1, lambda arithmetic, values: exponential(arithmetic, values[0])),
    "log": (1, lambda arithmetic, values: logarithm(arithmetic, values[0])),
    "ln": (1, lambda arithmetic, values: logarithm(arithmetic, values[0])),
    "lg": (
        1,
        lambda arithmetic, values: arithmetic.divided(
            logarithm(arithmetic, values[0]), logarithm(arithmetic, 10)
        ),
    ),
    "cis": (1, _cis),
    "arg": (1, _argument),
    "Re": (1, _part(lambda value: value, lambda ball: ball.real)),
    "Im": (1, _part(lambda value: 0, lambda ball: ball.imag)),
    "overline:mark": (1, _part(lambda value: value, lambda ball: ball.conjugate())),
    "bar:mark": (1, _part(lambda value: value, lambda ball: ball.conjugate())),
    "abs": (1, _absolute),
    "sgn": (1, lambda arithmetic, values: arithmetic.sign(values[0])),
    "floor": (1, lambda arithmetic, values: arithmetic.rounded(values[0], up=False)),
    "ceil": (1, lambda arithmetic, values: arithmetic.rounded(values[0], up=True)),
    "factorial": (1, _factorial(1)),
    "factorial2": (1, _factorial(2)),
    "binom": (2, _binomial),
    "gcd": (0, _wholes(math.gcd)),
    "lcm": (0, _wholes(math.lcm)),
    "max": (0, _greatest),
    "min": (0, _least),
}
_FUNCTIONS |= {"asin": _FUNCTIONS["arcsin"], "acos": _FUNCTIONS["arccos"]}
_FUNCTIONS |= {"atan": _FUNCTIONS["arctan"]}
INTEGER_FUNCTIONS = frozenset(("floor", "ceil", "factorial", "factorial2", "binom", "gcd", "lcm"))
