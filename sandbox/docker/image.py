"""Build the sandbox image from this machine's own Python, where no registry can be reached.

    python -m assay.sandbox.docker.image [--with numpy]

The image holds the interpreter, its standard library, the shared objects that these use, the
time zones and the fork-server: what `image/Dockerfile` makes on a base image, under the same tag.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..forkserver import client as forkserver_client
from ..forkserver import rootfs
from ..interpreter_survey import base_interpreter, survey
from . import engine

_SKIPPED = {"__pycache__", "site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter"}
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
_HOME = "/opt/assay"
_ENTRY = (
    "import sys; sys.path.append('/opt/assay'); "
    "from forkserver import container_agent; container_agent.main()"
)
_FLAGS = ["-S", "-s", "-P", "-B", "-X", "utf8", "-c"]


def build_from_host(libraries: tuple[str, ...] = ()) -> str:
    """Import an image made of this machine's Python; returns its id. Raises UsageError."""
    interpreter = os.path.realpath(base_interpreter())
    archive = _archive(interpreter, survey(libraries))
    client = engine.connect()
    try:
        repository, _, tag = engine.IMAGE.partition(":")
        said = client.api.import_image_from_data(
            archive, repository=repository, tag=tag, changes=_changes(interpreter)
        )
        made = json.loads(said.strip().splitlines()[-1])["status"]
        client.api.tag(made, repository, tag)  # podman imports under "latest", whatever is asked
        return str(client.images.get(engine.IMAGE).id)
    except engine.ENGINE_ERRORS as problem:
        raise UsageError(f"the engine takes no image: {engine.shorten(problem)}") from problem
    finally:
        client.close()


def _changes(interpreter: str) -> list[str]:
    entry = json.dumps([interpreter, *_FLAGS, _ENTRY])
    return [
        f"ENTRYPOINT {entry}",
        "USER 65534:65534",
        "WORKDIR /tmp",
        f"ENV PATH={os.path.dirname(interpreter)}:/usr/bin:/bin",
    ]


def _archive(interpreter: str, wanted: dict[str, list[str]]) -> bytes:
    """A tar file of the root file system, owned by root and readable by all."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name in ("lib", "lib64", "lib32"):
            if os.path.islink(f"/{name}"):
                _link(archive, f"/{name}", os.readlink(f"/{name}"))
        for folder in wanted["folders"]:
            if not any(folder.startswith(f"{other}/") for other in wanted["folders"]):
                _add_tree(archive, folder, folder)
        site = _site_folder(interpreter)
        for package in wanted["packages"]:
            _add_tree(archive, package, f"{site}/{os.path.basename(package)}")
        for zones in wanted["zones"]:
            _add_tree(archive, zones, rootfs.ZONES)
        _add(archive, interpreter, interpreter)
        _link(archive, "/usr/bin/python3", interpreter)
        for path in wanted["files"]:
            _add(archive, os.path.realpath(path), path)
            for other in _other_names(path):
                _link(archive, other, os.path.basename(path))
        for loader in _LOADERS:
            if os.path.exists(loader):
                target = os.path.realpath(os.path.dirname(loader)) + "/" + os.path.basename(loader)
                if target not in wanted["files"]:
                    _add(archive, os.path.realpath(loader), target)
        if os.path.exists("/etc/ld.so.cache"):
            _add(archive, "/etc/ld.so.cache", "/etc/ld.so.cache")
        for module in sorted(Path(forkserver_client.__file__).parent.glob("*.py")):
            _add(archive, str(module), f"{_HOME}/forkserver/{module.name}")
        for empty in ("tmp", "proc", "sys", "dev"):
            entry = tarfile.TarInfo(empty)
            entry.type = tarfile.DIRTYPE
            entry.mode = 0o1777 if empty == "tmp" else 0o755  # a mount on it takes this mode
            archive.addfile(entry)
    return held.getvalue()


def _site_folder(interpreter: str) -> str:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([interpreter, "-I", "-c", code], capture_output=True, text=True)
    return done.stdout.strip()


def _add_tree(archive: tarfile.TarFile, source: str, target: str) -> None:
    if os.path.isfile(source):
        _add(archive, source, target)
        return
    for path in _files(source):
        _add(archive, path, target + path[len(source) :])


def _files(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            path = os.path.join(base, name)
            if os.path.isfile(path) and not name.endswith((".a", ".pyc")):
                yield path


def _add(archive: tarfile.TarFile, source: str, target: str) -> None:
    entry = tarfile.TarInfo(target.lstrip("/"))
    entry.size = os.path.getsize(source)
    entry.mode = 0o755 if os.access(source, os.X_OK) else 0o644
    with open(source, "rb") as content:
        archive.addfile(entry, content)


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name.lstrip("/"))
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    archive.addfile(entry)


def _other_names(path: str) -> list[str]:
    """The symbolic links beside a shared object that lead to it (libz.so.1)."""
    folder, own = os.path.split(path)
    stem = own.split(".so")[0] + ".so"
    beside = (f"{folder}/{name}" for name in os.listdir(folder) if name.startswith(stem))
    return [name for name in beside if os.path.islink(name) and os.path.realpath(name) == path]


def main(arguments: list[str] | None = None) -> None:
    """Build the image from the command line."""
    parser = argparse.ArgumentParser(prog="python -m assay.sandbox.docker.image")
    parser.add_argument("--with", dest="libraries", nargs="*", default=[], metavar="LIBRARY")
    options: Any = parser.parse_args(arguments)
    try:
        identity = build_from_host(tuple(options.libraries))
    except UsageError as problem:
        print(problem, file=sys.stderr)
        raise SystemExit(2) from None
    print(f"{engine.IMAGE} is {identity}")


if __name__ == "__main__":
    main()
