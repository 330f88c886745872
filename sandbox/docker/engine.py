"""The container engine: connect to it, find the image, start containers, remove orphans.

Uses only calls of the Docker API that other engines (podman's service) answer too.
"""

import contextlib
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.types import Ulimit

from ..errors import UsageError

IMAGE = "assay-sandbox:1"
OURS, OWNER = "assay.sandbox", "assay.owner"
ENGINE_ERRORS = (DockerException, requests.exceptions.RequestException, OSError)
_TIMEOUT = 60
_REMOVAL = 20.0


@dataclass(frozen=True, slots=True)
class ContainerShape:
    """The size of a container; a run that needs another size takes another container."""

    memory_mb: int
    processes: int
    files_mb: int
    inodes: int


def connect() -> Any:
    """A client of the engine that DOCKER_HOST names, or of the local default; UsageError if none.

    The return type is `docker.DockerClient`, which carries no annotations.
    """
    client = None
    try:
        client = docker.from_env(timeout=_TIMEOUT)
        client.ping()
    except ENGINE_ERRORS as problem:
        if client is not None:
            client.close()
        raise UsageError(f"no container engine answers ({shorten(problem)}): {FIX}") from problem
    return client


FIX = "install one (apt-get install docker.io) and start it, or set DOCKER_HOST"


def shorten(problem: BaseException) -> str:
    """The last, most exact part of an engine's message, in one line."""
    said = getattr(problem, "explanation", None) or str(problem)
    line = " ".join(str(said).split())
    return line if len(line) <= 200 else f"{line[:197]}..."


def describe() -> tuple[str, set[str]]:
    """The engine's version and the runtimes that it knows. Raises UsageError."""
    client = connect()
    try:
        info = client.info()
    except ENGINE_ERRORS as problem:
        raise UsageError(f"the engine does not describe itself: {shorten(problem)}") from problem
    finally:
        client.close()
    return str(info.get("ServerVersion", "?")), set(info.get("Runtimes") or {})


def find_image(client: Any) -> str:
    """The id of the sandbox image; UsageError with the command that makes it."""
    try:
        return str(client.images.get(IMAGE).id)
    except ImageNotFound:
        folder = Path(__file__).resolve().parents[1]
        raise UsageError(
            f"the image {IMAGE} is not there: docker build -t {IMAGE} -f "
            f"{folder}/image/Dockerfile {folder}, or, where no registry can be reached, "
            "python -m assay.sandbox.docker.image"
        ) from None
    except ENGINE_ERRORS as problem:
        raise UsageError(f"the engine does not list its images: {shorten(problem)}") from problem


@dataclass(slots=True)
class Abilities:
    """What an engine can limit; `start` corrects the second where it is told otherwise."""

    cpu: bool
    inodes: bool = True


def start(
    client: Any, image: str, shape: ContainerShape, runtime: str | None, can: Abilities
) -> Any:
    """Start one isolated container and return it. Raises ENGINE_ERRORS."""
    tried = can.inodes  # several containers may start at once
    try:
        return _start(client, image, shape, runtime, can)
    except APIError as problem:
        if not tried or "nr_inodes" not in shorten(problem):
            raise
    can.inodes = False  # podman: the size of the folder and the memory of the container remain
    return _start(client, image, shape, runtime, can)


def _start(
    client: Any, image: str, shape: ContainerShape, runtime: str | None, can: Abilities
) -> Any:
    inodes = f"nr_inodes={shape.inodes}," if can.inodes else ""
    options: dict[str, Any] = {
        "network_mode": "none",
        "ipc_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": shape.processes,
        "mem_limit": f"{shape.memory_mb}m",
        "memswap_limit": f"{shape.memory_mb}m",
        "user": "65534:65534",
        "tmpfs": {"/tmp": f"rw,nosuid,nodev,noexec,size={shape.files_mb}m,{inodes}mode=1777"},
        # The number of processes is shared by all containers; an engine without CAP_SYS_RESOURCE
        # (podman as a stripped root) could not raise it to its own default.
        "ulimits": [
            Ulimit(name="nofile", soft=1024, hard=1024),
            Ulimit(name="nproc", soft=4096, hard=4096),
        ],
        "log_config": {"type": "none"},
    }
    if can.cpu:
        options["nano_cpus"] = 1_000_000_000
    if runtime is not None:
        options["runtime"] = runtime
    container = client.containers.create(
        image,
        stdin_open=True,
        auto_remove=True,
        labels={OURS: "1", OWNER: owner_mark(os.getpid())},
        environment={"PYTHONHASHSEED": "0"},
        **options,
    )
    try:
        container.start()
    except BaseException:
        remove(client, container.id)
        raise
    return container


def remove(client: Any, identity: str) -> None:
    """Kill and remove a container; returns when it is gone. Raises ENGINE_ERRORS."""
    deadline = time.monotonic() + _REMOVAL
    while True:
        try:
            client.api.remove_container(identity, force=True, v=True)
        except NotFound:
            return
        except APIError as problem:
            if problem.status_code != 409 or time.monotonic() > deadline:  # 409: being removed
                raise
        try:
            client.api.inspect_container(identity)
        except NotFound:
            return
        time.sleep(0.02)


def owner_mark(pid: int) -> str:
    """Which process a container belongs to, so that another one can tell whether it still runs."""
    return f"{_boot()}/{_pid_namespace()}/{pid}/{_started(pid)}"


def sweep(client: Any) -> int:
    """Remove the containers of harnesses of this machine that are gone; how many there were."""
    removed = 0
    for found in client.api.containers(all=True, filters={"label": OURS}):
        mark = (found.get("Labels") or {}).get(OWNER, "")
        boot, _, rest = mark.partition("/")
        space, _, rest = rest.partition("/")
        pid, _, _ = rest.partition("/")
        ours = boot == _boot() and space == _pid_namespace() and pid.isdigit()
        if ours and mark != owner_mark(int(pid)):
            with contextlib.suppress(*ENGINE_ERRORS):  # another harness may be sweeping too
                remove(client, found["Id"])
            removed += 1
    return removed


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return platform.node()


def _pid_namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return "0"


def _started(pid: int) -> str:
    """When a process began, in ticks since the boot; "" when there is none."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
