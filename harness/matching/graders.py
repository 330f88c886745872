"""Graders as a TOML file declares them, each with an environment of its own.

    [graders.math-verify]
    requirements = ["math-verify[antlr4_13_2]==0.9.0"]
    code = '''
    from math_verify import parse, verify

    def grade(gold, completion):
        return verify(parse(gold), parse(completion))
    '''

`inherit = true` also shows the packages of assay's own environment; `python = "PATH"` uses an
environment that exists; `about` says what it is. A grader of assay itself needs neither.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...sandbox.errors import UsageError

INSTALL_SECONDS = 900
_making = threading.Lock()


class Grader(BaseModel):
    """One grader of a match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1)
    """Python that defines `grade(gold, completion)`."""
    requirements: list[str] = []
    """What pip installs into its environment."""
    dependencies: bool = True
    """Whether the requirements' own requirements are installed too."""
    inherit: bool = False
    """Whether the packages of assay's environment can be imported, after its own."""
    python: str | None = None
    """An existing interpreter in place of a new environment."""
    seconds: float = Field(default=30.0, gt=0, le=600)
    """A case that takes longer is a hang; the worker is killed."""
    about: str = ""


class GraderFailedError(Exception):
    """A grader's environment cannot be made; the message says why."""


def read_graders(path: Path) -> dict[str, Grader]:
    """The graders of a file, in its order. Raises UsageError that names file, grader and field."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("graders")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"--graders {path}: cannot be read: {error}") from error
    if not isinstance(table, dict) or not table:
        raise UsageError(f"--graders {path}: declare each grader in a table [graders.NAME]")
    return {name: _grader(path, name, fields) for name, fields in table.items()}


def _grader(path: Path, name: str, fields: Any) -> Grader:
    try:
        return Grader.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"--graders {path}: [graders.{name}] {place}: {first['msg']}") from None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a grader runs."""

    python: Path
    glue: Path


def prepare(name: str, grader: Grader, folder: Path) -> Place:
    """Make the environment of a grader, or find it. Raises GraderFailedError."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    glue = folder / f"{name.replace('/', '-')}.py"
    glue.write_text(grader.code, encoding="utf-8")
    if grader.python is not None:
        python = Path(grader.python).expanduser()
        if not python.is_file():
            raise GraderFailedError(f"python {grader.python!r} is not a file")
        return Place(python, glue)
    if not grader.requirements:
        return Place(Path(sys.executable), glue)
    with _making:  # graders with the same requirements share an environment
        return Place(_environment(grader, folder), glue)


def _environment(grader: Grader, folder: Path) -> Path:
    """The interpreter of an environment with the grader's requirements, made once."""
    wanted = repr((sorted(grader.requirements), grader.dependencies, grader.inherit, sys.version))
    home = folder / f"env-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    python = home / "bin" / "python"
    if (home / "complete").exists():
        return python
    shutil.rmtree(home, ignore_errors=True)
    _run([sys.executable, "-m", "venv", *_without_pip(), str(home)])
    extra = [] if grader.dependencies else ["--no-deps"]
    _run([*_installer(python), *extra, *grader.requirements])
    if grader.inherit:
        packages = next(home.glob("lib/python*/site-packages"))
        own = sysconfig.get_paths()["purelib"]
        # Read after the environment's own packages, so that those win.
        (packages / "zz_inherited.pth").write_text(f"{own}\n", encoding="utf-8")
    (home / "complete").touch()
    return python


def _uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.is_file() else shutil.which("uv")


def _without_pip() -> list[str]:
    return ["--without-pip"] if _uv() else []


def _installer(python: Path) -> list[str]:
    uv = _uv()
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    return [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False,
            env={**os.environ, "VIRTUAL_ENV": ""},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GraderFailedError(f"cannot be installed: {error}"[:300]) from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise GraderFailedError(f"cannot be installed: {' '.join(lines[-2:])}"[:300])
