"""The package lists, the direction of imports, and what a wheel carries."""

import ast
import fnmatch
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from setuptools import build_meta

ROOT = Path(__file__).resolve().parents[1]
TOP = ("harness", "sandbox", "tasks")
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUPTOOLS = CONFIG["tool"]["setuptools"]
MAY_IMPORT = {"sandbox": set(), "tasks": {"sandbox"}, "harness": {"sandbox", "tasks"}}


def _sources() -> list[Path]:
    return [path for top in TOP for path in sorted((ROOT / top).rglob("*.py"))]


def test_the_list_of_packages_is_the_tree() -> None:
    tree = {
        "assay." + ".".join(path.parent.relative_to(ROOT).parts)
        for path in _sources()
        if path.name == "__init__.py"
    }
    assert tree == set(SETUPTOOLS["packages"])
    folders = {path.parent for path in _sources()}
    without = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert without == []


def _is_listed(path: Path) -> bool:
    for package, patterns in SETUPTOOLS["package-data"].items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        if path.is_relative_to(folder):
            own = path.relative_to(folder).as_posix()
            if any(fnmatch.fnmatch(own, pattern) for pattern in patterns):
                return True
    return False


def test_every_data_file_is_listed() -> None:
    ignored = {".py", ".pyc", ".md"}
    forgotten = [
        str(path.relative_to(ROOT))
        for top in TOP
        for path in sorted((ROOT / top).rglob("*"))
        if path.is_file() and path.suffix not in ignored and not _is_listed(path)
    ]
    assert forgotten == []


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    """The module that a relative import names, from the root of the distribution."""
    parts = path.relative_to(ROOT).parts[:-1]
    kept = parts[: len(parts) - node.level + 1]
    return ".".join((*kept, *([node.module] if node.module else [])))


def _imported_tops(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            module = _absolute(node, path)
            names = [module] if module else [alias.name for alias in node.names]
            found |= {name.split(".")[0] for name in names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("assay."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("assay.")]
            found |= {name.split(".")[1] for name in names}
    return found & set(TOP)


@pytest.mark.parametrize("top", TOP)
def test_no_import_runs_back_up(top: str) -> None:
    for path in (ROOT / top).rglob("*.py"):
        wrong = _imported_tops(path) - {top} - MAY_IMPORT[top]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_the_sandbox_needs_only_the_standard_library_and_its_clients() -> None:
    import sys

    allowed = set(sys.stdlib_module_names) | {"docker", "requests", "urllib3"}
    for path in (ROOT / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                own = name.split(".")[0] == "forkserver"  # runs as its own top in the sandbox
                assert own or name.split(".")[0] in allowed, (path.name, name)


def test_a_wheel_carries_every_source_and_data_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    settings = {"--build-option": ["build", "--build-base", str(tmp_path / "build")]}
    name = build_meta.build_wheel(str(tmp_path), settings)
    with zipfile.ZipFile(tmp_path / name) as wheel:
        carried = {entry for entry in wheel.namelist() if entry.startswith("assay/")}
    expected = {
        "assay/" + path.relative_to(ROOT).as_posix()
        for top in TOP
        for path in (ROOT / top).rglob("*")
        if path.is_file() and (path.suffix == ".py" or _is_listed(path))
    }
    assert carried == expected
    assert not any(entry.startswith(("tests/", "benchmarks/")) for entry in carried)


def test_the_version_is_the_distribution_s() -> None:
    assert version("assay") == CONFIG["project"]["version"]
    assert not (ROOT / "__init__.py").exists()
