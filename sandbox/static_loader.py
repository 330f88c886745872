"""Starts a static program inside a confined interpreter; runs there as a prelude.

No program may call `execve`, so the interpreter gives its own process to the compiled program: it
maps the segments of a static position-independent ELF image, lays out the stack that the program's
`_start` expects, and jumps there. The limits and the confinement stay what they are.
"""

import ctypes
import os
import platform
import struct

_PAGE, _STACK_BYTES = 4096, 64 << 20
_READ, _WRITE, _EXECUTE = 1, 2, 4
_JUMP = {  # set the stack pointer to the first argument, then jump to the second
    "x86_64": "4889fc31d2ffe6",
    "aarch64": "1f000091e20301aae0031faa40001fd6",
}
_FORWARDED = (11, 12, 13, 14, 16, 17, 26, 33, 51)
"""Entries of the auxiliary vector that hold for the whole process: ids, CPU features, the vDSO."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t) + (ctypes.c_int,) * 3 + (ctypes.c_long,)
_libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_libc.getauxval.restype = ctypes.c_ulong
_libc.getauxval.argtypes = (ctypes.c_ulong,)


def _memory(size: int) -> int:
    at = _libc.mmap(None, size, _READ | _WRITE, 0x22, -1, 0)  # MAP_PRIVATE | MAP_ANONYMOUS
    if at is None or at == 2**64 - 1:
        raise MemoryError
    return int(at)


def _protect(at: int, size: int, rights: int) -> None:
    if _libc.mprotect(at, size, rights) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")


def _map(image: bytes, headers: int, size: int, count: int) -> int:
    """Map the loadable segments; returns the address that they are relative to."""
    segments = []
    for number in range(count):
        kind, flags, offset, address, _, stored, whole, _ = struct.unpack_from(
            "<IIQQQQQQ", image, headers + number * size
        )
        if kind == 1:  # PT_LOAD
            segments.append((flags, offset, address, stored, whole))
    base = _memory(max(address + whole for _, _, address, _, whole in segments) + _PAGE)
    for _, offset, address, stored, _ in segments:
        ctypes.memmove(base + address, image[offset : offset + stored], stored)
    for flags, _, address, _, whole in segments:
        first = address // _PAGE * _PAGE
        rights = (flags & 1) * _EXECUTE | flags & 2 | flags >> 2 & 1
        _protect(base + first, address + whole - first, rights)
    return base


def start(path: str, arguments: list[str]) -> None:
    """Replace this program by the static executable at `path`. Does not return."""
    with open(path, "rb") as file:
        image = file.read()
    entry, headers = struct.unpack_from("<QQ", image, 24)
    size, count = struct.unpack_from("<HH", image, 54)
    base = _map(image, headers, size, count)
    texts = [ctypes.create_string_buffer(os.fsencode(one)) for one in arguments]
    random = ctypes.create_string_buffer(os.urandom(16), 16)
    auxiliary = {kind: _libc.getauxval(kind) for kind in _FORWARDED}
    auxiliary |= {
        3: base + headers, 4: size, 5: count, 6: _PAGE, 7: 0, 9: base + entry, 23: 0,
        25: ctypes.addressof(random),
    }  # fmt: skip
    words = [len(texts), *map(ctypes.addressof, texts), 0, 0]
    words += [word for pair in auxiliary.items() for word in pair] + [0, 0]
    stack = (_memory(_STACK_BYTES) + _STACK_BYTES - 8 * len(words)) // 16 * 16
    ctypes.memmove(stack, struct.pack(f"<{len(words)}Q", *words), 8 * len(words))
    code = bytes.fromhex(_JUMP[platform.machine()])
    page = _memory(_PAGE)
    ctypes.memmove(page, code, len(code))
    _protect(page, _PAGE, _READ | _EXECUTE)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(page)(stack, base + entry)
