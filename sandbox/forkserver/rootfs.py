"""A root file system with the interpreter, its libraries and time zones, and nothing else.

`survey()` runs in a separate interpreter and finds the files that an interpreter with the wanted
libraries uses; `build()` lays them out under a small tmpfs, everything read-only.
"""

import os
import stat
import sys
import sysconfig
from collections.abc import Iterable

from . import kernel

WORK = "/tmp"
LIBRARIES = "/.libraries"
"""Where libraries from below WORK go, which the working folder covers."""
INIT = "/.init"
ZONES = "/usr/share/zoneinfo"
"""Where C and Python look for the time-zone database by default."""
_DEVICES = ("null", "zero", "urandom", "random")
_PARKING = ("/mnt", "/media", "/srv", "/sys", "/opt", "/tmp", "/run")

_INIT_CODE = {  # read(0, stack, 1), then exit_group(0): lives until its server is gone
    "x86_64": (62, "31ff488d7424f0ba0100000031c00f05b8e700000031ff0f05"),
    "aarch64": (183, "000080d2e14300d1220080d2e80780d2010000d4000080d2c80b80d2010000d4"),
}


def init_image(machine: str) -> bytes | None:
    """A complete static ELF program that waits for end of file on its stdin; None if unknown."""
    if machine not in _INIT_CODE:
        return None
    number, code = _INIT_CODE[machine][0], bytes.fromhex(_INIT_CODE[machine][1])
    base, size = 0x400000, 120 + len(code)
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    for value, width in (
        (2, 2), (number, 2), (1, 4), (base + 120, 8), (64, 8), (0, 8), (0, 4),
        (64, 2), (56, 2), (1, 2), (0, 2), (0, 2), (0, 2),
        (1, 4), (5, 4), (0, 8), (base, 8), (base, 8), (size, 8), (size, 8), (0x1000, 8),
    ):  # fmt: skip
        header += value.to_bytes(width, "little")
    return header + code


def leave_out_threads(preload: Iterable[str]) -> None:
    """Keep out optional dependencies that start threads when they are imported.

    A process with threads cannot enter a user namespace, and its forks may hang.
    """
    for name in _THREADED:
        if name not in preload:
            sys.modules[name] = None  # type: ignore[assignment]


_THREADED = ("pyarrow",)


def survey(preload: tuple[str, ...], site: list[str]) -> dict[str, list[str]]:
    """Import `preload` and every extension module; returns the files and folders in use.

    `site` lists the import folders beyond the standard library, which this extends `sys.path`
    with. "folders": library folders; "files": shared objects outside them; "packages": entries of
    the `site` folders.
    """
    import importlib
    import pkgutil

    site = [folder for folder in site if folder not in sys.path]
    sys.path += site
    leave_out_threads(preload)
    for name in preload:
        importlib.import_module(name)
        if len(os.listdir("/proc/self/task")) > 1:
            raise ImportError(f"{name} starts threads when it is imported")
    packages = _site_entries(site)
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    dynload = [p for p in sys.path if p.endswith("lib-dynload")]
    folders.update(dynload)
    for found in pkgutil.iter_modules(dynload):
        if "test" in found.name or found.name.startswith(("_tkinter", "_curses", "readline")):
            continue
        try:
            importlib.import_module(found.name)
        except ImportError:
            continue  # without its library it is of no use inside either
    with open("/proc/self/maps") as maps:
        mapped = {line.split(None, 5)[5].rstrip("\n") for line in maps if "/" in line}
    covered = [*folders, *packages]
    files = {
        path
        for path in mapped
        if ".so" in os.path.basename(path) and not path.startswith(tuple(f + "/" for f in covered))
    }
    return {
        "folders": sorted(f for f in folders if os.path.isdir(f)),
        "files": sorted(files),
        "packages": sorted(packages),
    }


def _site_entries(site: list[str]) -> set[str]:
    """What the imported modules occupy in `site`: packages, files, bundled libraries."""
    entries: set[str] = set()
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None) or ""
        holders = [folder for folder in site if path.startswith(folder + "/")]
        if holders:
            folder = max(holders, key=len)
            top = path[len(folder) + 1 :].split("/")[0]
            entries.add(f"{folder}/{top}")
            bundled = f"{folder}/{top}.libs"
            if os.path.isdir(bundled):
                entries.add(bundled)
    return entries


