"""The tests, rewritten so that each asserting statement reports how it ended.

This text runs inside the judge's sandbox, before that of the judge's side. Calls are put into
the tests: `CASE` after an asserting statement, `STATEMENT` before any statement, `PAIR` in place
of the `==` of an assert, which notes the two values before it compares them, `AHEAD` in place of
a call with literal arguments that may be asked together with those that follow it, `TOGETHER` in
place of asserts in a row that compare such calls with literals, `LATER` in place of an assert in
a loop that may be asked together with those of the next rounds, and `SETTLE` after that loop.
"""

import ast
from typing import Any, NamedTuple

CASE = "_case_of_the_judge"
STATEMENT = "_statement_of_the_judge"
PAIR = "_pair_of_the_judge"
AHEAD = "_ahead_of_the_judge"
TOGETHER = "_together_of_the_judge"
LATER = "_later_of_the_judge"
SETTLE = "_settle_of_the_judge"
_OURS = frozenset({CASE, STATEMENT, TOGETHER, SETTLE})
MOST_AHEAD = 24
_HARMLESS_CALLS = frozenset(
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


_LOOPS = (ast.For, ast.While)
_WATCHES_THE_LOOP = (
    ast.Try, ast.With, ast.AsyncWith, ast.AsyncFor, ast.FunctionDef, ast.AsyncFunctionDef,
    ast.ClassDef, ast.Lambda, ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr,
)  # fmt: skip
"""Where a loop holds one of these, when the program is asked may make a difference."""
_CLOCKS = frozenset({"time", "timeit", "perf_counter", "monotonic", "process_time", "datetime"})
_SUMS = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.List, ast.Tuple)
_LEAVES = frozenset({ast.Name, ast.Constant})
_PARTS = (
    ast.expr, ast.stmt, ast.arguments, ast.arg, ast.keyword, ast.comprehension, ast.excepthandler,
    ast.alias, ast.withitem, ast.match_case, ast.pattern,
)  # fmt: skip
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
    own = frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    plan = Plan()
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _is_tests(node)]
    body = _look_ahead(tree.body, entry, plan)
    tree.body = _wrapped(body, _Names(entry, asserting, own))
    for node in tests:
        first = node.args.args[0].arg if node.name == "check" and node.args.args else entry
        body = _look_ahead(node.body, first, plan)
        node.body = _wrapped(body, _Names(first, asserting, own))
    _pair(tree)
    _announce(tree)
    _locate(tree)
    return tree, plan


def nodes(root: ast.AST) -> list[ast.AST]:
    """The node and all below it, as `ast.walk` gives them, several times faster."""
    found = [root]
    for node in found:
        if type(node) not in _LEAVES:
            found += _children(node)
    return found


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one, without contexts and operators."""
    found: list[ast.AST] = []
    held = node.__dict__
    for field in node._fields:
        value = held.get(field)
        if type(value) is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, _PARTS):
            found.append(value)
    return found


def _locate(tree: ast.Module) -> None:
    """Give what was put in the place of what it stands in; `ast.fix_missing_locations`, faster."""
    waiting: list[tuple[ast.AST, int, int]] = [(tree, 1, 0)]
    for node, line, column in waiting:
        held = node.__dict__
        if "lineno" in held:
            line, column = held["lineno"], held["col_offset"]
        elif node._attributes:
            held.update(lineno=line, end_lineno=line, col_offset=column, end_col_offset=column)
        if type(node) not in _LEAVES:
            waiting += [(child, line, column) for child in _children(node)]


def _look_ahead(body: list[ast.stmt], name: str, plan: Plan) -> list[ast.stmt]:
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
            elif function.id not in _HARMLESS_CALLS:
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
        if any(isinstance(node, ast.expr) and not isinstance(node, _SUMS) for node in nodes(item)):
            raise
    return eval(compile(ast.Expression(item), "<tests>", "eval"), {"__builtins__": {}})


def _is_tests(node: ast.FunctionDef) -> bool:
    return node.name == "check" or node.name.startswith("test")


class _Names(NamedTuple):
    """What names mean in one body of tests."""

    candidate: str
    asserting: frozenset[str]
    """Functions of the tests that assert."""
    own: frozenset[str]
    """Functions of the tests."""


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
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in asserting
        )
        for node in nodes(statement)
    )


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
        or (isinstance(node, ast.Name) and node.id in _CLOCKS)
        or (isinstance(node, ast.Attribute) and node.attr in _CLOCKS)
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
    if sum(asks) != 1 or not isinstance(message, ast.Constant):
        return None
    call = sides[0] if asks[0] else sides[1]
    assert isinstance(call, ast.Call)
    named = 0
    for node in nodes(test):
        if isinstance(node, ast.Name):
            named += node.id == names.candidate
        elif isinstance(node, ast.Call) and node is not call:
            function = node.func
            if isinstance(function, ast.Name):
                if function.id not in _HARMLESS_CALLS | names.own:
                    return None
            elif not isinstance(function, ast.Attribute):
                return None
    if named != 1:
        return None
    given = ast.Tuple(call.args, ast.Load())
    keys: list[ast.expr | None] = [
        None if key.arg is None else ast.Constant(key.arg) for key in call.keywords
    ]
    keywords = ast.Dict(keys, [key.value for key in call.keywords])
    nothing = ast.arguments([], [], None, [], [], None, [])
    place: list[ast.expr] = [ast.Constant(statement.lineno), ast.Constant(statement.end_lineno)]
    return ast.Call(
        ast.Name(LATER, ast.Load()),
        [*place, ast.Constant(LEFT if asks[0] else RIGHT), message, call.func, given, keywords,
         ast.Lambda(nothing, sides[1] if asks[0] else sides[0])],
        [],
    )  # fmt: skip


def _pair(tree: ast.Module) -> None:
    """Let asserts of equality note what they compare."""
    for node in nodes(tree):
        if not isinstance(node, ast.Assert) or not isinstance(node.test, ast.Compare):
            continue
        test = node.test
        if len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            call = ast.Call(ast.Name(PAIR, ast.Load()), [test.left, test.comparators[0]], [])
            node.test = ast.copy_location(call, test)


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
        if isinstance(function, ast.Name) and function.id in _OURS:
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
