"""What a verdict depends on, as one key: the verifier's own source, the task, problem, completion.

Two checks with one key have one verdict, on any machine. The version of a verifier is the hash of
the source files that make its verdicts, so a change of any of them changes every key.
"""

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from ...sandbox import isolation_in_use
from ...tasks import Problem, Suite
from ...tasks.suite import StoredSuite
from .jobs import ResolvedJob

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_OURS = __package__.partition(".harness.")[0]
_LIBRARIES = ("sympy", "mpmath", "python-flint", "python-sat")
_PROGRAM_LIBRARIES = ("numpy", "pandas", "scipy")
_ELSEWHERE = frozenset({"data_dir", "path"})
"""Options that say where files are; their content is in the fingerprint of the suite."""
_KEPT = 16_384


@cache
def verifier_version(programs: bool = False) -> str:
    """16 hex digits over the source of the verifiers and the libraries that they compute with.

    With `programs` also over the sandbox that runs them, and how it is isolated here.
    """
    digest = hashlib.sha256()
    folders = ("tasks", "sandbox") if programs else ("tasks",)
    for path in [*_sources(_ROOT / folder for folder in folders), _HERE / "verdicts.py"]:
        digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes() + b"\0")
    libraries = (*_LIBRARIES, *_PROGRAM_LIBRARIES) if programs else _LIBRARIES
    for name in libraries:
        digest.update(f"{name} {_installed(name)}\0".encode())
    digest.update(platform.python_version().encode())
    if programs:
        used = isolation_in_use()
        mechanisms = used["mechanisms"]
        assert isinstance(mechanisms, dict)
        held = sorted(name for name, said in mechanisms.items() if said == "present")
        digest.update(_plain([used["backend"], used["level"], used["unsafe"], held]))
    return digest.hexdigest()[:16]


def _sources(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.py"))


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


_suites: "WeakKeyDictionary[Suite, bytes | None]" = WeakKeyDictionary()
_problems: dict[int, tuple[Problem, bytes]] = {}


def key_of(check: ResolvedJob) -> bytes | None:
    """The key of a check: 32 bytes. None for a suite that is not ours: its source is not known."""
    digest = hashlib.sha256(verifier_version(check.runs_program).encode())
    if check.suite is None or check.problem is None:
        digest.update(_plain([check.answers, check.cases, check.function]))
    else:
        suite = _suite_digest(check.suite)
        if suite is None:
            return None
        digest.update(suite)
        digest.update(_problem_digest(check.problem))
    digest.update(check.completion.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _suite_digest(suite: Suite) -> bytes | None:
    if suite not in _suites:
        _suites[suite] = _hashed_suite(suite)
    return _suites[suite]


def _hashed_suite(suite: Suite) -> bytes | None:
    if not type(suite).__module__.startswith(f"{_OURS}.tasks.") or suite.loaded_as is None:
        return None
    name, options = suite.loaded_as
    kept = {key: value for key, value in options.items() if key not in _ELSEWHERE}
    # A generated suite is its source; a stored one may also compare with its other answers.
    content = suite.fingerprint() if isinstance(suite, StoredSuite) else ""
    return hashlib.sha256(_plain([name, kept, content])).digest()


def _problem_digest(problem: Problem) -> bytes:
    """The hash of a problem, kept for the next completion of the same one."""
    kept = _problems.get(id(problem))
    if kept is not None and kept[0] is problem:
        return kept[1]
    content = [problem.id, problem.prompt, problem.answer, dict(problem.meta)]
    found = hashlib.sha256(_plain(content)).digest()
    if len(_problems) >= _KEPT:
        _problems.pop(next(iter(_problems)), None)
    _problems[id(problem)] = (problem, found)
    return found


def _plain(value: Any) -> bytes:
    try:
        return json.dumps(value, sort_keys=True, default=repr).encode()
    except (TypeError, ValueError, RecursionError):  # such as keys that cannot be sorted
        return repr(value).encode("utf-8", "surrogatepass")
