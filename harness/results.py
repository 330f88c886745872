"""The run store: one folder per run, whose samples survive a `kill -9` at any byte.

`manifest.json` and `summary.json` are replaced atomically. `problems.jsonl` holds what was asked,
once per problem. `samples.jsonl` is append-only: one line per completion and one `write` per
line, under an exclusive lock. A torn last line, left by
a killed process, is cut off when the run is opened again.
"""

import errno
import fcntl
import itertools
import logging
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from ..sandbox.errors import UsageError
from .records import decode, decode_object, encode

log = logging.getLogger(__name__)
SHOWN = 5
"""Damaged lines that a message names."""
FORMAT = 1
"""The version of the run folder's format; other versions are refused."""
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=@-]{0,150}")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a run, which exists and has a manifest."""

    path: Path

    @property
    def run_id(self) -> str:
        return self.path.name

    @property
    def manifest_path(self) -> Path:
        return self.path / "manifest.json"

    @property
    def samples_path(self) -> Path:
        return self.path / "samples.jsonl"

    @property
    def problems_path(self) -> Path:
        return self.path / "problems.jsonl"

    @property
    def turns_path(self) -> Path:
        """The turns of episodes, as they come."""
        return self.path / "turns.jsonl"

    @property
    def live_path(self) -> Path:
        """The state of a run in progress, which only exists while it runs."""
        return self.path / "live.json"

    @property
    def summary_path(self) -> Path:
        return self.path / "summary.json"

    def manifest(self) -> dict[str, Any]:
        """The manifest. Raises UsageError when it is missing, malformed or of another format."""
        manifest = _read_object(self.manifest_path)
        if manifest.get("format") != FORMAT or not isinstance(manifest.get("config"), dict):
            raise UsageError(
                f"{self.manifest_path}: format {manifest.get('format')!r} is not {FORMAT}: "
                "the run was written by another version of assay"
            )
        return manifest

    def summary(self) -> dict[str, Any] | None:
        """The summary, or None for a run that has not finished. Raises UsageError."""
        return _read_object(self.summary_path) if self.summary_path.exists() else None

    def samples(self) -> Iterator[dict[str, Any]]:
        """The records in file order, without the torn end of a run that is being written.

        Any other line that is not a record is left out, and reported in one line of the log.
        """
        yield from read_lines(self.samples_path, _is_record, "resuming the run asks for them again")

    def problems(self) -> Iterator[dict[str, Any]]:
        """What was asked: per problem the messages, the gold or its hash, and the settings.

        Empty for a run that was stored before problems were kept.
        """
        yield from read_lines(self.problems_path, _is_problem, "their samples can still be read")


def read_lines(
    path: Path, valid: Callable[[Mapping[str, Any]], bool], mend: str
) -> Iterator[dict[str, Any]]:
    """The valid objects of a JSON Lines file; the others are reported in one line of the log."""
    if not path.exists():
        return
    damaged = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                break
            record = decode_object(line)
            if record is not None and valid(record):
                yield record
            else:
                damaged.append(number)
    if damaged:
        shown = ", ".join(map(str, damaged[:SHOWN])) + ("..." if len(damaged) > SHOWN else "")
        log.warning(
            "%s: %d damaged lines are left out (line %s); %s", path, len(damaged), shown, mend
        )


def _is_record(record: Mapping[str, Any]) -> bool:
    """Whether a line of `samples.jsonl` has what every reader needs."""
    verdict = record.get("verdict")
    if not isinstance(verdict, dict) or not isinstance(verdict.get("status"), str):
        return False
    score = verdict.get("score", "")
    return (
        (score is None or isinstance(score, int | float))
        and isinstance(record.get("suite"), str)
        and isinstance(record.get("problem_id"), str)
        and isinstance(record.get("completion"), str)
        and isinstance(record.get("sample"), int)
    )


def _is_problem(line: Mapping[str, Any]) -> bool:
    """Whether a line of `problems.jsonl` has what every reader needs."""
    keys = ("suite", "problem_id", "prompt_hash")
    return all(isinstance(line.get(key), str) for key in keys)