def build(wanted: dict[str, list[str]]) -> str:
    """Lay the root out in a tmpfs of this mount namespace; returns the folder to pivot into."""
    sources = wanted["folders"] + wanted["files"] + wanted["packages"] + wanted["zones"]
    covers = []
    root = parking_place(sources)
    kernel.mount("tmpfs", root, "tmpfs", kernel.MS_NOSUID, "size=2m,nr_inodes=4096,mode=755")
    mirror_links(root)
    for folder in wanted["folders"]:
        show(root, folder)
        for inner in ("site-packages", "dist-packages", "test"):
            if os.path.isdir(f"{folder}/{inner}"):
                covers.append(f"{root}{place_of(folder)}/{inner}")
                kernel.mount("tmpfs", covers[-1], "tmpfs", _COVER, "size=64k,mode=755")
    for entry in wanted["packages"]:
        show(root, entry)
    for folder in wanted["zones"][:1]:
        show(root, folder, ZONES)
    for path in wanted["files"]:
        show(root, path)
        _link_names(root, path)
    _devices(root)
    if os.path.exists("/etc/ld.so.cache"):
        show(root, "/etc/ld.so.cache")
    os.mkdir(root + WORK)
    _write_init(root)
    for cover in covers:
        kernel.mount(None, cover, None, kernel.MS_REMOUNT | kernel.MS_RDONLY | _COVER)
    kernel.mount(None, root, None, kernel.MS_REMOUNT | kernel.MS_RDONLY | kernel.MS_NOSUID)
    return root


def parking_place(sources: Iterable[str]) -> str:
    """A folder of the host that a root can be mounted over: none of the sources lies below it."""
    taken = tuple(sources)
    return next(
        place for place in _PARKING
        if os.path.isdir(place) and not any(one.startswith(place + "/") for one in taken)
    )  # fmt: skip


_COVER = kernel.MS_NOSUID | kernel.MS_NODEV
"""Mount flags of the empty folders that hide what is not shown of a library folder."""


def place_of(path: str) -> str:
    """Where a path of the host is found inside: the same path, or one that avoids WORK."""
    return LIBRARIES + path if path.startswith(WORK + "/") else path


def move_imports() -> None:
    """Let this interpreter find libraries that `place_of` has moved."""
    sys.path[:] = [place_of(folder) for folder in sys.path]
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        folders = getattr(module, "__path__", None)
        if isinstance(folders, list):
            folders[:] = [place_of(str(folder)) for folder in folders]


def show(root: str, path: str, place: str = "") -> None:
    """Bind one file or folder below the new root, at `place` or where it is on the host."""
    target = root + (place or place_of(path))
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o444))
    kernel.bind(path, target, kernel.MS_NODEV)


def mirror_links(root: str) -> None:
    """Copy links such as /lib -> usr/lib, where the host has them."""
    for name in ("lib", "lib64", "lib32"):
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), f"{root}/{name}")


def _link_names(root: str, path: str) -> None:
    """Add the other names of a shared object (libz.so.1 for libz.so.1.2.13)."""
    folder, own = os.path.split(path)
    stem = own.split(".so")[0] + ".so"
    for name in os.listdir(folder):
        full = f"{folder}/{name}"
        if (
            name.startswith(stem)
            and os.path.islink(full)
            and os.path.realpath(full) == path
            and not os.path.lexists(root + place_of(full))
        ):
            os.symlink(own, root + place_of(full))


def _devices(root: str) -> None:
    os.makedirs(root + "/dev")
    for name in _DEVICES:
        if os.path.exists(f"/dev/{name}") and stat.S_ISCHR(os.stat(f"/dev/{name}").st_mode):
            os.close(os.open(f"{root}/dev/{name}", os.O_CREAT | os.O_WRONLY, 0o444))
            kernel.bind(f"/dev/{name}", f"{root}/dev/{name}")


def _write_init(root: str) -> None:
    image = init_image(kernel.MACHINE)
    if image is not None:
        with open(root + INIT, "wb") as file:
            file.write(image)
        os.chmod(root + INIT, 0o555)


def clean(work: str) -> None:
    """Empty a working folder, whatever a program left there.

    Folders are flattened one level at a time, so that no depth, name or mode gets in the way.
    Raises OSError if something cannot be removed.
    """
    mark, count = os.urandom(8).hex(), 0  # a name that no program can have guessed
    while names := os.listdir(work):
        for name in names:
            path = f"{work}/{name}"
            if os.path.islink(path) or not os.path.isdir(path):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                below = f"{path}/{inner}"
                if os.path.islink(below) or not os.path.isdir(below):
                    os.unlink(below)
                    continue
                os.chmod(below, 0o700)
                os.rename(below, f"{work}/{mark}-{count}")
                count += 1
            os.rmdir(path)
