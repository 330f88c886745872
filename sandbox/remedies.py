"""What the owner of a machine, a container or a pod has to add for a mechanism that is missing."""

import os
from pathlib import Path

_NAMESPACES = {
    "pod": "add to the container's securityContext: "
    "{seccompProfile: {type: Unconfined}, appArmorProfile: {type: Unconfined}}",
    "container": "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
    "machine": "sysctl -w user.max_user_namespaces=15000; on Ubuntu also "
    "kernel.apparmor_restrict_unprivileged_userns=0",
}
_FOLDER = {
    "pod": "add the volume {name: tmp, emptyDir: {medium: Memory}} and the volumeMount "
    "{name: tmp, mountPath: /tmp}",
    "container": "docker run --tmpfs /tmp",
    "machine": "set TMPDIR to a folder that can be written",
}
_OTHERS = {
    "landlock": "a kernel from 5.13 on with landlock among the boot parameter lsm=, "
    "and an engine whose seccomp profile knows the calls of Landlock (Docker from 20.10.10)",
    "seccomp": "a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64",
    "questions to the server": "a kernel from 5.5 on, a profile that allows seccomp(2) with a "
    "listener, and kernel.yama.ptrace_scope of at most 1",
    "no core files": "docker run --ulimit core=-1",
    "cgroup": "run as root, or give the user a delegated group (systemd-run --user --scope "
    "-p Delegate=yes)",
}


def surroundings() -> str:
    """Where this process runs: in a "pod", in a "container" or on a "machine"."""
    if os.environ.get("KUBERNETES_SERVICE_HOST") or Path("/run/secrets/kubernetes.io").exists():
        return "pod"
    marks = (Path("/.dockerenv"), Path("/run/.containerenv"))
    return "container" if any(mark.exists() for mark in marks) else "machine"


def remedy(level: str, mechanism: str) -> str:
    """The line to add so that `level` gets `mechanism`, for the place where this process runs."""
    if mechanism in _OTHERS:
        return _OTHERS[mechanism]
    if "no folder for programs" in mechanism:
        return _FOLDER[surroundings()]
    if level == "namespaces":
        return _NAMESPACES[surroundings()]
    return _OTHERS["landlock"]
