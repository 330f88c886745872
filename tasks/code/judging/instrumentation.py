"""The tests, rewritten so that each asserting statement reports how it ended.

This text runs inside the judge's sandbox, before that of the judge's side. Calls are put into
the tests: `CASE` after an asserting statement, `STATEMENT` before any statement, `PAIR` in place
of the `==` of an assert, which notes the two values before it compares them, `LATER` in place of
an assert in a loop that may be asked together with those of the next rounds, `SETTLE` after that
loop, and those of `planning`.
"""

import ast
from typing import NamedTuple

from .batching import (
    HARMLESS_CALLS,
    TOGETHER,
    Plan,
    batch_calls,
)
from .syntax_walk import (
    locate,
    nodes,
)

CASE = "_case_of_the_judge"
STATEMENT = "_statement_of_the_judge"
PAIR = "_pair_of_the_judge"
LATER = "_later_of_the_judge"
SETTLE = "_settle_of_the_judge"
EQUAL = "_equal_of_the_judge"
_INSERTED = frozenset({CASE, STATEMENT, TOGETHER, SETTLE})

_LOOPS = (ast.For, ast.While)
_WATCHES_THE_LOOP = (
    ast.Try, ast.With, ast.AsyncWith, ast.AsyncFor, ast.FunctionDef, ast.AsyncFunctionDef,
    ast.ClassDef, ast.Lambda, ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr,
)  # fmt: skip
"""Where a loop holds one of these, when the program is asked may make a difference."""
_OUTSIDE = frozenset(
    {
        "time", "timeit", "perf_counter", "monotonic", "process_time", "datetime", "sys", "os",
        "stdout", "stderr",
    }
)  # fmt: skip
"""What shows when something else happened: the clock, and what was printed so far."""
_BLIND_METHODS = frozenset(
    {
        "append", "choice", "choices", "copy", "deepcopy", "extend", "gauss", "join", "lower",
        "randint", "random", "randrange", "sample", "shuffle", "split", "sqrt", "strip", "uniform",
        "upper",
    }
)  # fmt: skip
_TIMELESS = frozenset({"copy", "itertools", "math", "random", "string"})
_BLIND_FUNCTIONS = HARMLESS_CALLS | {"chr", "enumerate", "ord", "range", "zip"}
"""Calls that tell nothing of when the program was asked."""
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)


def instrumented(tree: ast.Module, entry: str) -> tuple[ast.Module, Plan]:
    """The tests with each asserting statement noted as a case, and what to ask together.

    Statements of the module, and of functions named `check` or `test...`, are wrapped; in a loop
    each round of an asserting statement is a case.
    """
    asserting = frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not _is_tests(node)
        and any(isinstance(part, ast.Assert) for part in nodes(node))
    )
    bound = _bound(tree)
    plan = Plan()
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _is_tests(node)]
    body = batch_calls(tree.body, entry, plan)
    tree.body = _wrapped(body, _Names(entry, asserting, bound))
    for node in tests:
        first = node.args.args[0].arg if node.name == "check" and node.args.args else entry
        body = batch_calls(node.body, first, plan)
        node.body = _wrapped(body, _Names(first, asserting, bound))
    _pair(tree)
    _announce(tree)
    locate(tree)
    return tree, plan


def _bound(tree: ast.Module) -> frozenset[str]:
    """The names that the tests bind anywhere, but for functions of modules without a clock."""
    found: set[str] = set()
    timeless: set[ast.AST] = set()
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom) and node.module in _TIMELESS:
            timeless.update(node.names)
    for node in nodes(tree):
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias) and node not in timeless:
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def _is_tests(node: ast.FunctionDef) -> bool:
    return node.name == "check" or node.name.startswith("test")


class _Names(NamedTuple):
    """What names mean in one body of tests."""

    candidate: str
    asserting: frozenset[str]
    """Functions of the tests that assert."""
    bound: frozenset[str]
    """Whatever the tests give a name to: it may be a clock by another name."""


def _wrapped(body: list[ast.stmt], names: _Names) -> list[ast.stmt]:
    return [
        _as_case(statement, names) if _asserts(statement, names.asserting) else statement
        for statement in body
    ]


def _asserts(statement: ast.stmt, asserting: frozenset[str]) -> bool:
    """Whether a statement asserts, itself or by calling a helper that does."""
    if isinstance(statement, _DEFINITIONS):
        return False
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and is_asserting_call(node, asserting))
        for node in nodes(statement)
    )


