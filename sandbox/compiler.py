"""C++ programs: compiled apart from everything else, then run in any sandbox like others.

The compiler runs in namespaces of its own (`forkserver/compiler_room.py`). The result is a static
program that needs no file and no `execve`: `native_program` wraps it for `Sandbox.run`.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from .errors import UsageError
from .forkserver import client
from .interpreter_survey import base_interpreter
from .types import Program

CPU_SECONDS, WALL_SECONDS, MEMORY_MB, FILES_MB = 60, 120, 2048, 64
_COMPILERS = ("g++", "c++", "clang++")
_FLAGS = ("-x", "c++", "-std=gnu++17", "-O1", "-w", "-static-pie", "-s", "-I.")
_MAIN, _PROGRAM = "main.cpp", "program"
_NAME = re.compile(r"[A-Za-z0-9_][\w.+-]*\Z")
_ERROR = re.compile(r"\berror\b|cannot find|undefined", re.IGNORECASE)
_PLACE = re.compile(rf"^(?:{re.escape(_MAIN)}|/tmp/\w+\.\w+):")
_START = (
    "import sys; sys.path.append(sys.argv.pop()); "
    "from forkserver import compiler_room; compiler_room.main()"
)
_locks: dict[str, threading.Lock] = {}
_known: dict[str, bytes | str] = {}


class CompilationError(Exception):
    """The source does not compile; the text is the compiler's first error."""


def compile_cpp(source: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Compile C++17 with the machine's compiler to a static program; each content once.

    `headers` maps names to texts that `#include "name"` finds beside the source. Programs are
    kept in `$XDG_CACHE_HOME/assay/compiled` (default `~/.cache`) for later processes. Raises
    CompilationError, and UsageError where this machine has no compiler or cannot isolate one.
    """
    files = {**(headers or {}), _MAIN: source}
    for name in files:
        if not _NAME.match(name):
            raise UsageError(f"header {name!r}: use a plain file name")
    compiler = find_compiler()
    stamp = os.stat(compiler)
    digest = hashlib.sha256(repr((compiler, stamp.st_size, stamp.st_mtime, _FLAGS)).encode())
    for name, text in sorted(files.items()):
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    key = digest.hexdigest()
    with _locks.setdefault(key, threading.Lock()):
        if key not in _known:
            _known[key] = _kept(key) or _compiled(key, compiler, files)
    found = _known[key]
    if isinstance(found, str):
        raise CompilationError(found)
    return found


@functools.cache
def find_compiler() -> str:
    """The path of a C++ compiler. Raises UsageError."""
    for name in _COMPILERS:
        path = shutil.which(name)
        if path is not None:
            return os.path.realpath(path)
    raise UsageError("this machine has no C++ compiler: install g++ (Debian: apt-get install g++)")


def native_program(
    image: bytes, arguments: tuple[str, ...], files: Mapping[str, str | bytes]
) -> Program:
    """A compiled program with its arguments and files, for `Sandbox.run` of any backend.

    It takes the place of the interpreter within the same confinement and limits.
    """
    if _PROGRAM in files:
        raise UsageError(f"file {_PROGRAM!r}: that is the name of the compiled program")
    source = f"start({_PROGRAM!r}, {[_PROGRAM, *arguments]!r})\n"
    return Program(source, files={**files, _PROGRAM: image}, prelude=_loader())


@functools.cache
def _loader() -> str:
    return (Path(__file__).parent / "static_loader.py").read_text(encoding="utf-8")


def _compiled(key: str, compiler: str, files: Mapping[str, str]) -> bytes | str:
    """The program, or the compiler's first error. Raises UsageError."""
    order = {
        "command": [compiler, *_FLAGS, "-o", _PROGRAM, _MAIN], "files": dict(files),
        "seconds": CPU_SECONDS, "memory_mb": MEMORY_MB, "files_mb": FILES_MB,
    }  # fmt: skip
    flags = ["-S", "-s", "-P", "-B", "-X", "utf8"]
    try:
        done = subprocess.run(
            [base_interpreter(), *flags, "-c", _START, str(Path(__file__).parent)],
            input=json.dumps(order).encode(), capture_output=True, timeout=WALL_SECONDS,
            env=client.ENVIRONMENT, cwd="/", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"the compiler did not end within {WALL_SECONDS} s"
    except OSError as problem:
        raise UsageError(f"the compiler did not start: {problem}") from problem
    line, _, image = done.stdout.partition(b"\n")
    if not line:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise UsageError(f"the compiler did not start: {last[:200]}")
    header = json.loads(line)
    if "isolation" in header:
        raise UsageError(f"this machine cannot isolate a compiler: {header['isolation']}")
    if header["status"] != 0 or not image:
        return _first_error(header["status"], header["messages"])
    _keep(key, image)
    return image


def _first_error(status: int, messages: str) -> str:
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    marked = (line for line in lines if _ERROR.search(line))
    first = next(marked, lines[-1] if lines else f"the compiler ended with status {status}")
    return _PLACE.sub("", first)[:300]


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "assay" / "compiled"


def _kept(key: str) -> bytes | None:
    try:
        return (_folder() / key).read_bytes() or None
    except OSError:
        return None


def _keep(key: str, image: bytes) -> None:
    """Write a program where later processes find it; a folder that cannot be written is no harm."""
    with contextlib.suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=_folder(), delete=False) as file:
            file.write(image)
        os.replace(file.name, _folder() / key)
