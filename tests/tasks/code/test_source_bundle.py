"""The sources that run in sandboxes share one namespace, so no name may occur twice."""

import ast
from pathlib import Path

import pytest
from assay.tasks.code.judging import source_bundle
from assay.tasks.code.verifier import verify_function

FOLDER = Path(source_bundle.__file__).parent


def _names(name: str) -> list[str]:
    found = []
    for node in ast.parse((FOLDER / f"{name}.py").read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [one.id for one in targets if isinstance(one, ast.Name)]
    return found


@pytest.mark.parametrize("side", ["program_side", "judge_side"])
def test_no_name_is_defined_twice(side: str) -> None:
    parts = source_bundle.parts(side)
    assert side in parts
    names = [name for part in parts for name in _names(part)]
    assert len(names) > 50
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_values_of_libraries_wait_beside_a_program() -> None:
    parts = source_bundle.parts("program_side")
    assert "deferred_values" in parts
    assert "known_values" not in parts
    assert "known_values" in source_bundle.parts("judge_side")


def test_a_value_of_a_library_has_the_texts_read() -> None:
    program = (
        "import io, pathlib, types\n"
        "def f(kind):\n"
        "    if kind == 'buffer':\n"
        "        made = io.StringIO('a')\n"
        "        return [made, made]\n"
        "    if kind == 'path':\n"
        "        return pathlib.PurePosixPath('/a/b')\n"
        "    return types.SimpleNamespace(x=1)\n"
        "def grow(buffer, space):\n"
        "    buffer.write('more')\n"
        "    space.x = 2\n"
    )
    tests = (
        "import io, pathlib, types\n"
        "one, other = f('buffer')\n"
        "assert one is other and one.getvalue() == 'a'\n"
        "assert f('path') == pathlib.PurePosixPath('/a/b')\n"
        "assert f('space') == types.SimpleNamespace(x=1)\n"
        "buffer, space = io.StringIO(), types.SimpleNamespace(x=1)\n"
        "grow(buffer, space)\n"
        "assert buffer.getvalue() == 'more' and space.x == 2\n"
    )
    verdict = verify_function(f"```python\n{program}```", tests, "f")
    assert verdict.correct, verdict.reason
