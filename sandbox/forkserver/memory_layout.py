"""How the memory of the process that forks is laid out, so that its children copy little of it.

A child copies every page that it touches. Objects that it makes should lie side by side, and not
in the gaps between older ones.
"""

import contextlib
import gc

from . import kernel

_FILLING: list[bytes] = []
_RESERVED: list[int] = []
_POOL, _POOL_HEAD, _BYTES_HEAD = 16_384, 48, 33
"""CPython's allocator for small objects: the size and head of a pool, which holds pieces of one
size, and the head of a `bytes` object. With other values less is filled, nothing breaks."""
_SMALL, _LARGE, _CHUNK_HEAD = 512, 65_536, 8
"""The sizes in between are those that libc's malloc takes from its heap, each after a head."""
_MOST_FILLED = 4 * 2**20


def settle() -> None:
    """Collect garbage and arrange memory so that a child has few pages to copy."""
    gc.collect()
    gc.freeze()
    kernel.give_back_memory()
    _fill_holes()


def keep_text_mapped() -> None:
    """Have forks inherit the mapped pages of the interpreter's code instead of faulting them in.

    The kernel copies the page table of a private mapping only if a page of it was written to. So
    one byte of each is written, as it is. Nothing depends on whether that succeeds.
    """
    with contextlib.suppress(OSError):
        with open("/proc/self/maps") as lines:
            texts = [line.split()[0] for line in lines if " r-xp " in line and ".so" in line]
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            for span in texts:
                at = int(span.partition("-")[0], 16)
                memory.seek(at)
                byte = memory.read(1)
                memory.seek(at)
                memory.write(byte)


def unsettle() -> None:
    """Give up the filling, before more is laid out and the gaps are filled again."""
    _FILLING.clear()
    while _RESERVED:
        kernel.release(_RESERVED.pop())


def _fill_holes() -> None:
    """Fill the gaps between objects, so that new ones lie side by side.

    A child that puts an object into a gap has to copy the page around it.
    """
    for size in range(48, 513, 16):
        whole = (_POOL - _POOL_HEAD) // size - 1
        filling: list[bytes] = []
        last = run = 0
        while run < whole and len(filling) < 20 * whole:
            filling.append(bytes(size - _BYTES_HEAD))
            run = run + 1 if id(filling[-1]) == last + size else 0
            last = id(filling[-1])
        del filling[-(run + 1) :]  # a pool that was empty stays so
        _FILLING.extend(filling)
    size = _LARGE
    while size > _SMALL:
        _fill_heap(size)
        size = size * 3 // 4


def _fill_heap(size: int) -> None:
    """Take the gaps of this size between the pieces of libc's heap, untouched."""
    chunk = (size + _CHUNK_HEAD + 15) // 16 * 16
    taken: list[int] = []
    run = last = 0
    while run < 3 and len(taken) * size < _MOST_FILLED:
        taken.append(kernel.reserve(size))
        run = run + 1 if taken[-1] == last + chunk else 0
        last = taken[-1]
    for address in taken[-(run + 1) :]:  # what lies in a row is at the end of the heap
        kernel.release(address)
    _RESERVED.extend(taken[: -(run + 1)])
