"""Checkpoints of a training run: written atomically, resumed exactly.

    OUT/checkpoints/step-00000100/state.pt    model, optimizer, RNG, position of the data

A checkpoint is written under a temporary name, synced and renamed. A kill at any moment or a full
disk leaves the previous checkpoint intact.
"""

import os
import random
import re
import shutil
from pathlib import Path
from typing import Any

import torch

from ...sandbox.errors import UsageError

_NAME = re.compile(r"step-(\d{8})")


def rng_state() -> dict[str, Any]:
    """The state of every random generator that training may use."""
    state: dict[str, Any] = {"torch": torch.get_rng_state(), "python": random.getstate()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_rng(state: dict[str, Any]) -> None:
    """Restore the generators from the result of `rng_state`."""
    torch.set_rng_state(state["torch"])
    random.setstate(state["python"])
    if torch.cuda.is_available() and len(state.get("cuda", [])) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])


def find_checkpoints(out: Path) -> list[Path]:
    """Complete checkpoints, oldest first."""
    folder = out / "checkpoints"
    if not folder.is_dir():
        return []
    return sorted(f for f in folder.iterdir() if _NAME.fullmatch(f.name))


def save_checkpoint(out: Path, step: int, state: dict[str, Any], keep: int) -> Path:
    """Write a checkpoint and delete all but the newest `keep`.

    Raises UsageError when the disk is full; the previous checkpoint is then intact.
    """
    final = out / "checkpoints" / f"step-{step:08d}"
    partial = final.with_name(f".partial-{final.name}")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with (partial / "state.pt").open("wb") as file:
            torch.save({"step": step, "rng": rng_state(), **state}, file)
            file.flush()
            os.fsync(file.fileno())
        if final.exists():
            shutil.rmtree(final)
        partial.rename(final)
        sync_folder(final.parent)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, RuntimeError) and not _is_write_error(error):
            raise
        before = find_checkpoints(out)
        kept = f"the previous one, {before[-1]}, is intact" if before else "there is none before"
        raise UsageError(f"cannot write checkpoint {final}: {error}; {kept}") from None
    for old in find_checkpoints(out)[:-keep]:
        shutil.rmtree(old)
    return final


def load_checkpoint(out: Path, device: str | torch.device = "cpu") -> dict[str, Any] | None:
    """The newest checkpoint of a run, or None. Raises UsageError for a damaged one."""
    found = find_checkpoints(out)
    if not found:
        return None
    try:
        state: dict[str, Any] = torch.load(
            found[-1] / "state.pt", map_location=device, weights_only=True
        )
    except Exception as error:
        raise UsageError(f"checkpoint {found[-1]} cannot be read: {error}") from None
    for name in ("torch", "cuda"):  # generators read their state from CPU tensors
        value = state["rng"].get(name)
        if isinstance(value, torch.Tensor):
            state["rng"][name] = value.cpu()
        elif value is not None:
            state["rng"][name] = [x.cpu() for x in value]
    return state


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_write_error(error: RuntimeError) -> bool:
    text = str(error).lower()
    return any(word in text for word in ("write", "no space", "enforce fail", "unexpected pos"))
