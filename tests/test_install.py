"""The wheel in a fresh environment: what the core needs, and what a missing extra says.

Each environment is made by uv from the package index; without an index these tests skip.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from setuptools import build_meta

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")
MEGABYTE = 1_000_000
HEAVY = (
    "torch",
    "transformers",
    "datasets",
    "scipy",
    "numpy",
    "docker",
    "openai",
    "httpx",
    "fastapi",
)
SUITES = ("arithmetic", "function_synthesis", "knights_and_knaves")


def _run(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "PYTHON"))}
    # Nothing answers there, but an engine is named: so the missing client is what is told.
    engine = {"DOCKER_HOST": "tcp://127.0.0.1:9"}
    environment = kept | engine | {"HF_HUB_OFFLINE": "1", "TERM": "dumb"}
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True, text=True, timeout=240, env=environment, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def _uv(*words: str | Path) -> None:
    done = _run(UV, *words)
    if done.returncode and re.search(r"dns|connect|timed out|network|fetch", done.stderr, re.I):
        pytest.skip(f"no package index here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        settings = {"--build-option": ["build", "--build-base", str(folder / "build")]}
        return folder / build_meta.build_wheel(str(folder), settings)
    finally:
        os.chdir(before)


@pytest.fixture(scope="module", params=["newest", "oldest"])
def bare(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An environment that holds the wheel and nothing else, with the newest or oldest versions."""
    if not UV.exists():
        pytest.skip("uv is not installed beside this Python")
    folder = tmp_path_factory.mktemp(request.param) / "venv"
    _uv("venv", "-q", "--python", sys.executable, folder)
    oldest = ["--resolution", "lowest-direct"] if request.param == "oldest" else []
    python = folder / "bin" / "python"
    _uv("pip", "install", "-q", "--compile-bytecode", "--python", python, *oldest, wheel)
    return folder


def _readme_python() -> str:
    found = re.search(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    assert found is not None
    return found[1]


def test_the_bare_environment_is_small(bare: Path) -> None:
    size = sum(path.stat().st_size for path in bare.rglob("*") if path.is_file())
    assert size < 200 * MEGABYTE


def test_the_readme_s_python_runs_bare(bare: Path, tmp_path: Path) -> None:
    done = _run(bare / "bin" / "python", "-c", _readme_python(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "correct 1.0" in done.stdout


def test_nothing_heavy_is_imported_by_the_tasks(bare: Path, tmp_path: Path) -> None:
    script = "import sys, assay.tasks, assay.harness.evaluation; print(*sys.modules)"
    done = _run(bare / "bin" / "python", "-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {name.partition(".")[0] for name in done.stdout.split()}.isdisjoint(HEAVY)


def test_a_suite_of_each_domain_is_sat_scored_and_listed_bare(bare: Path, tmp_path: Path) -> None:
    assay = bare / "bin" / "assay"
    listed = _run(assay, "list", "tasks", "--json", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert set(SUITES) <= set(re.findall(r"\w+", listed.stdout))
    sat = _run(assay, "eval", "--model", "oracle", "--tasks", ",".join(SUITES), "--difficulty", "1",
               "--size", "4", "--run-id", "bare", cwd=tmp_path)  # fmt: skip
    assert sat.returncode == 0, sat.stderr
    summary = json.loads((tmp_path / "results/runs/bare/summary.json").read_text())
    assert [one["accuracy"] for one in summary["suites"].values()] == [1.0, 1.0, 1.0]
    answers = tmp_path / "answers.jsonl"
    script = (
        "import json\nfrom assay.tasks import load\n"
        "suite = load('arithmetic', difficulty=1, size=4)\n"
        "for problem in suite:\n"
        "    print(json.dumps({'id': problem.id, 'completion': suite.gold(problem)}))\n"
    )
    answers.write_text(_run(bare / "bin" / "python", "-c", script, cwd=tmp_path).stdout)
    scored = _run(assay, "score", "--tasks", "arithmetic", "--difficulty", "1", "--size", "4",
                  "--file", answers, cwd=tmp_path)  # fmt: skip
    assert scored.returncode == 0, scored.stderr
    assert "1.000" in scored.stdout or "100" in scored.stdout


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("eval --tasks arithmetic --model bundled", "model"),
        ("eval --tasks arithmetic --model hf/some/model", "hf"),
        ("eval --tasks arithmetic --model openai/x --base-url http://127.0.0.1:9/v1", "openai"),
        ("eval --tasks arithmetic --model anyllm/anthropic/x", "vendors"),
        ("eval --tasks gsm8k --model oracle", "data"),
        ("eval --tasks function_synthesis --model oracle --sandbox docker", "docker"),
        ("train grpo", "model"),
        ("serve", "serve"),
        ("compare a b", "stats"),
        ("leaderboard", "stats"),
    ],
)
def test_a_missing_extra_is_one_line_that_names_it(
    bare: Path, tmp_path: Path, line: str, extra: str
) -> None:
    done = _run(bare / "bin" / "assay", *line.split(), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert f'pip install "assay[{extra}]"' in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def _fake_distribution(folder: Path, name: str, version: str) -> Path:
    """A wheel with nothing but its name and version."""
    import zipfile

    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}/__init__.py", f"__version__ = '{version}'\n")
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")
    return path


def test_installing_the_core_leaves_the_packages_of_a_trainer_alone(
    wheel: Path, tmp_path: Path
) -> None:
    if not UV.exists():
        pytest.skip("uv is not installed beside this Python")
    pinned = {"torch": "2.4.0", "transformers": "4.46.1", "numpy": "1.26.4", "vllm": "0.6.3"}
    _uv("venv", "-q", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    fakes = [_fake_distribution(tmp_path, *one) for one in pinned.items()]
    _uv("pip", "install", "-q", "--no-index", "--python", python, *fakes)
    _uv("pip", "install", "-q", "--python", python, wheel)
    script = (
        "from importlib.metadata import version\nimport sys\nprint(*map(version, sys.argv[1:]))"
    )
    done = _run(python, "-c", script, *pinned)
    assert done.stdout.split() == list(pinned.values())


def test_the_source_distribution_holds_what_the_tests_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tarfile

    monkeypatch.chdir(ROOT)
    name = build_meta.build_sdist(str(tmp_path))
    with tarfile.open(tmp_path / name) as archive:
        held = {one.partition("/")[2] for one in archive.getnames()}
    needed = {
        "Makefile",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "pyproject.toml",
    }
    for top in ("tests", "docs", "benchmarks", "harness", "tasks", "sandbox"):
        needed |= {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / top).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    assert needed - held == set()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert name == f"assay-{version}.tar.gz"
