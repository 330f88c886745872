"""The import graph has no cycle, and functions and files stay small."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOP = ("harness", "sandbox", "tasks")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45
MAX_PUBLIC_PARAMETERS = 8


@cache
def _modules() -> dict[str, Path]:
    found = {}
    for top in TOP:
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _targets(node: ast.ImportFrom, package: str) -> set[str]:
    """The modules that one `from ... import ...` leads to."""
    base = (node.module or "").removeprefix("assay.")
    if node.level:
        parts = package.split(".")
        base = ".".join(
            [*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])]
        )
    # `from package import module` leads to the module; `from module import name` to the module.
    return {
        full if (full := f"{base}.{alias.name}") in _modules() else base for alias in node.names
    }


@cache
def import_graph() -> dict[str, set[str]]:
    """Module -> the modules it imports; imports in functions and for types only count too."""
    graph = {}
    for name, path in _modules().items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                found |= _targets(node, package)
            elif isinstance(node, ast.Import):
                found |= {alias.name.removeprefix("assay.") for alias in node.names}
        graph[name] = {one for one in found if one in _modules() and one != name}
    return graph


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(graph[module])
    return seen


def test_the_import_graph_sees_the_imports_of_this_tree() -> None:
    graph = import_graph()
    assert "tasks" in graph["harness.rewards"]
    assert "tasks.verdict" in graph["tasks"]
    assert sum(map(len, graph.values())) > 500


def test_no_module_imports_itself_by_a_circle() -> None:
    graph = import_graph()
    assert [name for name in graph if name in _reachable(graph, name)] == []


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_files_and_functions_stay_short() -> None:
    long = []
    for path in _modules().values():
        text = path.read_text()
        if text.count("\n") > MAX_FILE_LINES:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in _functions(ast.parse(text)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines")
    assert long == []


def test_public_callables_take_at_most_eight_parameters() -> None:
    wide = []
    for path in _modules().values():
        for node in _functions(ast.parse(path.read_text())):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = sum(one.arg not in ("self", "cls") for one in given)
            if count > MAX_PUBLIC_PARAMETERS and not node.name.startswith("_"):
                wide.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {count}")
    assert wide == []
