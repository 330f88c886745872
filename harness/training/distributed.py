"""Data-parallel training under torchrun: ranks, and sums over all processes."""

import atexit
import importlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank of this process and the number of processes."""

    rank: int = 0
    world: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this process writes files and prints."""
        return self.rank == 0

    def share(self, count: int) -> range:
        """This process's contiguous part of `count` items; sizes differ by at most 1."""
        return range(count * self.rank // self.world, count * (self.rank + 1) // self.world)


def join_process_group(device: str) -> Ranks:
    """Join torchrun's process group, if there is one (gloo on CPU, nccl on GPUs).

    The group is left at exit: otherwise gloo's threads may release tensors while the interpreter
    shuts down, which aborts the process.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        return Ranks()
    if not dist.is_initialized():
        # Functions of this module bind the default group as a default argument when it is imported.
        # Imported later (by optimizers), it would keep the group and its threads alive forever.
        importlib.import_module("torch.distributed.nn")
        dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
        atexit.register(leave_process_group)
    return Ranks(dist.get_rank(), dist.get_world_size())


def leave_process_group() -> None:
    """Leave the process group, if there is one."""
    if dist.is_initialized():
        dist.destroy_process_group()


def sum_over_ranks(
    values: Iterable[float], ranks: Ranks, device: torch.device | str = "cpu"
) -> list[float]:
    """Each value summed over the processes."""
    numbers = list(values)
    if ranks.world == 1:
        return numbers
    summed = torch.tensor(numbers, dtype=torch.float64, device=device)
    dist.all_reduce(summed)
    return [float(x) for x in summed]


def sum_tensor_over_ranks(tensor: Tensor, ranks: Ranks) -> Tensor:
    """The tensor summed over the processes, in place."""
    if ranks.world > 1:
        dist.all_reduce(tensor)
    return tensor


def sum_gradients(parameters: Iterable[torch.nn.Parameter], ranks: Ranks) -> None:
    """Sum gradients over the processes in one all-reduce; losses use global denominators."""
    if ranks.world == 1:
        return
    trained = [p for p in parameters if p.requires_grad]
    for p in trained:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    grads = [p.grad for p in trained if p.grad is not None]
    flat = torch.cat([grad.flatten() for grad in grads])
    dist.all_reduce(flat)
    parts = torch.split(flat, [grad.numel() for grad in grads])
    for grad, part in zip(grads, parts, strict=True):
        grad.copy_(part.view_as(grad))


def barrier(ranks: Ranks) -> None:
    """Wait for the other processes."""
    if ranks.world > 1:
        dist.barrier()


@contextmanager
def main_process_first(ranks: Ranks) -> Iterator[None]:
    """Rank 0 runs the block before the others, so they find the files it has written."""
    if not ranks.is_main:
        barrier(ranks)
    yield
    if ranks.is_main:
        barrier(ranks)


def merge(own: dict[str, T], ranks: Ranks) -> dict[str, T]:
    """The union of the processes' dictionaries, the same on all processes."""
    if ranks.world == 1:
        return own
    parts: list[dict[str, T] | None] = [None] * ranks.world
    dist.all_gather_object(parts, own)
    merged: dict[str, T] = {}
    for part in parts:
        merged |= part or {}
    return merged