def append_problems(folder: RunFolder, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add problems to a run whose samples are locked. Raises UsageError."""
    try:
        file = os.open(folder.problems_path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            _drop_torn_line(file)
            for batch in _batched(lines, 256):
                view = memoryview(b"".join(encode(line) + b"\n" for line in batch))
                while view:
                    view = view[os.write(file, view) :]
        finally:
            os.close(file)
    except OSError as error:
        raise UsageError(f"{folder.problems_path} cannot be written: {_why(error)}") from error


def _batched(lines: Iterable[Any], size: int) -> Iterator[list[Any]]:
    waiting = iter(lines)
    while batch := list(itertools.islice(waiting, size)):
        yield batch


def new_run_id(model: str) -> str:
    """A run id from the time (UTC) and the model's name; a valid folder name."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    return f"{stamp}-{re.sub(r'[^A-Za-z0-9._-]+', '-', model).strip('-.')[-80:] or 'model'}"


def create_run(out: str | Path, run_id: str, manifest: Mapping[str, Any]) -> RunFolder:
    """Make `out/runs/run_id` with its manifest; nothing is left behind when that fails.

    Raises UsageError for an illegal or taken run id and for a folder that cannot be written.
    """
    if not RUN_ID.fullmatch(run_id):
        raise UsageError(f"run id {run_id!r}: use letters, digits and . _ + = @ - (at most 151)")
    runs = Path(out) / "runs"
    target = runs / run_id
    made: Path | None = None
    try:
        if target.exists():
            raise UsageError(
                f"run id {run_id!r} exists in {runs}: give another --run-id; "
                "assay eval --resume continues a run"
            )
        runs.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=runs))
        made.chmod(0o755)
        write_json(made / "manifest.json", {"format": FORMAT, "run_id": run_id, **manifest})
        (made / "samples.jsonl").touch()
        made.rename(target)
    except OSError as error:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY) and target.exists():
            raise UsageError(
                f"run id {run_id!r} exists in {runs}: give another --run-id"
            ) from error
        raise UsageError(f"output folder {out} cannot be written: {_why(error)}") from error
    except UsageError:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        raise
    return RunFolder(target)


def open_run(run: str | Path, out: str | Path = "results") -> RunFolder:
    """The run with this path, or with this id in `out`. Raises UsageError when there is none."""
    for path in (Path(out) / "runs" / str(run), Path(run)):
        if (path / "manifest.json").is_file():
            return RunFolder(path)
    runs = Path(out) / "runs"
    known = sorted(entry.name for entry in runs.iterdir()) if runs.is_dir() else []
    known = [name for name in known if not name.startswith(".")]
    hint = (
        f"newest there: {', '.join(known[-3:])}"
        if known
        else "there are none yet; make one with assay eval, or name another --out"
    )
    raise UsageError(f"no run {str(run)!r} in {runs}: {hint}")


def list_runs(out: str | Path) -> list[RunFolder]:
    """Every run in `out` that this version can read, by run id.

    A run with a damaged manifest or of another format is left out, and reported in the log.
    """
    readable = []
    for path in sorted(Path(out).glob("runs/[!.]*/manifest.json")):
        folder = RunFolder(path.parent)
        try:
            folder.manifest()
        except UsageError as error:
            log.warning("run %s is left out: %s", folder.run_id, error)
        else:
            readable.append(folder)
    return readable


class SampleWriter:
    """Appends records to a run's samples from any thread; one writer per run at a time."""

    def __init__(self, folder: RunFolder, path: Path | None = None) -> None:
        """Lock the file and cut off a torn last line. Raises UsageError when it is locked.

        `path`: another file of the run than its samples.
        """
        self._path = path or folder.samples_path
        self._lock = threading.Lock()
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise UsageError(f"{self._path} cannot be written: {_why(error)}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise UsageError(
                f"run {folder.run_id!r} is being written by another process: wait for its end"
            ) from error
        self._size = _drop_torn_line(self._file)

    def append(self, record: Mapping[str, Any]) -> None:
        """Write one record whole, or not at all. Raises UsageError when the disk is full."""
        line = encode(record) + b"\n"
        with self._lock:
            try:
                view = memoryview(line)
                while view:
                    view = view[os.write(self._file, view) :]
            except OSError as error:
                os.ftruncate(self._file, self._size)
                raise UsageError(
                    f"{self._path} cannot be written: {_why(error)}; what was written is safe, "
                    "make room and --resume"
                ) from error
            self._size += len(line)

    def close(self) -> None:
        """Flush to disk and unlock. Idempotent."""
        with self._lock:
            if self._file < 0:
                return
            file, self._file = self._file, -1
            try:
                os.fsync(file)
            except OSError as error:
                raise UsageError(f"{self._path} cannot be written: {_why(error)}") from error
            finally:
                os.close(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file atomically: a reader sees the old or the new one. Raises UsageError."""
    try:
        data = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except TypeError:  # text or numbers that orjson has no form for
        data = encode(value)
    write_atomically(path, data + b"\n")


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file atomically, and leave nothing behind on failure. Raises UsageError."""
    name = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {_why(error)}") from error


def _drop_torn_line(file: int) -> int:
    """Cut the file after its last complete record; returns its size. Only the end can be torn."""
    size = os.fstat(file).st_size
    tail, start = b"", size
    while start > 0 and tail.count(b"\n") < 2:
        step = min(1 << 20, start)
        start -= step
        tail = os.pread(file, step, start) + tail
    whole = tail[: tail.rfind(b"\n") + 1]
    # A power failure may leave a last line of zeros that still ends in a newline.
    last = whole[whole[:-1].rfind(b"\n") + 1 :]
    if last and decode_object(last) is None:
        whole = whole[: len(whole) - len(last)]
    if start + len(whole) != size:
        os.ftruncate(file, start + len(whole))
    return start + len(whole)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        value = decode(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {_why(error)}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{path}: an object is expected, not {type(value).__name__}")
    return value


def _why(error: OSError) -> str:
    return error.strerror or str(error)
