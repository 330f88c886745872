"""What the judge will ask of a program, known before it asks: tests that are nothing but data.

Most tests of benchmarks are asserts of a call with literals against a literal. Their questions
can go to the program together with its text, and where every reply is what its assert wants, in
the notation of the codec, nothing is left for the judge to decide. In any doubt the judge
decides, from the same reply.
"""

import ast
import importlib
from dataclasses import dataclass
from typing import Any

from .assert_queue import MOST_WAITING
from .batching import (
    CONSTANT,
    FALSE,
    LEFT,
    MOST_AHEAD,
    RIGHT,
    TRUE,
    Plain,
    Plan,
    batch_calls,
)
from .codec import Packer, no_foreign
from .names import BUILT_IN, free_names, without_warnings
from .notation import MalformedError, TooLargeError, Tree, dumps, loads
from .syntax_walk import nodes

LARGEST_REPLY = 65_536
"""Bytes of a reply, more than which are left to the judge."""
LONGEST_TEXT = 100_000
"""Characters of tests, more than which are left to the judge."""
_SCALARS = (bool, int, float, str, type(None))
_EMPTY: tuple[Tree, ...] = (["l"], ["t"], ["d"], ["s"], ["f"])


@dataclass(frozen=True, slots=True)
class LiteralTests:
    """The one question of some tests, and what each of its calls must give."""

    question: bytes
    wants: tuple[tuple[str, Tree], ...]
    """By call: how its value is looked at, and the tree of the value it is compared with."""
    cases: int

    def accepts(self, reply: bytes) -> bool:
        """Whether every assert surely holds. Never true of a reply that the judge would fail.

        The trees are compared without building what the program sent: equal trees are equal
        values, and it takes no longer than the expected ones are long.
        """
        if len(reply) > LARGEST_REPLY:
            return False
        try:
            tree = loads(reply)
        except MalformedError:
            return False
        if type(tree) is not list or len(tree) != 2 or tree[0] != "ahead":
            return False
        answers = tree[1]
        if type(answers) is not list or len(answers) != len(self.wants):
            return False
        return all(
            type(answer) is list
            and len(answer) == 4
            and answer[0] == "v"
            and answer[2] == []
            and _holds(how, expected, answer[1])
            for answer, (how, expected) in zip(answers, self.wants, strict=True)
        )

    def account(self) -> dict[str, Any]:
        """What the judge says of tests that all pass."""
        return {
            "passed": self.cases, "failed": 0, "failures": [], "stray": None,
            "calls": len(self.wants), "asserted": self.cases, "closed": None,
        }  # fmt: skip


def _holds(how: str, expected: Tree, value: Tree) -> bool:
    if how in (LEFT, RIGHT):
        return bool(value == expected)
    if how == FALSE and value in _EMPTY:
        return True
    return type(value) in _SCALARS and bool(value) == (how == TRUE)


def read_literal_tests(tree: ast.Module, entry: str, check: str | None) -> LiteralTests | None:
    """The question of these tests, where they are asserts of literals in a row and nothing else.

    `check` is the function that is called with the entry point, if there is one. The tree must
    be one of a text of bounded length: the values of its literals are made here.
    """
    run = _only_run(tree, entry, check)
    if run is None or len(run) > MOST_WAITING or not _compiles(tree):
        return None
    calls: list[Tree] = []
    wants: list[tuple[str, Tree]] = []
    try:
        for one in run:
            if one.call is None:
                if one.wants != CONSTANT or not one.expected:
                    return None
                continue
            packer = Packer(no_foreign)
            calls.append([packer.pack(part) for part in one.call])
            if any(type(held) is set and len(held) > 1 for held in packer.table.objects):
                return None  # its order may be another one where the judge is
            by_value = one.wants not in (TRUE, FALSE)
            expected = Packer(no_foreign).pack(one.expected) if by_value else None
            if _may_differ(expected):
                return None
            wants.append((one.wants, expected))
    except (TypeError, TooLargeError, RecursionError):
        return None
    question = dumps(["ahead", ["g", entry], calls])
    return (
        LiteralTests(question, tuple(wants), len(run)) if len(question) <= LARGEST_REPLY else None
    )


