"""The named functions of an evaluation: exact on exact arguments where that is possible."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..grammar.nodes import TooBigError, UndefinedError

if TYPE_CHECKING:
    from .evaluation import Evaluation, Value

MAX_ANGLE = 10**9


def apply(evaluation: "Evaluation", name: str, arguments: list["Value"]) -> "Value":
    """The value of a function. Raises UndefinedError, TooBigError."""
    if name in _EXACT:
        return _EXACT[name](evaluation, arguments)
    if name.endswith("_base") and name[:-5] in ("log", "ln") and len(arguments) == 2:
        return _log(evaluation, arguments[0]) / _nonzero(_log(evaluation, arguments[1]))
    if len(arguments) != 1:
        raise UndefinedError(f"{name} of {len(arguments)} arguments")
    if name in ("log", "ln"):
        return _log(evaluation, arguments[0])
    if name == "lg":
        return _log(evaluation, arguments[0]) / _log(evaluation, 10)
    if name not in _SMOOTH:
        raise UndefinedError(f"{name} is not evaluated")
    return _SMOOTH[name](evaluation.mp, _bounded(evaluation, name, arguments[0]))


def _bounded(evaluation: "Evaluation", name: str, value: "Value") -> Any:
    number = evaluation.approximate(value)
    cap = 10**5 if name in ("exp", "sinh", "cosh", "tanh", "coth") else MAX_ANGLE
    if abs(number) > cap:
        raise TooBigError(f"the argument of {name} is beyond the caps")
    if evaluation.real and name in ("arcsin", "arccos") and abs(number) > 1:
        raise UndefinedError(f"{name} outside [-1, 1]")
    return number


def _nonzero(value: Any) -> Any:
    if value == 0:
        raise UndefinedError("division by zero")
    return value


def _log(evaluation: "Evaluation", value: "Value") -> Any:
    number = evaluation.approximate(value)
    if number == 0:
        raise UndefinedError("log of zero")
    if evaluation.real and number < 0:
        raise UndefinedError("log of a negative number")
    return evaluation.mp.log(number)


def _reciprocal(name: str) -> Callable[[Any, Any], Any]:
    def compute(mp: Any, x: Any) -> Any:
        value = getattr(mp, name)(x)
        if abs(value) < mp.mpf(10) ** (-mp.dps + 12):
            raise UndefinedError("division by nearly zero")
        return 1 / value

    return compute


def _tangent(mp: Any, x: Any) -> Any:
    return mp.sin(x) * _reciprocal("cos")(mp, x)


_SMOOTH: dict[str, Callable[[Any, Any], Any]] = {
    "sin": lambda mp, x: mp.sin(x),
    "cos": lambda mp, x: mp.cos(x),
    "tan": _tangent,
    "cot": lambda mp, x: mp.cos(x) * _reciprocal("sin")(mp, x),
    "sec": _reciprocal("cos"),
    "csc": _reciprocal("sin"),
    "arcsin": lambda mp, x: mp.asin(x),
    "arccos": lambda mp, x: mp.acos(x),
    "arctan": lambda mp, x: mp.atan(x),
    "asin": lambda mp, x: mp.asin(x),
    "acos": lambda mp, x: mp.acos(x),
    "atan": lambda mp, x: mp.atan(x),
    "arcsinh": lambda mp, x: mp.asinh(x),
    "arccosh": lambda mp, x: mp.acosh(x),
    "arctanh": lambda mp, x: mp.atanh(x),
    "arccot": lambda mp, x: mp.pi / 2 - mp.atan(x),
    "sinh": lambda mp, x: mp.sinh(x),
    "cosh": lambda mp, x: mp.cosh(x),
    "tanh": lambda mp, x: mp.tanh(x),
    "coth": _reciprocal("tanh"),
    "exp": lambda mp, x: mp.exp(x),
    "cis": lambda mp, x: mp.mpc(mp.cos(x), mp.sin(x)),
    "arg": lambda mp, x: mp.arg(x),
    "Re": lambda mp, x: mp.re(x),
    "Im": lambda mp, x: mp.im(x),
    "overline:mark": lambda mp, x: mp.conj(x),
    "bar:mark": lambda mp, x: mp.conj(x),
}


def _whole(evaluation: "Evaluation", value: "Value") -> int:
    """A value that must be a whole number. Raises UndefinedError."""
    if isinstance(value, int):
        return value
    if isinstance(value, Fraction):
        raise UndefinedError("not a whole number")
    rounded = evaluation.mp.nint(value.real)
    if abs(value - rounded) > evaluation.mp.mpf(10) ** (-evaluation.digits // 2):
        raise UndefinedError("not a whole number")
    if abs(rounded) > 10**9:
        raise TooBigError("a whole number beyond the caps")
    return int(rounded)


def _rounding(evaluation: "Evaluation", value: "Value", up: bool) -> int:
    if isinstance(value, (int, Fraction)):
        return math.ceil(value) if up else math.floor(value)
    if isinstance(value, evaluation.mp.mpc):
        raise UndefinedError("floor of a complex number")
    if abs(value) > 10**30:
        raise TooBigError("floor of a number beyond the caps")
    try:
        return _whole(evaluation, value)
    except UndefinedError:
        return int(evaluation.mp.ceil(value) if up else evaluation.mp.floor(value))


def _factorial(evaluation: "Evaluation", value: "Value", step: int) -> int:
    from .evaluation import MAX_FACTORIAL

    number = _whole(evaluation, value)
    if number < 0:
        raise UndefinedError("factorial of a negative number")
    if number > MAX_FACTORIAL:
        raise TooBigError("the factorial is too long to be computed")
    return math.factorial(number) if step == 1 else math.prod(range(number, 0, -2))


def _binomial(evaluation: "Evaluation", pair: list["Value"]) -> int:
    top, bottom = (_whole(evaluation, value) for value in pair)
    if top < 0 or bottom < 0:
        raise UndefinedError("binomial of a negative number")
    if min(bottom, abs(top - bottom)) > 2_000 or top > 10**7:
        raise TooBigError("the binomial is too long to be computed")
    return math.comb(top, bottom)


def _absolute(evaluation: "Evaluation", values: list["Value"]) -> "Value":
    return abs(values[0])


def _sign(evaluation: "Evaluation", value: "Value") -> int:
    number = evaluation.approximate(value)
    if isinstance(number, evaluation.mp.mpc):
        raise UndefinedError("the sign of a complex number")
    return int(number > 0) - int(number < 0)


def _wholes(function: Callable[..., int]) -> Callable[["Evaluation", list["Value"]], "Value"]:
    return lambda evaluation, values: function(*(_whole(evaluation, v) for v in values))


def _extreme(pick: Callable[..., Any]) -> Callable[["Evaluation", list["Value"]], "Value"]:
    def compute(evaluation: "Evaluation", values: list["Value"]) -> "Value":
        if len(values) < 2 or any(isinstance(value, evaluation.mp.mpc) for value in values):
            raise UndefinedError("order of complex numbers")
        return pick(values, key=evaluation.approximate)

    return compute


_EXACT: dict[str, Callable[["Evaluation", list["Value"]], "Value"]] = {
    "abs": _absolute,
    "sgn": lambda evaluation, values: _sign(evaluation, values[0]),
    "floor": lambda evaluation, values: _rounding(evaluation, values[0], up=False),
    "ceil": lambda evaluation, values: _rounding(evaluation, values[0], up=True),
    "factorial": lambda evaluation, values: _factorial(evaluation, values[0], 1),
    "factorial2": lambda evaluation, values: _factorial(evaluation, values[0], 2),
    "binom": _binomial,
    "gcd": _wholes(math.gcd),
    "lcm": _wholes(math.lcm),
    "max": _extreme(max),
    "min": _extreme(min),
}
INTEGER_FUNCTIONS = frozenset(("floor", "ceil", "factorial", "factorial2", "binom", "gcd", "lcm"))
