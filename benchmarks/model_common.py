"""Shared by the model benchmarks: both models with the same weights, timing, the record."""

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from assay.harness.model import LanguageModel, ModelConfig, save_checkpoint
from torch.utils.flop_counter import FlopCounterMode

RESULTS = Path(__file__).resolve().parents[1] / "results" / "benchmarks"


def parser(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--preset", default="nano")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of both sides")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def start(options: argparse.Namespace) -> torch.dtype:
    """Set threads and seed; returns the dtype for the device."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch.bfloat16 if options.device == "cuda" else torch.float32


def both(preset: str, device: str, dtype: torch.dtype) -> tuple[LanguageModel, Any]:
    """Our model and transformers' model with the same random weights."""
    ours = LanguageModel(ModelConfig.preset(preset, num_nextn_predict_layers=0))
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(ours, None, folder + "/model")
        theirs = transformers.AutoModelForCausalLM.from_pretrained(folder + "/model")
    return ours.to(device, dtype), theirs.to(device, dtype)


def clock(device: str) -> Callable[[], float]:
    """Processor seconds for one thread on a CPU, so that other programs count for neither side.

    Spinning threads and a GPU make those meaningless: wall clock there.
    """
    return time.process_time if device == "cpu" and torch.get_num_threads() == 1 else (
        time.perf_counter
    )  # fmt: skip


def seconds(call: Callable[[], object], device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    now = clock(device)
    started = now()
    call()
    if device == "cuda":
        torch.cuda.synchronize()
    return now() - started


def interleaved(
    first: Callable[[], object], second: Callable[[], object], repeats: int, device: str
) -> tuple[list[float], list[float]]:
    """Times of two alternating calls, so that a busy machine slows both equally."""
    pairs = [(seconds(first, device), seconds(second, device)) for _ in range(repeats)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the pairwise ratios theirs / ours."""
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def matmul_rate(device: str, dtype: torch.dtype) -> float:
    """Measured FLOP/s of a large square product."""
    size = 8192 if device == "cuda" else 1024
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    return 2 * size**3 / min(seconds(lambda: a @ b, device) for _ in range(10))


def _grouped_flops(a_shape: tuple[int, ...], b_shape: tuple[int, ...], *_: Any, **__: Any) -> int:
    """A token-sorted (S, I) times (E, I, O), or for weights' gradients (O, S) times (S, I)."""
    return 2 * a_shape[0] * a_shape[1] * b_shape[-1]


def product_flops(call: Callable[[], object]) -> int:
    """FLOPs of the matrix products that a call makes."""
    grouped = {torch.ops.aten._grouped_mm: _grouped_flops}
    with FlopCounterMode(display=False, custom_mapping=grouped) as counter:
        call()
    return counter.get_total_flops()


def copy_bandwidth(device: str) -> float:
    """Measured bytes/s, read and written, of copying a tensor larger than the caches."""
    source = torch.empty(2**28 if device == "cuda" else 2**25, device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes / min(seconds(lambda: target.copy_(source), device) for _ in range(6))


def record(name: str, options: argparse.Namespace, results: dict[str, Any]) -> None:
    """Print, and write results/benchmarks/NAME.json (NAME_cuda.json for a GPU)."""
    machine = {
        "processor": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "threads": torch.get_num_threads(),
        "clock": clock(options.device).__name__,
    }
    if options.device == "cuda":
        machine["device"] = torch.cuda.get_device_name()
    content = {"command": vars(options), "machine": machine, "results": results}
    text = json.dumps(content, indent=2)
    print(text)
    RESULTS.mkdir(parents=True, exist_ok=True)
    suffix = "" if options.device == "cpu" else f"_{options.device}"
    (RESULTS / f"{name}{suffix}.json").write_text(text + "\n")
