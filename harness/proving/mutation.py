"""Wrong programs: a reference with one operator, one statement or its whole answer changed."""

import ast
import copy
import random
from collections.abc import Callable, Iterator, Sequence

from ...tasks.code.generating.mutation import mutants as operator_mutants

Mutant = tuple[str, str]
"""What was changed, and the program."""


def mutants(source: str, entry_point: str, rng: random.Random, most: int) -> list[Mutant]:
    """Up to `most` different wrong programs, the coarse ones first.

    Raises SyntaxError when the source is not Python.
    """
    plain = ast.unparse(ast.parse(source))
    found: dict[str, str] = {}
    for what, program in _coarse(source, entry_point):
        if program != plain:
            found.setdefault(program, what)
    statements = list(_statement_mutants(source))
    rng.shuffle(statements)
    operators = [
        (f"{was} becomes {now}", program)
        for program, was, now in operator_mutants(source, rng, most)
    ]
    mixed = [pair for both in zip(statements, operators, strict=False) for pair in both]
    shorter = min(len(statements), len(operators))
    for what, program in [*mixed, *statements[shorter:], *operators[shorter:]]:
        if len(found) >= most:
            break
        if program != plain:
            found.setdefault(program, what)
    return [(what, program) for program, what in found.items()]


def stubs(source: str, entry_point: str) -> list[Mutant]:
    """Programs that do not look at what they are given; tests that accept all assert nothing."""
    bodies = {
        "returns None": "return None",
        "raises": "raise ValueError('no answer')",
        "returns a fresh object": "return object()",
    }
    return [
        (what, program)
        for what, body in bodies.items()
        if (program := _with_body(source, entry_point, body)) is not None
    ]


def _with_body(source: str, entry_point: str, body: str) -> str | None:
    """The program with another body of its entry point; None when it is not a function."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == entry_point:
            node.body = ast.parse(body).body
            node.args = ast.arguments([], [], ast.arg("args"), [], [], ast.arg("named"), [])
            node.decorator_list = []
            return ast.unparse(ast.fix_missing_locations(tree))
    return None


def constants(source: str, entry_point: str, values: Sequence[str]) -> list[Mutant]:
    """Programs that give one of these literals, whatever they are given.

    None where the reference itself does not look at its arguments.
    """
    if not _reads_arguments(source, entry_point):
        return []
    return [
        (f"the program only does: return {value}", program)
        for value in dict.fromkeys(values)
        if (program := _with_body(source, entry_point, f"return {value}")) is not None
    ]


def _reads_arguments(source: str, entry_point: str) -> bool:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == entry_point:
            given = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
            return any(
                isinstance(inner, ast.Name) and inner.id in given
                for statement in node.body
                for inner in ast.walk(statement)
            )
    return False


def _coarse(source: str, entry_point: str) -> Iterator[Mutant]:
    """The entry point gives one of its arguments, or a constant, whatever is asked."""
    for body in ("return args[0]", "return args[-1]", "return 0", "return True", "return False",
                 "return []", "return ''"):  # fmt: skip
        program = _with_body(source, entry_point, body)
        if program is not None:
            yield f"the program only does: {body}", program


def _statement_mutants(source: str) -> Iterator[Mutant]:
    """One statement left out, one condition turned or fixed, one result or bound moved."""
    for change in (_without, _turned, _fixed, _stripped, _emptied):
        index = 0
        while True:
            tree = ast.parse(source)
            what = change(tree, index)
            if what is None:
                break
            index += 1
            if what:
                yield what, ast.unparse(ast.fix_missing_locations(tree))


def _blocks(tree: ast.AST) -> list[list[ast.stmt]]:
    return [
        block
        for node in ast.walk(tree)
        for name in ("body", "orelse")
        if isinstance(block := getattr(node, name, None), list) and block
        and isinstance(block[0], ast.stmt)
    ]  # fmt: skip


def _without(tree: ast.AST, index: int) -> str | None:
    """Statement `index` left out; "" where it cannot be, None past the last."""
    places = [
        (block, at)
        for block in _blocks(tree)
        for at, statement in enumerate(block)
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.If | ast.For | ast.While
                      | ast.Expr | ast.Break | ast.Continue | ast.Return)
    ]  # fmt: skip
    if index >= len(places):
        return None
    block, at = places[index]
    was = block[at]
    if isinstance(was, ast.Expr) and isinstance(was.value, ast.Constant):
        return ""  # a docstring
    text = ast.unparse(was).split("\n")[0]
    block[at] = ast.copy_location(ast.Pass(), was)
    return f"without {text}"


def _conditions(tree: ast.AST) -> list[ast.If | ast.While | ast.IfExp]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.While | ast.IfExp)]


def _turned(tree: ast.AST, index: int) -> str | None:
    found = [node for node in _conditions(tree) if not isinstance(node, ast.While)]
    if index >= len(found):
        return None
    node = found[index]
    text = ast.unparse(node.test)
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return f"not ({text})"


def _fixed(tree: ast.AST, index: int) -> str | None:
    found = _conditions(tree)
    if index >= 2 * len(found):
        return None
    node, value = found[index // 2], bool(index % 2)
    if isinstance(node, ast.While) and value:
        return ""  # it would not end
    text = ast.unparse(node.test)
    node.test = ast.Constant(value)
    return f"{text} is taken as {value}"


def _stripped(tree: ast.AST, index: int) -> str | None:
    """A call replaced by its first argument, or a method call by its object."""
    places: list[tuple[ast.AST, str, int | None]] = []
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.Call) and _inner(value) is not None:
                places.append((node, name, None))
            elif isinstance(value, list):
                places += [
                    (node, name, at)
                    for at, one in enumerate(value)
                    if isinstance(one, ast.Call) and _inner(one) is not None
                ]
    if index >= len(places):
        return None
    node, name, at = places[index]
    holder = getattr(node, name)
    call: ast.Call = holder if at is None else holder[at]
    text, inner = ast.unparse(call), copy.deepcopy(_inner(call))
    if at is None:
        setattr(node, name, inner)
    else:
        holder[at] = inner
    return f"{text} becomes {ast.unparse(inner) if inner is not None else ''}"


def _inner(call: ast.Call) -> ast.expr | None:
    if isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name):
        return call.func.value
    if call.args and not isinstance(call.args[0], ast.Starred):
        return call.args[0]
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _emptied(tree: ast.AST, index: int) -> str | None:
    """A boolean operation without its last part, or a slice without a bound."""
    found: list[tuple[ast.AST, Callable[[], None]]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and len(node.values) > 1:
            found.append((node, node.values.pop))  # type: ignore[arg-type]
        elif isinstance(node, ast.Slice):
            for bound in ("lower", "upper", "step"):
                if getattr(node, bound) is not None:
                    found.append((node, _clearing(node, bound)))
    if index >= len(found):
        return None
    node, change = found[index]
    text = ast.unparse(node)
    change()
    if isinstance(node, ast.BoolOp) and len(node.values) == 1:
        return _as_one(tree, node, text)
    return f"{text} becomes {ast.unparse(node)}"


def _clearing(node: ast.Slice, bound: str) -> Callable[[], None]:
    return lambda: setattr(node, bound, None)


def _as_one(tree: ast.AST, node: ast.BoolOp, text: str) -> str:
    """A boolean operation with one part left is that part."""
    node.values.append(node.values[0])
    return f"{text} becomes {ast.unparse(node.values[0])}"
