"""Score the rows of Parquet or JSON lines, however many, as a stream that can be resumed.

Verdicts become Parquet files in a folder, one per batch, each written whole or not at all. A row is
known by its key, a hash of what its verdict depends on: a later call leaves out the keys that are
there, and equal rows have one verdict. With the engine `ray`, Ray Data reads the rows and each node
checks what it has read, so that nothing passes through the caller but counts.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..sandbox.errors import UsageError
from ..sandbox.extras import require
from ..tasks import Verdict
from .checking import EngineSettings
from .checking.jobs import ResolvedJob
from .completions import ID_FIELDS, TEXT_FIELDS
from .evaluation.plan import TaskSpec
from .row_batches import BATCH, PART, RowPlan, checked_batch
from .row_scoring_ray import batches_on_ray

LOCAL = EngineSettings()


@dataclass(slots=True)
class RowCounts:
    """How a call went; `statuses` and `correct` are of all verdicts in the folder."""

    checked: int = 0
    known: int = 0
    """Rows whose key was there, or which equal another row."""
    failed: int = 0
    """Rows without a verdict by our own fault, which are not written: a later call tries again."""
    statuses: Counter[str] = field(default_factory=Counter)
    correct: int = 0

    @property
    def verdicts(self) -> int:
        """The verdicts in the folder."""
        return sum(self.statuses.values())


def score_rows(
    spec: TaskSpec,
    file: Path,
    out: Path,
    *,
    fields: tuple[str | None, str | None] = (None, None),
    engine: EngineSettings = LOCAL,
) -> RowCounts:
    """Score a file, or all files of a folder, into the folder `out`, or resume that.

    `fields` names the columns of the problem's id and of the completion (the usual names when
    None). Rows whose column `suite` names another task are left out. Raises UsageError for files
    that cannot be read, columns that are missing, and ids that the task does not have.
    """
    files, kind = _files(file)
    data = require("pyarrow.dataset", "data")
    try:
        names = data.dataset(files[0], format=kind).schema.names
    except (OSError, ValueError) as error:
        raise UsageError(f"{files[0]} is not {kind}: {str(error)[:200]}") from error
    plan = RowPlan(
        spec, str(out.resolve()), _column(names, fields[0], ID_FIELDS, files[0], "--id-field"),
        _column(names, fields[1], TEXT_FIELDS, files[0], "--text-field"),
    )  # fmt: skip
    spec.load()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    counts = RowCounts()
    columns = [name for name in (plan.id_field, plan.text_field, "suite") if name in names]
    made_by = batches_on_ray if engine.engine == "ray" else _batches_here
    with _only_writer(out):
        for checked, known, failed in made_by(plan, files, kind, columns, _done(out), engine):
            counts.checked += checked
            counts.known += known
            counts.failed += failed
    _summed(out, counts)
    return counts


@contextmanager
def _only_writer(out: Path) -> Iterator[None]:
    """Lock the folder. Raises UsageError when another call writes there."""
    lock = os.open(out / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise UsageError(f"{out} is being written by another call: wait for its end") from error
    try:
        yield
    finally:
        os.close(lock)


def _files(file: Path) -> tuple[list[str], str]:
    """The files and their format. Raises UsageError."""
    found = [file] if file.is_file() else sorted(path for path in file.rglob("*") if path.is_file())
    kinds = {"parquet": "parquet", "jsonl": "json", "ndjson": "json"}
    named = [(str(path), kinds.get(path.name.rpartition(".")[2], "")) for path in found]
    if file.is_dir():
        named = [(path, kind) for path, kind in named if kind]
    if not named or not named[0][1] or len({kind for _, kind in named}) > 1:
        raise UsageError(
            f"{file}: give a .parquet or .jsonl file, or a folder with files of one of these kinds"
        )
    return [path for path, _ in named], named[0][1]


def _column(
    names: Sequence[str], given: str | None, usual: Sequence[str], file: str, flag: str
) -> str:
    found = given or next((name for name in usual if name in names), None)
    if found is None or found not in names:
        raise UsageError(
            f"{file}: no column {found or ' or '.join(usual[:3])}: it has "
            f"{', '.join(names[:8])}; name it with {flag}"
        )
    return found


def _parts(out: Path) -> list[Path]:
    return sorted(out.glob(PART.format("*")))


def _done(out: Path) -> frozenset[str]:
    """The keys that have a verdict. Raises UsageError for a folder of other files."""
    parquet = require("pyarrow.parquet", "data")
    found: set[str] = set()
    for part in _parts(out):
        try:
            found.update(parquet.read_table(part, columns=["key"])["key"].to_pylist())
        except (OSError, ValueError, KeyError) as error:
            raise UsageError(f"{part} holds no verdicts ({error}): remove it") from error
    return frozenset(found)


def _batches_here(
    plan: RowPlan,
    files: list[str],
    kind: str,
    columns: list[str],
    done: frozenset[str],
    engine: EngineSettings,
) -> Iterator[tuple[int, int, int]]:
    data = require("pyarrow.dataset", "data")
    seen = set(done)
    with engine.opened() as checking:

        def verify(checks: list[ResolvedJob]) -> list[Verdict]:
            begun: list[Future[Verdict]] = [checking.start(check) for check in checks]
            return [future.result() for future in begun]

        rows = data.dataset(files, format=kind)
        try:
            for batch in rows.to_batches(columns=columns, batch_size=BATCH):
                yield checked_batch(plan, batch.to_pylist(), seen, verify)
        except (OSError, ValueError) as error:
            if isinstance(error, UsageError):
                raise
            raise UsageError(f"a file of {files[0]}, ...: {str(error)[:200]}") from error


def _summed(out: Path, counts: RowCounts) -> None:
    """Count all verdicts of the folder, a key that two nodes have written once."""
    parquet = require("pyarrow.parquet", "data")
    seen: set[str] = set()
    for part in _parts(out):
        table = parquet.read_table(part, columns=["key", "status", "score"])
        for key, status, score in zip(*(column.to_pylist() for column in table), strict=True):
            if key not in seen:
                seen.add(key)
                counts.statuses[status] += 1
                counts.correct += score == 1.0
