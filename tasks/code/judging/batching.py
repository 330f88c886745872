"""Which calls of the tests can be asked together, and which asserts are nothing but data.

`AHEAD` is put in place of a call with literal arguments that may be asked together with those
that follow it, `TOGETHER` in place of asserts in a row that compare such calls with literals.
"""

import ast
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from .syntax_walk import (
    nodes,
)

AHEAD = "_ahead_of_the_judge"
TOGETHER = "_together_of_the_judge"
MOST_AHEAD = 24
HARMLESS_CALLS = frozenset(
    {
        "abs", "all", "any", "bool", "dict", "float", "frozenset", "int", "isinstance", "len",
        "list", "max", "min", "round", "set", "sorted", "str", "sum", "tuple", "type",
    }
)  # fmt: skip
_SOMETIMES = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.comprehension)
"""Within these a call may not happen, or more than once."""
Group = list[tuple[list[Any], dict[str, Any]]]
"""The literal arguments of calls that follow each other with nothing between them."""
LEFT, RIGHT, TRUE, FALSE, CONSTANT = "left", "right", "true", "false", "constant"
"""What an assert wants: the program's value to the left or right of `==`, to be true or false, or
a constant to be true, whatever the program does."""


class Plain(NamedTuple):
    """An assert of one call with literals, or of a constant."""

    first: int
    last: int
    """Its lines."""
    wants: str
    message: Any
    call: tuple[list[Any], dict[str, Any]] | None
    expected: Any


class Plan:
    """What the rewritten tests refer to by number."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.runs: list[list[Plain]] = []
        self.packed: dict[int, list[Any]] = {}
        """The runs by number, as the judge made them ready."""


def batch_calls(body: list[ast.stmt], name: str, plan: Plan) -> list[ast.stmt]:
    """The statements, with runs of asserts that ask `name` once each, with literals, marked."""
    found: list[ast.stmt] = []
    run: list[tuple[ast.stmt, ast.Call | None, Any]] = []
    for statement in body:
        # The message of an assert is built only where it fails, and then the verdict is known.
        call = _only_call(statement.test, name) if isinstance(statement, ast.Assert) else None
        arguments = None if call is None else _literals(call)
        if arguments is not None or _asks_nothing(statement):
            run.append((statement, call, arguments))
            continue
        found += [*_marked(run, name, plan), statement]
        run = []
    return found + _marked(run, name, plan)


def _marked(
    run: list[tuple[ast.stmt, ast.Call | None, Any]], name: str, plan: Plan
) -> list[ast.stmt]:
    """A run as one call, where each of its asserts is plain; else with its calls marked."""
    statements = [statement for statement, _, _ in run]
    if not any(call for _, call, _ in run):
        return statements
    plain = [_plain(*one) for one in run if isinstance(one[0], ast.Assert)]
    if all(plain):
        plan.runs.append([one for one in plain if one is not None])
        names: list[ast.expr] = [ast.Constant(len(plan.runs) - 1), ast.Name(name, ast.Load())]
        together = ast.Call(ast.Name(TOGETHER, ast.Load()), names, [])
        return [ast.copy_location(ast.Expr(together), statements[0])]
    group: Group = []
    for _, call, arguments in run:
        if call is None:
            continue
        if not group or len(group) == MOST_AHEAD:
            group = []
            plan.groups.append(group)
        place: list[ast.expr] = [ast.Constant(len(plan.groups) - 1), ast.Constant(len(group))]
        group.append(arguments)
        call.args = [*place, call.func, *call.args]
        call.func = ast.copy_location(ast.Name(AHEAD, ast.Load()), call)
    return statements


def _plain(statement: ast.stmt, call: ast.Call | None, arguments: Any) -> Plain | None:
    """An assert as data, where its verdict needs nothing but the program's value."""
    assert isinstance(statement, ast.Assert)
    message = statement.msg or ast.Constant(None)
    if not isinstance(message, ast.Constant):
        return None
    test, expected = statement.test, None
    if call is None:
        assert isinstance(test, ast.Constant)
        wants, expected = CONSTANT, test.value
    elif test is call:
        wants = TRUE
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and test.operand is call:
        wants = FALSE
    elif isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        left, right = test.left, test.comparators[0]
        if call not in (left, right):
            return None
        wants, other = (LEFT, right) if left is call else (RIGHT, left)
        try:
            expected = _literal(other)
        except _NO_LITERAL:
            return None
    else:
        return None
    last = statement.end_lineno or statement.lineno
    return Plain(statement.lineno, last, wants, message.value, arguments, expected)


