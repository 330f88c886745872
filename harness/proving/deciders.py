"""A second decider on math golds: exact values by our own small reader and python-flint.

It shares no code with the verifier. It reads whole numbers, decimals, fractions, roots, powers,
pi and the four operations, in LaTeX or plain, and leaves everything else undecided. Values are
balls of arb at 300 bits, so "different" is proved; "equal" is said of exact rationals only.
"""

import ast
import re
from collections.abc import Callable
from typing import Any

from flint import arb, ctx, fmpq

BITS = 300
LONGEST = 120
_HIGHEST = 64
"""The largest power that is computed."""
_CLEAN = (
    (re.compile(r"\\(?:left|right|displaystyle|,|;|!|:| )|\$"), ""),
    (re.compile(r"\\[dt]frac"), r"\\frac"),
    (re.compile(r"\\frac\s*(\d)\s*(\d)(?![\d}])"), r"((\1)/(\2))"),
    (re.compile(r"\\(?:cdot|times)"), "*"),
    (re.compile(r"\\pi(?![a-zA-Z])|π"), "(pi)"),
    (re.compile(r"\\div"), "/"),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))|(?<=\d)\{,\}(?=\d{3})"), ""),
    (re.compile(r"−"), "-"),
)
_FRACTION = re.compile(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_SHORT_ROOT = re.compile(r"\\sqrt\s*(\d)")
_POWER = re.compile(r"\^\s*\{([^{}]*)\}")
_ALLOWED = re.compile(r"(?:\d+\.\d+|\d+|sqrt|pi|[-+*/()]|\s)*")


def value_of(text: str) -> Any | None:
    """The value of a gold as fmpq or arb; None when this reader does not know the notation."""
    plain = _plain(text)
    if plain is None:
        return None
    before = ctx.prec
    ctx.prec = BITS
    try:
        return _evaluated(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None
    finally:
        ctx.prec = before


def different(first: str, second: str) -> bool | None:
    """Whether two golds have different values; None when that is not decided."""
    one, two = value_of(first), value_of(second)
    if one is None or two is None:
        return None
    if isinstance(one, fmpq) and isinstance(two, fmpq):
        return bool(one != two)
    before = ctx.prec
    ctx.prec = BITS
    try:
        gap = _ball(one) - _ball(two)
        return None if gap.contains(0) else True
    finally:
        ctx.prec = before


def _plain(text: str) -> str | None:
    if len(text) > LONGEST:
        return None
    for pattern, new in _CLEAN:
        text = pattern.sub(new, text)
    for _ in range(8):
        before = text
        text = _FRACTION.sub(r"((\1)/(\2))", text)
        text = _ROOT.sub(r"(sqrt(\1))", text)
        text = _SHORT_ROOT.sub(r"(sqrt(\1))", text)
        text = _POWER.sub(r"**(\1)", text)
        if text == before:
            break
    text = re.sub(r"\^\s*(\d+)", r"**\1", text).strip()
    if not text or not _ALLOWED.fullmatch(text):
        return None
    # Side by side is a product: 2(sqrt(3)), (1/2)(pi), 3pi.
    text = re.sub(r"(?<=[\d)])\s*(?=\(|sqrt|pi)", "*", text)
    text = re.sub(r"(?<=\))\s*(?=\d)", "*", text)
    return re.sub(r"\bsqrt\*\(", "sqrt(", text)


def _evaluated(node: ast.AST) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        digits = ast.unparse(node)
        if "e" in digits or "." not in digits:
            return fmpq(int(node.value))
        whole, _, part = digits.partition(".")
        return fmpq(int(whole + part), 10 ** len(part))
    if isinstance(node, ast.Name) and node.id == "pi":
        return arb.pi()
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluated(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_evaluated(node.left), _evaluated(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return _ball(_evaluated(node.args[0])).sqrt()
    raise ValueError("not an expression that this reader knows")


def _ball(value: Any) -> Any:
    return arb(value) if isinstance(value, fmpq) else value


def _mixed(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        if isinstance(left, fmpq) and isinstance(right, fmpq):
            return operation(left, right)
        return operation(_ball(left), _ball(right))

    return apply


def _power(left: Any, right: Any) -> Any:
    if not isinstance(right, fmpq) or right.q != 1 or abs(int(right.p)) > _HIGHEST:
        raise ValueError("a power that is not computed")
    return left ** int(right.p)


_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: _mixed(lambda left, right: left + right),
    ast.Sub: _mixed(lambda left, right: left - right),
    ast.Mult: _mixed(lambda left, right: left * right),
    ast.Div: _mixed(lambda left, right: left / right),
    ast.Pow: _power,
}
