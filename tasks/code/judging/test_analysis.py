"""What the host must know of a benchmark's tests before it runs them: names, classes, entry."""

import ast
import sys
from dataclasses import dataclass
from functools import lru_cache

from .instrumentation import is_asserting_call
from .literal_tests import LONGEST_TEXT, LiteralTests, harmless, read_literal_tests
from .names import bound_names, free_names, imported, parsed
from .syntax_walk import nodes

_USUAL_MODULES = frozenset(
    {
        "sys", "math", "re", "collections", "itertools", "functools", "operator", "random",
        "string", "heapq", "bisect", "copy", "json", "datetime", "decimal", "fractions",
        "statistics", "typing", "cmath", "time",
    }
)  # fmt: skip
_STANDARD = sys.stdlib_module_names | {"solution", "pytest"}
_PLAIN_BASES = frozenset({"NamedTuple", "Enum", "IntEnum", "StrEnum"})


class BrokenTestsError(Exception):
    """The tests cannot be run whatever the program does."""


@dataclass(frozen=True, slots=True)
class TestFacts:
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
    demanded: frozenset[str]
    """Of the names wanted: what the tests call, catch or ask the type of, so code of a program."""
    libraries: tuple[str, ...]
    """Libraries beyond the standard one that the trusted texts import."""
    literal: LiteralTests | None
    """The one question that the tests come down to, if they do."""


@lru_cache(maxsize=4096)
def analyse_tests(tests: str, prompt: str, setup: str, entry_point: str) -> TestFacts:
    """Read the tests. Raises BrokenTestsError when they are not Python."""
    try:
        return _read(tests, prompt, setup, entry_point)
    except RecursionError:
        raise BrokenTestsError(
            "the tests, or the code before them, are nested too deeply"
        ) from None


def _read(tests: str, prompt: str, setup: str, entry_point: str) -> TestFacts:
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
        and not _is_for_scripts(statement)
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
    return TestFacts(
        wanted=tuple(sorted(wanted - modules)),
        modules=tuple(sorted(modules)),
        declared=tuple(sorted(declared)),
        check=check,
        functions=tuple(
            name for name in functions if name.startswith("test") and name not in called
        ),
        demanded=_demanded(inside["tests"]) & wanted,
        decides=_decides(inside["tests"]),
        libraries=tuple(sorted(set().union(*map(imported, inside.values())) - _STANDARD)),
        literal=_literal_tests(trees, entry_point, check) if len(tests) <= LONGEST_TEXT else None,
    )


def _is_for_scripts(statement: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`, which does not run here."""
    return isinstance(statement, ast.If) and any(
        isinstance(node, ast.Name) and node.id == "__name__" for node in nodes(statement.test)
    )


def _literal_tests(
    trees: dict[str, ast.Module], entry: str, check: str | None
) -> LiteralTests | None:
    """The question of the tests, whose tree is another one afterwards."""
    if not (harmless(trees["prompt"]) and harmless(trees["setup code"])):
        return None
    return read_literal_tests(trees["tests"], entry, check)


def _decides(found_nodes: list[ast.AST]) -> str:
    kinds = set(map(type, found_nodes))
    calls = (node for node in found_nodes if isinstance(node, ast.Call))
    if ast.Assert in kinds or any(map(is_asserting_call, calls)):
        return "assert"
    return "raise" if ast.Raise in kinds else ""


def _demanded(found_nodes: list[ast.AST]) -> frozenset[str]:
    """The names that are called, caught, or asked whether something is one of them."""
    found: set[str] = set()
    for node in found_nodes:
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            asks = getattr(node.func, "attr", getattr(node.func, "id", ""))
            types = node.args if asks in _ASK_FOR_TYPES or asks.startswith("assertRaises") else []
            parts = [node.func, *types]
        elif isinstance(node, ast.ExceptHandler):
            parts = [node.type]
        elif isinstance(node, ast.Attribute):
            root = node.value
            parts = [root] if isinstance(root, ast.Name) and root.id[:1].isupper() else []
        for part in parts:
            listed = part.elts if isinstance(part, ast.Tuple) else [part]
            found |= {one.id for one in listed if isinstance(one, ast.Name)}
    return frozenset(found)


_ASK_FOR_TYPES = frozenset({"isinstance", "issubclass", "raises", "assertIsInstance"})


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
