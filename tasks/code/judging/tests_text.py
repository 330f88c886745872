"""What the host must know of a benchmark's tests before it runs them: names, classes, entry."""

import ast
import builtins
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .foresight import Foreseen, foresee
from .trees import nodes

_BUILT_IN = frozenset(dir(builtins))
_USUAL_MODULES = frozenset(
    {
        "sys", "math", "re", "collections", "itertools", "functools", "operator", "random",
        "string", "heapq", "bisect", "copy", "json", "datetime", "decimal", "fractions",
        "statistics", "typing", "cmath", "time",
    }
)  # fmt: skip
_STANDARD = sys.stdlib_module_names | {"solution"}
_PLAIN_BASES = frozenset({"NamedTuple", "Enum", "IntEnum", "StrEnum"})


class BrokenTestsError(Exception):
    """The tests cannot be run whatever the program does."""


@dataclass(frozen=True, slots=True)
class TestsText:
    """Facts about a test text and the trusted prompt that goes with it."""

    wanted: tuple[str, ...]
    """Names that the tests use and nothing on the judge's side defines."""
    modules: tuple[str, ...]
    """Modules of the standard library that the tests use without importing them."""
    declared: tuple[str, ...]
    """Classes of plain data that the tests or the prompt declare."""
    check: str | None
    """The function to call with the entry point, where the tests only define it."""
    functions: tuple[str, ...]
    """pytest-style functions to call."""
    decides: str
    """How the tests say no: "assert" or "raise"; empty when they cannot."""
    libraries: tuple[str, ...]
    """Libraries beyond the standard one that the trusted texts import."""
    foreseen: Foreseen | None
    """The one question that the tests come down to, if they do."""


def parsed(text: str) -> ast.Module:
    """The syntax tree of a trusted or untrusted text. Raises SyntaxError for any failure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"{type(error).__name__}: {error}") from None


def bound_names(body: list[ast.stmt]) -> set[str]:
    """The names that statements bind at their own level, through if, for, with and try."""
    names: set[str] = set()
    for node in _level(body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def _level(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes of this scope, without the insides of functions and classes."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def imported(found_nodes: list[ast.AST]) -> set[str]:
    """The top-level modules that a text of these nodes imports."""
    found: set[str] = set()
    for node in found_nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def free_names(tree: ast.Module) -> set[str]:
    """Names that are read somewhere and bound nowhere in the text, built-ins aside."""
    read: set[str] = set()
    stored: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:  # one pass over plain lists: this runs for every program
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            (read if type(node.ctx) is ast.Load else stored).add(node.id)  # type: ignore[attr-defined]
            continue
        if kind in _BINDERS:
            stored.update(_bound_by(node))
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                stack.extend([item for item in value if isinstance(item, ast.AST)])
            elif isinstance(value, ast.AST):
                stack.append(value)
    return read - stored - _BUILT_IN


_BINDERS = frozenset(
    {
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.Import, ast.ImportFrom,
        ast.ExceptHandler,
    }
)  # fmt: skip


def _bound_by(node: ast.AST) -> set[str]:
    """The names that a definition, a parameter, an import or a handler binds."""
    if isinstance(node, ast.arg):
        return {node.arg}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    name = getattr(node, "name", None)
    return {name} if name else set()


@lru_cache(maxsize=4096)
def facts(tests: str, prompt: str, setup: str, entry_point: str) -> TestsText:
    """Read the tests. Raises BrokenTestsError when they are not Python."""
    trees = {}
    for name, text in (("tests", tests), ("prompt", prompt), ("setup code", setup)):
        try:
            trees[name] = parsed(text)
        except SyntaxError as error:
            raise BrokenTestsError(f"the {name} is not Python: {error.msg}") from None
    tree = trees["tests"]
    known = bound_names(trees["prompt"].body) | bound_names(trees["setup code"].body)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    called = {
        node.func.id
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in nodes(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    wanted = (free_names(tree) - known) | {entry_point}
    declared = {
        node.name
        for one in trees.values()
        for node in one.body
        if isinstance(node, ast.ClassDef) and _is_plain(node)
    } | _named_tuples(list(trees.values()))
    modules = wanted & _USUAL_MODULES - {entry_point}
    inside = {name: nodes(one) for name, one in trees.items()}
    check = "check" if "check" in functions and "check" not in called else None
    return TestsText(
        wanted=tuple(sorted(wanted - modules)),
        modules=tuple(sorted(modules)),
        declared=tuple(sorted(declared)),
        check=check,
        functions=tuple(
            name for name in functions if name.startswith("test") and name not in called
        ),
        decides=_decides(inside["tests"]),
        libraries=tuple(sorted(set().union(*map(imported, inside.values())) - _STANDARD)),
        foreseen=foresee(tree, entry_point, check),  # last: it rewrites the tree
    )


def _decides(found_nodes: list[ast.AST]) -> str:
    kinds = set(map(type, found_nodes))
    return "assert" if ast.Assert in kinds else "raise" if ast.Raise in kinds else ""


def _is_plain(node: ast.ClassDef) -> bool:
    decorators = {ast.unparse(item).partition("(")[0] for item in node.decorator_list}
    bases = {ast.unparse(item).rpartition(".")[2] for item in node.bases}
    return bool(decorators & {"dataclass", "dataclasses.dataclass"} or bases & _PLAIN_BASES)


def _named_tuples(trees: list[ast.Module]) -> set[str]:
    found: set[str] = set()
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                function = ast.unparse(node.value.func).rpartition(".")[2]
                if function in ("namedtuple", "NamedTuple"):
                    found |= {name.id for name in node.targets if isinstance(name, ast.Name)}
    return found
