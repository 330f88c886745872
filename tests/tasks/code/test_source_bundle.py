"""The sources that run in sandboxes share one namespace, so no name may occur twice."""

import ast
from pathlib import Path

import pytest
from assay.tasks.code.judging import source_bundle

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
    parts = source_bundle.parts("rehearsal" if side == "program_side" else side)
    assert side in parts
    names = [name for part in parts for name in _names(part)]
    assert len(names) > 50
    assert sorted({name for name in names if names.count(name) > 1}) == []
