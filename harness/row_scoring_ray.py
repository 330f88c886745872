"""Rows on a cluster: Ray Data reads them, and each node checks what it has read."""

from collections.abc import Iterator
from typing import Any

from ..sandbox.errors import UsageError
from ..sandbox.extras import require
from ..tasks import Verdict
from .checking import EngineSettings
from .checking.connection import Connection, first_line
from .checking.jobs import ResolvedJob
from .checking.node import version_here
from .checking.verdicts import sendable, verdict_from
from .row_batches import BATCH, RowPlan, checked_batch

_ATTEMPTS = 3
"""Verifiers of a node that may be lost before its batch fails."""


def batches_on_ray(
    plan: RowPlan,
    files: list[str],
    kind: str,
    columns: list[str],
    done: frozenset[str],
    engine: EngineSettings,
) -> Iterator[tuple[int, int, int]]:
    """The counts of each batch, as they are made. Raises UsageError."""
    connection = Connection(engine.ray_address, engine.workers)
    try:
        require("pyarrow", "data")
        data = require("ray.data", "ray")
        data.DataContext.get_current().enable_progress_bars = False
        read = data.read_parquet if kind == "parquet" else data.read_json
        known = connection.ray.put(done)
        rows = read(files).select_columns(columns)
        made = rows.map_batches(
            _check_batch,
            batch_size=BATCH,
            batch_format="pyarrow",
            fn_kwargs={
                "plan": plan, "known": known, "workers": engine.workers, "version": version_here(),
            },
        )  # fmt: skip
        for row in made.iter_rows():
            yield row["checked"], row["known"], row["failed"]
    except UsageError:
        raise
    except Exception as error:
        raise _mistake(error) from error
    finally:
        connection.close()


def _check_batch(
    batch: Any, *, plan: RowPlan, known: Any, workers: int | None, version: str
) -> dict[str, list[int]]:
    """Runs on the node that has read the batch."""
    connection = Connection(None, workers)
    ray = connection.ray
    if version_here() != version:
        raise UsageError(
            f"node {ray.util.get_node_ip_address()} has {version_here()}, but the caller has "
            f"{version}: install one version"
        )

    def verify(checks: list[ResolvedJob]) -> list[Verdict]:
        sent = [one for check in checks if (one := sendable(check)) is not None]
        for attempt in range(_ATTEMPTS):
            try:
                verifier = connection.verifier_here()
                return [verdict_from(answer) for answer in verifier.check(sent).result()]
            except ray.exceptions.RayActorError:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    done = set(known if isinstance(known, frozenset) else ray.get(known))
    checked, passed, failed = checked_batch(plan, batch.to_pylist(), done, verify)
    return {"checked": [checked], "known": [passed], "failed": [failed]}


def _mistake(error: Exception) -> UsageError:
    """A UsageError that a node raised, or the first line of what Ray says."""
    inner: BaseException | None = error
    while inner is not None:
        cause = getattr(inner, "cause", None)
        if isinstance(cause, UsageError):
            return UsageError(str(cause))
        inner = cause or inner.__cause__
    said = next(
        (line.partition("UsageError: ")[2] for line in str(error).splitlines()
         if "UsageError: " in line),
        "",
    )  # fmt: skip
    return UsageError(said or f"Ray Data: {first_line(error)}")