def _compiles(tree: ast.Module) -> bool:
    """Whether tests that can be parsed can be compiled too; asked of nothing but asserts."""
    try:
        with without_warnings():
            compile(tree, "<tests>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def harmless(tree: ast.Module) -> bool:
    """Whether trusted code before the tests certainly does nothing but define names.

    The judge runs it, and a test could be in it, or an error. It is not compiled here: the
    compiler takes no bounded time or memory for what the body of a function may hold.
    """
    types = set(_TYPES)
    for one in tree.body:
        if isinstance(one, ast.ImportFrom):
            if one.level or one.module not in _MODULES or not _has_all(one):
                return False
            if one.module == "typing":
                types |= {alias.asname or alias.name for alias in one.names}
        elif isinstance(one, ast.Import):
            if any(alias.name not in _MODULES for alias in one.names):
                return False
        elif isinstance(one, ast.FunctionDef):
            if one.decorator_list or not _is_plain_signature(one, types):
                return False
        elif not _is_text(one):
            return False
    return not free_names(tree)


_MODULES = frozenset(
    {
        "typing", "math", "cmath", "collections", "itertools", "functools", "re", "string", "heapq",
        "bisect", "operator", "random", "statistics", "datetime", "copy", "hashlib", "json", "sys",
        "os", "decimal", "fractions", "time",
    }
)  # fmt: skip
"""What prompts import, and is there for sure."""
_TYPES = frozenset({"int", "float", "str", "bool", "list", "dict", "tuple", "set", "bytes"})


def _has_all(statement: ast.ImportFrom) -> bool:
    module = importlib.import_module(statement.module or "")
    return all(alias.name == "*" or hasattr(module, alias.name) for alias in statement.names)


def _is_plain_signature(function: ast.FunctionDef, types: set[str]) -> bool:
    """Whether a definition runs nothing but the names of types."""
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    annotations = [one.annotation for one in parameters if one is not None]
    plain = all(one is None or _is_type(one, types) for one in [*annotations, function.returns])
    return plain and not (given.defaults or given.kw_defaults)


def _is_type(annotation: ast.expr, types: set[str]) -> bool:
    if isinstance(annotation, ast.Tuple | ast.List):
        return all(_is_type(part, types) for part in annotation.elts)
    if isinstance(annotation, ast.Subscript):
        return isinstance(annotation.value, ast.Name) and all(
            _is_type(part, types) for part in (annotation.value, annotation.slice)
        )
    if isinstance(annotation, ast.Constant):
        return annotation.value is None
    return isinstance(annotation, ast.Name) and annotation.id in types


def _may_differ(tree: Tree) -> bool:
    """Whether a tree that equals this one could be of another value, or of none.

    A reference in a reply may be one to the arguments, and within a text or a complex number
    numbers of other types are equal too.
    """
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if type(one) is list:
            if one[0] in ("r", "S", "c"):
                return True
            waiting += one
    return False


def _only_run(tree: ast.Module, entry: str, check: str | None) -> list[Plain] | None:
    """The asserts of tests that consist of one run of plain ones."""
    names = {entry, check, "candidate"}
    body, name = [one for one in tree.body if not _says_nothing(one, names)], entry
    if body and _is_call(body[-1], "check", entry):
        names.add(check := "check")
        body = [one for one in body[:-1] if not _says_nothing(one, names)]
    if check is not None:
        function = body[0] if len(body) == 1 else None
        if not isinstance(function, ast.FunctionDef) or check == entry:
            return None
        parameters = list(ast.iter_child_nodes(function.args))
        plain = not (function.decorator_list or function.returns) and function.name == check
        if not plain or len(parameters) != 1 or parameters != function.args.args:
            return None
        if function.args.args[0].annotation is not None:
            return None
        body, name = function.body, function.args.args[0].arg
    # Where an assert holds, nobody asks for its message; what the judge asks first is the same.
    told = [one for one in body if isinstance(one, ast.Assert) and _is_made(one.msg)]
    for one in told:
        if not _only_says(one.msg, {name, entry}):
            return None
        one.msg = None
    plan = Plan()
    left = [one for one in batch_calls(body, name, plan) if not _is_text(one)]
    if len(plan.runs) != 1 or len(left) != 1:
        return None
    calls = sum(one.call is not None for one in plan.runs[0])
    return plan.runs[0] if not told or calls <= MOST_AHEAD else None


def _only_says(message: ast.expr | None, names: set[str]) -> bool:
    """Whether a message is made of literals, built-ins and the program's value alone."""
    found = [] if message is None else nodes(message)
    named = {node.id for node in found if isinstance(node, ast.Name)}
    return all(isinstance(node, _SAYING) for node in found) and named <= names | BUILT_IN


_SAYING = (
    ast.Constant, ast.Name, ast.Call, ast.keyword, ast.BinOp, ast.JoinedStr, ast.FormattedValue,
    ast.Tuple, ast.List, ast.Attribute,
)  # fmt: skip


def _is_made(message: ast.expr | None) -> bool:
    return message is not None and not isinstance(message, ast.Constant)


def _is_call(statement: ast.stmt, function: str, argument: str) -> bool:
    """Whether a statement is a call of a function with nothing but this name."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or call.keywords or len(call.args) != 1:
        return False
    names = [one.id for one in (call.func, call.args[0]) if isinstance(one, ast.Name)]
    return names == [function, argument]


def _says_nothing(statement: ast.stmt, names: set[str | None]) -> bool:
    """Whether a statement is a text, or gives constants a name: `METADATA = {"author": "jt"}`."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Dict):
        return _is_text(statement)
    parts = [*statement.value.keys, *statement.value.values]
    return all(isinstance(part, ast.Constant) for part in parts) and all(
        isinstance(target, ast.Name) and target.id not in names and "__" not in target.id
        for target in statement.targets
    )


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
