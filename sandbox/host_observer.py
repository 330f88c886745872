"""The observer outside the sandbox: what must still be true of the host after each attack."""

import contextlib
import os
import resource
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

_SETTINGS = (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/domainname",
    "/proc/sys/kernel/sysrq",
    "/sys/kernel/mm/ksm/run",
    "/sys/fs/cgroup/memory/release_agent",
)
_SHARED = ("/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem", "/proc/swaps")


class HostObserver:
    """Real things that an attack could harm, each checked afterwards.

    A secret file and its folder, listening sockets of four kinds, a victim process with its
    priority, processors and limits, a secret in the environment and in memory, the standard
    library, kernel settings, shared memory, the clock, and the mounts.
    """

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self._folder = _new_folder()
        self._folder.chmod(0o777)
        self._file = self._folder / "secret"
        self._file.write_text(self.secret)
        self._victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        self._name = f"assay-{secrets.token_hex(6)}"
        self._callers: list[str] = []
        self._epoch = time.time() - time.monotonic()
        self._sockets = self._listen()
        os.environ["ASSAY_OBSERVER_SECRET"] = self.secret
        self._mounts = _mounts()
        self._before = self._look()

    def facts(self) -> dict[str, object]:
        """Facts about the host to fill into the attacks."""
        return {
            "secret_file": str(self._file),
            "folder": str(self._folder),
            "port": self._port,
            "abstract": self._name,
            "path": str(self._folder / "socket"),
            "victim": self._victim.pid,
            "harness": os.getpid(),
        }

    def _listen(self) -> list[socket.socket]:
        tcp = socket.create_server(("127.0.0.1", 0))
        self._port = int(tcp.getsockname()[1])
        udp = socket.socket(type=socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self._port))
        abstract, named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        abstract.bind("\0" + self._name)
        named.bind(str(self._folder / "socket"))
        os.chmod(self._folder / "socket", 0o777)
        datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        datagrams.bind("\0" + self._name + "d")
        for listener in (abstract, named):
            listener.listen()
        for listener in (tcp, abstract, named):
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        threading.Thread(target=self._receive, args=(udp,), daemon=True).start()
        return [tcp, udp, abstract, named, datagrams]

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                self._callers.append(f"a caller reached {listener.family.name}")
                caller.close()

    def _receive(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while listener.recv(64):
                self._callers.append("a datagram arrived")

    def violations(self, output: str) -> list[str]:
        """Everything that is no longer as it was; `output` is what the attack printed."""
        found = list(self._callers)
        self._callers.clear()
        if self.secret in output:
            found.append("the secret was printed")
        if self._file.read_text() != self.secret:
            found.append("the secret file changed")
        if sorted(os.listdir(self._folder)) != ["secret", "socket"]:
            found.append("a file was planted")
        if self._victim.poll() is not None:
            found.append("the victim process is dead")
        elif _state(self._victim.pid) in "TtZX":
            found.append("the victim process is stopped")
        if _mounts() > self._mounts:
            found.append(f"{_mounts() - self._mounts} mounts were left")
        now = self._look()
        found += [f"{name} changed" for name, was in self._before.items() if now[name] != was]
        return found

    def _look(self) -> dict[str, object]:
        """The present state of everything that no program may change."""
        pid = self._victim.pid
        alive = _state(pid) not in "ZX"
        kinds = (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_CPU)
        library = Path(os.__file__)
        return {
            "the host name": socket.gethostname(),
            "the root": sorted({"owned", "planted"} & set(os.listdir("/"))),
            "the clock": abs(time.time() - time.monotonic() - self._epoch) > 60,
            "the library": (_stamp(library), (library.parent / "sitecustomize.py").exists()),
            "the secret file": _attributes(self._file),
            "the secret's folder": _attributes(self._folder),
            "shared memory": os.path.exists("/dev/shm/planted"),
            **{f"the kernel setting {name}": _read(name) for name in _SETTINGS},
            **{f"the list {name}": _read(name).count("\n") for name in _SHARED},
            "the victim's priority": alive and os.getpriority(os.PRIO_PROCESS, pid),
            "the victim's processors": alive and os.sched_getaffinity(pid),
            "the victim's limits": alive and [resource.prlimit(pid, kind) for kind in kinds],
        }

    def close(self) -> None:
        """Remove everything that was set up."""
        for listener in self._sockets:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._victim.kill()
        self._victim.wait()
        os.environ.pop("ASSAY_OBSERVER_SECRET", None)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _new_folder() -> Path:
    """A folder in the first place that can be written. Raises OSError where there is none."""
    places = [os.environ.get("TMPDIR") or "/tmp", "/tmp", "/var/tmp", "/dev/shm"]
    for place in places[:-1]:
        with contextlib.suppress(OSError):
            return Path(tempfile.mkdtemp(prefix="assay-observer-", dir=place))
    return Path(tempfile.mkdtemp(prefix="assay-observer-", dir=places[-1]))


def _read(name: str) -> str:
    try:
        return Path(name).read_text()
    except OSError as problem:
        return f"{problem.strerror}"


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mode, found.st_size, found.st_mtime_ns


def _attributes(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_nlink


def _mounts() -> int:
    with open("/proc/self/mountinfo") as file:
        return sum(1 for _ in file)


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, however deep, zombies included."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return found
