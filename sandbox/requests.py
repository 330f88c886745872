"""From a Program and its Limits to a RunRequest: check, encode and bound them."""

import math
import os
import resource
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType

from .errors import UsageError
from .forkserver.protocol import RunRequest
from .types import Limits, Outcome, Program

LARGEST_SOURCE = 16 * 2**20
_LARGEST = {"cpu_seconds": 86400.0, "wall_seconds": 604800.0, "processes": 4096.0}
_BYTES_PER_INODE = 16 * 1024
_FEWEST_INODES, _MOST_INODES = 64, 4096


_checked: Limits | None = None


def check_limits(limits: Limits) -> None:
    """Raise UsageError for a limit that is not positive, finite and within the machine."""
    global _checked
    if limits is _checked:  # the same object again, as from run to run
        return
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    largest = {
        **_LARGEST,
        "memory_mb": machine,
        "files_mb": machine,
        "output_kb": machine * 1024,
        "open_files": math.inf if hard == resource.RLIM_INFINITY else float(hard),
    }
    for item in fields(limits):
        value = getattr(limits, item.name)
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise UsageError(f"{item.name}={value!r} is not a number: give a positive one")
        if value <= 0:
            raise UsageError(f"{item.name}={value} allows nothing: give a positive limit")
        if value > largest[item.name]:
            most = int(largest[item.name])
            raise UsageError(f"{item.name}={value} is beyond this machine: give at most {most}")
    if limits.open_files < 8:
        raise UsageError(f"open_files={limits.open_files} is too few to start: give at least 8")
    _checked = limits


def encode_request(program: Program, limits: Limits) -> RunRequest | Outcome:
    """Encode one run; an Outcome instead if the program cannot run because of its source.

    Raises UsageError for impossible limits and file names, which are the caller's mistake.
    """
    check_limits(limits)
    if not isinstance(program.source, str):
        kind = type(program.source).__name__
        raise UsageError(f"source is {kind}, not str: decode it first")
    if len(program.source) > LARGEST_SOURCE:
        return _too_large(len(program.source))
    source = program.source.encode("utf-8", "surrogatepass")
    if len(source) > LARGEST_SOURCE:
        return _too_large(len(source))
    prelude = _encoded_prelude(program.prelude)
    files = {_name(name): encode(content) for name, content in program.files.items()}
    if files:
        _check_files(files, limits)
    return RunRequest(source, limit_values(limits), files, encode(program.stdin), prelude)


@lru_cache(maxsize=64)
def _encoded_prelude(prelude: str) -> bytes:
    """A prelude in bytes, the same object each time: it is long, and its hash is kept with it."""
    return encode(prelude)


@lru_cache(maxsize=64)
def limit_values(limits: Limits) -> Mapping[str, float]:
    """The limits as plain numbers, with a number of inodes that fits the space."""
    inodes = int(limits.files_mb * 2**20 / _BYTES_PER_INODE)
    return MappingProxyType(
        {
            **{item.name: float(getattr(limits, item.name)) for item in fields(limits)},
            "inodes": float(min(max(inodes, _FEWEST_INODES), _MOST_INODES)),
        }
    )


def encode(content: str | bytes) -> bytes:
    """Bytes as they are; text as UTF-8, including lone surrogates."""
    if isinstance(content, bytes | bytearray):
        return bytes(content)
    if isinstance(content, str):
        return content.encode("utf-8", "surrogatepass")
    raise UsageError(f"{type(content).__name__} is neither text nor bytes: give str or bytes")


def _name(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise UsageError(f"file name {name!r} leaves the working folder: give a relative name")
    try:
        longest = max(len(part.encode()) for part in parts)
    except UnicodeEncodeError:
        raise UsageError(f"file name {name!r} is not Unicode text: rename it") from None
    if longest > 255 or len(name) > 2048:
        raise UsageError(f"file name {name[:40]!r}... is too long: give at most 255 bytes a part")
    return str(PurePosixPath(name))


def _check_files(files: dict[str, bytes], limits: Limits) -> None:
    """Raise UsageError if the files clash or do not fit into the working folder."""
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    if both := folders & set(files):
        name = min(both)
        raise UsageError(f"file name {name!r} is a folder of another file too: rename one")
    room = int(limit_values(limits)["inodes"]) - 1
    if len(files) + len(folders) > room:
        raise UsageError(
            f"{len(files)} files are more than files_mb={limits.files_mb} has room for: "
            "raise that limit"
        )
    held = sum(len(content) + 4096 for content in files.values())
    if held > limits.files_mb * 2**20:
        raise UsageError(
            f"files hold {held} bytes, more than files_mb={limits.files_mb}: raise that limit"
        )


def _too_large(size: int) -> Outcome:
    return Outcome(
        "memory",
        reason=f"the source has {size} characters; at most {LARGEST_SOURCE} are compiled",
    )
