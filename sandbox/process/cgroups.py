"""One memory and pids cgroup for each fork-server, in version 1 or 2, where they are writable."""

import contextlib
import itertools
import os
import re
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_count = itertools.count()
_KILLS = re.compile(rb"^oom_kill (\d+)", re.MULTILINE)
_SLACK_MB = 32
_OWN_TASKS = 9  # two of the server, the zygote, the spare child, two init processes, and room


class CgroupUnavailableError(OSError):
    """There is no cgroup here that we can write."""


def _own_groups() -> dict[str, Path]:
    """Controller name ("" for version 2) -> the folder of the group that we are in."""
    found: dict[str, Path] = {}
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return found
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            base = _ROOT if (_ROOT / "cgroup.controllers").exists() else _ROOT / "unified"
            found[""] = base / path.lstrip("/")
        for controller in controllers.split(","):
            if controller in ("memory", "pids"):
                found[controller] = _ROOT / controller / path.lstrip("/")
    return found


class ControlGroup:
    """The cgroup of one fork-server: the server is in it, and so is all that it forks."""

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}
        self._base_mb = 0.0
        self._allowed = (0.0, 0)
        self._kills = 0
        self._events = -1
        """The file that counts kills, held open: it is read after every run that was killed."""
        name = f"assay-{os.getpid()}-{next(_count)}"
        own = _own_groups()
        try:
            if "memory" in own:
                for controller in ("memory", "pids"):
                    if controller in own:
                        self._make(controller, own[controller], name)
            else:
                self._make_unified(own.get(""), name)
            self._events = self._open_events()
            self._kills = self._kill_count()
        except OSError as problem:
            self.remove()
            raise CgroupUnavailableError(problem.errno, str(problem)) from problem

    def _make(self, controller: str, parent: Path, name: str) -> None:
        _sweep(parent)
        (parent / name).mkdir()
        self._folders[controller] = parent / name

    def _make_unified(self, own: Path | None, name: str) -> None:
        if own is None or not own.is_dir():
            raise CgroupUnavailableError(2, "no cgroup file system is mounted")
        for parent in (own, own.parent):
            with contextlib.suppress(OSError):
                (parent / "cgroup.subtree_control").write_text("+memory +pids")
            _sweep(parent)
            try:
                (parent / name).mkdir()
            except OSError:
                continue
            if (parent / name / "memory.max").exists():
                self._folders[""] = parent / name
                return
            (parent / name).rmdir()
        raise CgroupUnavailableError(13, "no writable cgroup with a memory controller")

    def add(self, pid: int) -> None:
        """Put the server into the group; what it forks is in there too."""
        for folder in self._folders.values():
            (folder / "cgroup.procs").write_text(str(pid))

    def allow(self, memory_mb: float, processes: int) -> None:
        """Set the limits of the next run, on top of what the waiting server itself uses.

        `memory_mb` includes the program's files, which are held in memory.
        """
        if (memory_mb, processes) == self._allowed:
            return
        if not self._base_mb:
            self._base_mb = self._usage_mb()
        total = str(int((self._base_mb + memory_mb + _SLACK_MB) * 2**20))
        if "" in self._folders:
            (self._folders[""] / "memory.max").write_text(total)
            with contextlib.suppress(OSError):
                (self._folders[""] / "memory.swap.max").write_text("0")
        else:
            folder = self._folders["memory"]
            (folder / "memory.limit_in_bytes").write_text(total)
        for key in ("", "pids"):
            if key in self._folders:
                (self._folders[key] / "pids.max").write_text(str(processes + _OWN_TASKS))
        self._allowed = (memory_mb, processes)

    def killed(self) -> bool:
        """Whether the kernel has killed for memory in this group since the last call."""
        if self._events < 0:
            return False  # closed meanwhile
        before, self._kills = self._kills, self._kill_count()
        return self._kills > before

    def _usage_mb(self) -> float:
        if "" in self._folders:
            path = self._folders[""] / "memory.current"
        else:
            path = self._folders["memory"] / "memory.usage_in_bytes"
        return int(path.read_text()) / 2**20

    def _open_events(self) -> int:
        if "" in self._folders:
            path = self._folders[""] / "memory.events"
        else:
            path = self._folders["memory"] / "memory.oom_control"
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def _kill_count(self) -> int:
        found = _KILLS.search(os.pread(self._events, 4096, 0))
        return int(found[1]) if found else 0

    def forget(self) -> None:
        """Close our descriptor: in a forked copy of the harness, or before the end."""
        events, self._events = self._events, -1
        if events >= 0:
            os.close(events)

    def remove(self) -> None:
        """Delete the group, after a short wait for the last process to leave it."""
        self.forget()
        deadline = time.monotonic() + 2.0
        for folder in self._folders.values():
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.002)
        self._folders = {}


def _sweep(parent: Path) -> None:
    """Remove empty groups of harnesses that are gone."""
    for folder in parent.glob("assay-*-*"):
        owner = folder.name.split("-")[1]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            with contextlib.suppress(OSError):
                folder.rmdir()
