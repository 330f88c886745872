"""Live output of a run: metrics.jsonl, samples.jsonl, a progress bar, TensorBoard."""

import json
import math
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm


class Telemetry:
    """Writes one JSON line per step. On resume, lines after the resumed step are dropped."""

    def __init__(self, out: Path, writes: bool, start_step: int, steps: int, tensorboard: bool):
        self.out = out
        self.writes = writes
        self.seconds: dict[str, float] = {}
        """Seconds of the current step by phase."""
        self._step_started = time.perf_counter()
        self._bar: Any = None
        self._board: Any = None
        if not writes:
            return
        out.mkdir(parents=True, exist_ok=True)
        for name in ("metrics.jsonl", "samples.jsonl"):
            _truncate(out / name, start_step)
        self._bar = tqdm(
            total=steps, initial=start_step, desc=out.name, dynamic_ncols=True, mininterval=1.0
        )
        if tensorboard:
            self._board = _open_board(out)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Add the time of a block to a phase."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self.seconds[what] = self.seconds.get(what, 0.0) + spent

    def begin_step(self) -> None:
        """Start timing a step."""
        self.seconds = {}
        self._step_started = time.perf_counter()

    def log(self, step: int, metrics: dict[str, Any], shown: str = "") -> dict[str, Any]:
        """Write the metrics of one finished step; returns the full record."""
        total = time.perf_counter() - self._step_started
        record = {"step": step, "time": round(time.time(), 3), "seconds": round(total, 4)}
        record |= {f"seconds/{name}": round(value, 4) for name, value in self.seconds.items()}
        record |= metrics
        if not self.writes:
            return record
        append_line(self.out / "metrics.jsonl", record)
        self._bar.update(1)
        if shown:
            self._bar.set_postfix_str(shown)
        if self._board is not None:
            for name, value in record.items():
                if isinstance(value, int | float) and name != "step":
                    self._board.add_scalar(name, value, step)
        return record

    def sample(self, record: dict[str, Any]) -> None:
        """Write one completion to samples.jsonl."""
        if self.writes:
            append_line(self.out / "samples.jsonl", record)

    def say(self, text: str) -> None:
        """Print one line above the progress bar."""
        if self.writes:
            tqdm.write(text)

    def close(self) -> None:
        """Close the progress bar and TensorBoard."""
        if self._bar is not None:
            self._bar.close()
        if self._board is not None:
            self._board.close()


def append_line(path: Path, record: dict[str, Any]) -> None:
    """Append one JSON object as a line; NaN and infinity become null."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(_finite(record), ensure_ascii=False) + "\n")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSONL file; lines that are not JSON are skipped."""
    records: list[dict[str, Any]] = []
    if not path.is_file():
        return records
    for line in path.read_text("utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return records


def machine() -> dict[str, Any]:
    """The machine and versions, for a run's manifest."""
    cuda = torch.cuda.is_available()
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": platform.platform(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name(0) if cuda else None,
    }


def _truncate(path: Path, start_step: int) -> None:
    kept = [record for record in read_lines(path) if record.get("step", 0) <= start_step]
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in kept)
    partial.replace(path)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def _open_board(out: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        from ...sandbox.errors import UsageError

        raise UsageError(
            "tensorboard = true needs the package: pip install tensorboard, or switch it off"
        ) from None
    return SummaryWriter(str(out / "tensorboard"))
