"""How many sequences to generate together: fewer where memory ends, more while it is free."""

from collections.abc import Callable
from typing import Any, Protocol

import torch

FIRST, LARGEST = 16, 1024
SHARE = 0.85
"""Of the device's memory that batches may fill."""


class Memory(Protocol):
    """Watches the memory of a device."""

    def begin(self) -> None:
        """Called before a batch."""
        ...

    def twice(self) -> bool:
        """Whether a batch of twice the size as the last would have fitted."""
        ...


class BatchSize:
    """The size of the next batch."""

    def __init__(self, size: int | None, memory: Memory | None) -> None:
        """`size` None adapts it to the `memory`, starting with FIRST; else it only shrinks."""
        self.size = FIRST if size is None else size
        self._ceiling = self.size if size is not None or memory is None else LARGEST
        self._memory = memory

    def attempt(self, generate: Callable[[], Any], rows: int) -> Any:
        """The result of `generate` for `rows` rows; None where memory was not enough.

        After None the size is smaller, or it is 1 and `rows` was 1 too.
        """
        if self._memory is not None:
            self._memory.begin()
        try:
            result = generate()
        except (MemoryError, RuntimeError) as error:
            if not is_full(error):
                raise
        else:
            if rows >= self.size and self._memory is not None and self._memory.twice():
                self.size = max(self.size, min(2 * self.size, self._ceiling))
            return result
        if torch.cuda.is_available():  # the failed batch is unreferenced only here
            torch.cuda.empty_cache()
        self.size = max(1, rows // 2)
        self._ceiling = max(1, rows - 1)
        return None


def is_full(error: BaseException) -> bool:
    """Whether an error of torch says that memory was not enough."""
    words = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        "out of memory" in words or "not enough memory" in words or "can't allocate" in words
    )


class CudaMemory:
    """The memory of a GPU."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = 0

    def begin(self) -> None:
        """Note what is taken before a batch."""
        torch.cuda.reset_peak_memory_stats(self._device)
        self._before = torch.cuda.memory_allocated(self._device)

    def twice(self) -> bool:
        """Whether the last batch's need, doubled, fits beside everything else on the GPU."""
        need = torch.cuda.max_memory_allocated(self._device) - self._before
        free, total = torch.cuda.mem_get_info(self._device)
        ours = torch.cuda.memory_reserved(self._device)
        elsewhere = total - free - ours
        return self._before + 2 * need + elsewhere < SHARE * total


def memory_of(device: torch.device) -> Memory | None:
    """The memory of a device; None where it cannot be watched, as on a CPU."""
    return CudaMemory(device) if device.type == "cuda" else None