def is_asserting_call(call: ast.Call, asserting: frozenset[str] = frozenset()) -> bool:
    """Whether a call asserts: of `pandas.testing.assert_frame_equal`, say, or of a helper."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in asserting or function.id.startswith(ASSERTING_NAMES)
    if not isinstance(function, ast.Attribute) or not function.attr.startswith(ASSERTING_NAMES):
        return False
    return not (isinstance(function.value, ast.Name) and function.value.id in ("self", "cls"))


ASSERTING_NAMES = ("assert_", "raises")
"""How functions of testing libraries that assert are called."""


def _as_case(statement: ast.stmt, names: _Names) -> ast.stmt:
    passed = [_note(statement, ast.Constant(None))]
    if isinstance(statement, _LOOPS):
        # Each round counts; the loop itself counts only where something else in it fails.
        passed = [_settle(statement)] if _defer(statement, names) else []
        statement.body = _wrapped(statement.body, names)
    return _tried(statement, passed)


def _tried(statement: ast.stmt, passed: list[ast.stmt]) -> ast.stmt:
    """The statement with a note of what it raises, or else what follows it."""
    error = ast.Name("_error_of_the_case", ast.Load())
    handler = ast.ExceptHandler(
        ast.Name("BaseException", ast.Load()), "_error_of_the_case", [_note(statement, error)]
    )
    return ast.copy_location(ast.Try([statement], [handler], passed, []), statement)


def _note(statement: ast.stmt, value: ast.expr) -> ast.stmt:
    place: list[ast.expr] = [ast.Constant(statement.lineno), ast.Constant(statement.end_lineno)]
    call = ast.Call(ast.Name(CASE, ast.Load()), [*place, value], [])
    return ast.copy_location(ast.Expr(call), statement)


def _settle(statement: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(SETTLE, ast.Load()), [], [])
    return ast.copy_location(ast.Expr(call), statement)


def _defer(loop: ast.stmt, names: _Names) -> bool:
    """Turn asserts of a loop into questions that wait for those of later rounds, if that is safe.

    It is where nothing in the loop could tell when the program is asked.
    """
    inside = nodes(loop)
    if any(
        isinstance(node, _WATCHES_THE_LOOP)
        or (isinstance(node, ast.Name) and node.id in _OUTSIDE)
        or (isinstance(node, ast.Attribute) and node.attr in _OUTSIDE)
        or (isinstance(node, ast.Call) and not _is_blind(node, names))
        for node in inside
    ):
        return False
    assert isinstance(loop, _LOOPS)
    found = False
    for number, statement in enumerate(loop.body):
        question = _question(statement, names)
        if question is not None:
            asked = ast.copy_location(ast.Expr(question), statement)
            loop.body[number] = _tried(asked, [])
            found = True
    return found


def _is_blind(call: ast.Call, names: _Names) -> bool:
    """Whether a call cannot tell when the program is asked, so far as the tests show."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr in _BLIND_METHODS
    if not isinstance(function, ast.Name):
        return False
    known = function.id in _BLIND_FUNCTIONS or function.id == names.candidate
    return known or function.id not in names.bound


def _is_call_of(side: ast.expr, name: str) -> bool:
    return isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == name


def _question(statement: ast.stmt, names: _Names) -> ast.Call | None:
    """`assert candidate(...) == expected` as a question for later, where it is of that form."""
    if not isinstance(statement, ast.Assert) or not isinstance(statement.test, ast.Compare):
        return None
    message = statement.msg or ast.Constant(None)
    test = statement.test
    if len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    sides = [test.left, test.comparators[0]]
    asks = [_is_call_of(side, names.candidate) for side in sides]
    # Of `expected == candidate(...)` the left side would have to come before the arguments.
    if asks != [True, False] or not isinstance(message, ast.Constant):
        return None
    call = sides[0]
    assert isinstance(call, ast.Call)
    if any(key.arg is None for key in call.keywords):
        return None
    named = 0
    for node in nodes(test):
        if isinstance(node, ast.Name):
            named += node.id == names.candidate
        elif isinstance(node, ast.Call) and node is not call:
            function = node.func
            if isinstance(function, ast.Name) and function.id not in _BLIND_FUNCTIONS:
                return None
    if named != 1:
        return None
    given = ast.Tuple(call.args, ast.Load())
    keys: list[ast.expr | None] = [ast.Constant(key.arg) for key in call.keywords]
    keywords = ast.Dict(keys, [key.value for key in call.keywords])
    nothing = ast.arguments([], [], None, [], [], None, [])
    place: list[ast.expr] = [ast.Constant(statement.lineno), ast.Constant(statement.end_lineno)]
    return ast.Call(
        ast.Name(LATER, ast.Load()),
        [*place, message, call.func, given, keywords, ast.Lambda(nothing, sides[1])],
        [],
    )


def _pair(tree: ast.Module) -> None:
    """Let asserts of equality note what they compare, and no empty array equal all others."""
    for node in nodes(tree):
        if isinstance(node, ast.Assert) and _is_equality(node.test):
            node.test = _compared_by(PAIR, node.test)
        elif isinstance(node, ast.Call):
            function = node.func
            if (
                isinstance(function, ast.Attribute)
                and function.attr == "all"
                and _is_equality(function.value)
            ):
                function.value = _compared_by(EQUAL, function.value)
            name = getattr(function, "attr", getattr(function, "id", ""))
            if name == "all" and node.args and _is_equality(node.args[0]):
                node.args[0] = _compared_by(EQUAL, node.args[0])


def _is_equality(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)


def _compared_by(name: str, test: ast.expr) -> ast.expr:
    assert isinstance(test, ast.Compare)
    call = ast.Call(ast.Name(name, ast.Load()), [test.left, test.comparators[0]], [])
    return ast.copy_location(call, test)


def _announce(tree: ast.AST) -> None:
    """Put a call before each statement: does it read a name more than once, does it assert?"""
    for node in nodes(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                setattr(node, field, [part for one in body for part in _announced(one)])


def _announced(statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, (ast.ImportFrom, ast.Import, ast.Try, ast.FunctionDef, ast.ClassDef)):
        return [statement]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return [statement]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        if isinstance(function, ast.Name) and function.id in _INSERTED:
            return [statement]
    # Of a compound statement the names of its head alone count; its body announces itself.
    if isinstance(statement, (ast.For, ast.While, ast.If, ast.With)):
        heads: list[ast.AST] = [
            part for part in ast.iter_child_nodes(statement) if not isinstance(part, ast.stmt)
        ]
    else:
        heads = [statement]
    names: list[str] = []
    called: set[str] = set()
    for head in heads:
        for node in nodes(head):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    names.append(node.id)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called.add(node.func.id)
    plain = [name for name in names if name not in called]
    risky, asserts = len(plain) != len(set(plain)), isinstance(statement, ast.Assert)
    call = ast.Call(
        ast.Name(STATEMENT, ast.Load()), [ast.Constant(risky), ast.Constant(asserts)], []
    )
    return [ast.copy_location(ast.Expr(call), statement), statement]
