"""What an interpreter with given libraries needs: asked of a separate interpreter, once each."""

import functools
import importlib.util
import json
import os
import subprocess
import sys
import zoneinfo
from pathlib import Path

from .errors import UsageError
from .forkserver import client


def base_interpreter() -> str:
    """The interpreter behind the virtual environment that we may run in."""
    return getattr(sys, "_base_executable", None) or sys.executable


def check_names(preload: tuple[str, ...]) -> None:
    """Raise UsageError for a name in `preload` that no module can have."""
    for name in preload:
        if not all(part.isidentifier() for part in name.split(".")):
            raise UsageError(f"preload {name!r} is not a module name: give an importable name")


def import_folders() -> list[str]:
    """Where this process imports from, .pth files and PYTHONPATH included."""
    return [folder for folder in sys.path if os.path.isabs(folder) and os.path.isdir(folder)]


@functools.lru_cache(maxsize=16)
def survey(preload: tuple[str, ...]) -> dict[str, list[str]]:
    """The folders, shared objects, packages and time zones for an interpreter with `preload`.

    Raises UsageError if a library cannot be preloaded.
    """
    check_names(preload)
    code = (
        "import sys, json; sys.path.append(sys.argv[1]); from forkserver import rootfs; "
        "print(json.dumps(rootfs.survey(tuple(sys.argv[3:]), json.loads(sys.argv[2]))))"
    )
    folder = str(Path(client.__file__).resolve().parents[1])
    site = json.dumps(import_folders() if preload else [])
    done = subprocess.run(
        [base_interpreter(), "-S", "-s", "-P", "-B", "-c", code, folder, site, *preload],
        capture_output=True, text=True, timeout=120, env=client.ENVIRONMENT, cwd="/",
    )  # fmt: skip
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        wanted = ", ".join(preload) or "the standard library"
        raise UsageError(f"{wanted} cannot be preloaded: {last[0]}; install it or leave it out")
    found: dict[str, list[str]] = json.loads(done.stdout)
    return {**found, "zones": _time_zones()}


def _time_zones() -> list[str]:
    """The folder of the time-zone database: the `tzdata` package's, or the system's."""
    spec = importlib.util.find_spec("tzdata")
    packaged = [f"{folder}/zoneinfo" for folder in (spec and spec.submodule_search_locations) or ()]
    return [folder for folder in (*packaged, *zoneinfo.TZPATH) if os.path.isdir(folder)][:1]