def _asks_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is a text, or an assert of constants: `assert True`."""
    value = getattr(statement, "test" if isinstance(statement, ast.Assert) else "value", None)
    return isinstance(statement, ast.Assert | ast.Expr) and isinstance(value, ast.Constant)


def _only_call(test: ast.expr, name: str) -> ast.Call | None:
    """The one call of `name` that surely happens, where nothing else could ask the program."""
    named, calls = 0, []
    for node in nodes(test):
        if isinstance(node, _SOMETIMES):
            return None
        if isinstance(node, ast.Name):
            named += node.id == name
        elif isinstance(node, ast.Call):
            function = node.func
            if not isinstance(function, ast.Name):
                return None
            if function.id == name:
                calls.append(node)
            elif function.id not in HARMLESS_CALLS:
                return None
    return calls[0] if len(calls) == 1 and named == 1 else None


def _literals(call: ast.Call) -> tuple[list[Any], dict[str, Any]] | None:
    """The arguments of a call, where they are literals or arithmetic of literals."""
    if any(key.arg is None for key in call.keywords):
        return None
    try:
        positional = [_literal(item) for item in call.args]
        return positional, {str(key.arg): _literal(key.value) for key in call.keywords}
    except _NO_LITERAL:
        return None


_NO_LITERAL = (
    ValueError, TypeError, SyntaxError, MemoryError, RecursionError, ArithmeticError,
)  # fmt: skip


def _literal(item: ast.expr) -> Any:
    try:
        return ast.literal_eval(item)
    except ValueError:
        return _computed(item)


def _computed(item: ast.expr) -> Any:
    """The value of arithmetic with literals, where it is small. Raises ValueError elsewhere."""
    if isinstance(item, ast.List):
        return [_computed(part) for part in item.elts]
    if isinstance(item, ast.Tuple):
        return tuple(map(_computed, item.elts))
    if isinstance(item, ast.UnaryOp) and type(item.op) in _SIGNS:
        return _SIGNS[type(item.op)](_computed(item.operand))
    if isinstance(item, ast.BinOp) and type(item.op) in _OPERATIONS:
        left, right = _computed(item.left), _computed(item.right)
        if isinstance(item.op, ast.Pow) and _extent(left) * abs(right) > LARGEST_COMPUTED:
            raise ValueError("a large number")
        if isinstance(item.op, ast.Mult):
            times = [one for one in (left, right) if isinstance(one, int)]
            parts = [one for one in (left, right) if isinstance(one, (str, bytes, list, tuple))]
            if parts and times and _extent(parts[0]) * times[0] > LARGEST_COMPUTED:
                raise ValueError("a large value")
        if _extent(left) + _extent(right) > LARGEST_COMPUTED:
            raise ValueError("a large value")
        if isinstance(left, (str, bytes)) and not isinstance(item.op, ast.Add | ast.Mult):
            raise ValueError("a format")
        return _OPERATIONS[type(item.op)](left, right)
    return ast.literal_eval(item)


LARGEST_COMPUTED = 2_000
"""Parts or bits of a value that tests compute, more than which are left to run with the tests."""
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Not: operator.not_,
}  # fmt: skip
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}  # fmt: skip


def _extent(value: Any) -> int:
    """The parts of a value; of a number its bits. Never nothing, lest many times it be nothing."""
    if isinstance(value, int):
        return 1 + value.bit_length()
    if isinstance(value, (list, tuple)):
        return 1 + sum(map(_extent, value))
    return 1 + len(value) if isinstance(value, (str, bytes)) else 64


_NO_OBJECTS = frozenset(
    {
        "self", "cls", "np", "numpy", "pd", "pandas", "math", "cmath", "random", "copy", "re",
        "string", "itertools", "functools", "collections", "operator", "statistics", "datetime",
    }
)  # fmt: skip


def reaches_in(tree: ast.Module) -> bool:
    """Whether tests use attributes of objects: of anything but a module, a literal or the test."""
    found = nodes(tree)
    modules = {
        (alias.asname or alias.name).partition(".")[0]
        for node in found
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return any(_shows_an_object(node) or _reaches_in(node, modules) for node in found)


def _shows_an_object(node: ast.AST) -> bool:
    """Whether a node treats what a class gives as no plain value could be treated."""
    if isinstance(node, ast.Compare):
        return sum(map(_makes_an_object, [node.left, *node.comparators])) > 1
    if isinstance(node, ast.withitem):
        return _makes_an_object(node.context_expr)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return _makes_an_object(node.left) or _makes_an_object(node.right)
    return False


def _reaches_in(node: ast.AST, modules: set[str]) -> bool:
    """Whether a node is an attribute of something that may be an object."""
    if not isinstance(node, ast.Attribute):
        return False
    root: ast.expr = node.value
    deep = False
    while isinstance(root, ast.Attribute | ast.Subscript):
        root, deep = root.value, True
    if isinstance(root, ast.Call) and isinstance(root.func, ast.Name):
        root = root.func
    if not isinstance(root, ast.Name):
        return False
    return root.id not in modules | _NO_OBJECTS or (deep and root.id in ("self", "cls"))


def _makes_an_object(side: ast.expr) -> bool:
    """Whether a class is called somewhere in it, going by the name."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id[:1].isupper()
        for node in nodes(side)
    )
