"""What every training run shares: device, ranks, checkpoints, the clock, interruption."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...sandbox.errors import UsageError
from . import distributed
from .checkpointing import load_checkpoint, restore_rng, save_checkpoint
from .distributed import Ranks
from .optimization import Optimizers
from .settings import RunSettings
from .telemetry import Telemetry, append_line, machine

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class TrainingError(RuntimeError):
    """Training cannot continue; the message says why in one line."""


class RunInterruptedError(Exception):
    """Ctrl-C: the state was saved, and `--resume` continues from it."""


class Session:
    """One run of one stage, a context manager; `steps()` yields the remaining step numbers."""

    def __init__(self, settings: RunSettings, kind: str, resume: bool) -> None:
        """Raises UsageError when the folder holds another run and `resume` is off."""
        self.settings = settings
        self.kind = kind
        self.out = Path(settings.out)
        self.device = pick_device(settings.device)
        self.ranks: Ranks = distributed.join_process_group(self.device.type)
        if self.device.type == "cuda" and self.ranks.world > 1:
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
            torch.cuda.set_device(self.device)
        self.precision = DTYPES[settings.precision]
        self.restored = self._restore(resume)
        self.start = int(self.restored["step"]) if self.restored else 0
        self.elapsed = float(self.restored["elapsed"]) if self.restored else 0.0
        self.tokens_seen = int(self.restored["tokens"]) if self.restored else 0
        self.telemetry = Telemetry(
            self.out, self.ranks.is_main, self.start, settings.steps, settings.tensorboard
        )
        self.step = self.start
        self._opened = time.perf_counter()
        self._interrupted = False
        if settings.threads is not None:
            torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        random.seed(settings.seed)
        if self.device.type == "cuda":
            torch.set_float32_matmul_precision("high")

    def _restore(self, resume: bool) -> dict[str, Any] | None:
        state = load_checkpoint(self.out) if (self.out / "checkpoints").exists() else None
        if state is not None and not resume:
            raise UsageError(
                f"{self.out} holds a run at step {state['step']}: use --resume to continue, "
                "or another out folder"
            )
        return state

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exc: object) -> None:
        self.telemetry.close()

    def restore_state(self, model: nn.Module, optimizers: Optimizers) -> dict[str, Any]:
        """Load the restored state into model and optimizers; returns the other saved values."""
        if self.restored is None:
            return {}
        model.load_state_dict(self.restored["model"])
        optimizers.load_state_dict(self.restored["optimizers"])
        restore_rng(self.restored["rng"])
        return dict(self.restored["extra"])

    def save(self, model: nn.Module, optimizers: Optimizers, extra: dict[str, Any]) -> None:
        """Write a checkpoint of the state after the current step."""
        if self.ranks.is_main:
            state = {
                "model": model.state_dict(),
                "optimizers": optimizers.state_dict(),
                "extra": extra,
                "elapsed": self.seconds,
                "tokens": self.tokens_seen,
            }
            save_checkpoint(self.out, self.step, state, self.settings.keep)
        distributed.barrier(self.ranks)

    @property
    def seconds(self) -> float:
        """Wall time of this run, earlier parts included."""
        return self.elapsed + time.perf_counter() - self._opened

    @property
    def progress(self) -> float:
        """Position in the schedule, in [0, 1]: by steps, or by time when that ends sooner."""
        by_steps = self.step / self.settings.steps
        limit = self.settings.max_minutes
        by_time = 0.0 if limit is None else self.seconds / (60 * limit)
        if limit is not None and self.ranks.world > 1:
            by_time = distributed.sum_over_ranks(
                [by_time / self.ranks.world], self.ranks, self.device
            )[0]  # fmt: skip
        return min(1.0, max(by_steps, by_time))

    def steps(self, save: Callable[[], None]) -> Iterator[int]:
        """The remaining step numbers; saves on schedule, at the end and on Ctrl-C.

        Raises RunInterruptedError after saving when the user pressed Ctrl-C.
        """
        with self._listening():
            while self.step < self.settings.steps and self.progress < 1.0:
                self.telemetry.begin_step()
                yield self.step
                self.step += 1
                if self._interrupted:
                    save()
                    raise RunInterruptedError(
                        f"stopped after step {self.step}; continue with --resume"
                    )
                if self.step % self.settings.save_every == 0:
                    save()
        save()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def note(number: int, frame: Any) -> None:
            if self._interrupted:  # the second Ctrl-C stops at once
                raise KeyboardInterrupt
            self._interrupted = True
            self.telemetry.say("stopping after this step (Ctrl-C again to stop at once)")

        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def check_finite(self, value: float, what: str, batch: dict[str, Any]) -> None:
        """Raises TrainingError for NaN or infinity, and saves the batch in the run's folder."""
        if value == value and abs(value) != float("inf"):
            return
        path = self.out / f"bad-batch-step-{self.step}-rank-{self.ranks.rank}.pt"
        torch.save({"step": self.step, "what": what, "value": value, **batch}, path)
        raise TrainingError(f"{what} is {value} at step {self.step}; the batch is in {path}")

    def manifest(self, content: dict[str, Any]) -> None:
        """Write what determines the run: settings, seeds, hashes, machine."""
        if not self.ranks.is_main:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        record = {
            "kind": self.kind,
            "settings": self.settings.model_dump(),
            "machine": machine(),
            **content,
        }
        (self.out / "manifest.json").write_text(json.dumps(record, indent=1), "utf-8")

    def cost(self, flops: float) -> dict[str, float]:
        """Cumulative cost: training FLOPs, device-hours, price."""
        hours = self.seconds * self.ranks.world / 3600
        return {
            "cost/flops": flops,
            "cost/device_hours": round(hours, 6),
            "cost/price": round(hours * self.settings.price_per_hour, 6),
        }

    def finish(self, summary: dict[str, Any]) -> None:
        """Mark the run as finished and write its report."""
        if self.ranks.is_main:
            from .report import write_report

            partial = self.out / ".done.partial"
            partial.unlink(missing_ok=True)
            append_line(partial, {"steps": self.step, "seconds": self.seconds, **summary})
            partial.replace(self.out / "done.json")
            write_report(self.out)
        distributed.barrier(self.ranks)


def pick_device(wanted: str) -> torch.device:
    """The device of a run. Raises UsageError for "cuda" without a GPU."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UsageError("device 'cuda': torch finds no GPU; use 'cpu' or 'auto'")
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def active_parameters(model: nn.Module) -> float:
    """Parameters that one token uses: all but the routed experts it is not routed to."""
    config: Any = getattr(model, "config", None)
    total = 0.0
    for name, p in model.named_parameters():
        share = 1.0
        if ".experts." in name and hasattr(config, "n_routed_experts"):
            share = config.num_experts_per_tok / config.n_routed_experts
        total += share * p.numel()
    return total
