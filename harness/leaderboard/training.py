"""The training runs beside the results: their curves, and what they cost."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..records import decode
from .runs import Notice

POINTS = 80
"""Points of a curve."""
CURVES = ("reward", "loss")
COSTS = {"flops": "cost/flops", "device_hours": "cost/device_hours", "price": "cost/price"}
Curve = list[tuple[int, float]]


def read_training(out: Path) -> tuple[list[dict[str, Any]], list[Notice]]:
    """Every training run under `out/training`, and a notice of each that is damaged."""
    found: list[dict[str, Any]] = []
    notices = []
    root = out / "training"
    for path in sorted(root.glob("**/metrics.jsonl")) if root.is_dir() else []:
        name = path.parent.relative_to(root).as_posix()
        try:
            manifest = decode((path.parent / "manifest.json").read_bytes())
            found.append(_training(name, manifest, _records(path), _held_out(path.parent)))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            said = f"{type(error).__name__}: {error}"
            notices.append(Notice(f"training/{name}", f"the training run is damaged: {said}"))
    return found, notices


def _records(path: Path) -> list[dict[str, Any]]:
    """The lines of a file, without the torn end of one that is being written."""
    lines = path.read_bytes().splitlines(keepends=True)
    return [decode(line) for line in lines if line.endswith(b"\n")]


def _held_out(folder: Path) -> Curve:
    """(step, share of the held-out problems that were solved)."""
    path = folder / "heldout.jsonl"
    records = _records(path) if path.exists() else []
    return [
        (record["step"], sum(record["solved"].values()) / len(record["solved"]))
        for record in records
        if record.get("solved")
    ]


def _training(
    name: str, manifest: Mapping[str, Any], records: Sequence[Mapping[str, Any]], held_out: Curve
) -> dict[str, Any]:
    curves = {
        key: [(one["step"], float(one[key])) for one in records if one.get(key) is not None]
        for key in CURVES
    }
    curves["held_out"] = held_out
    last = records[-1] if records else {}
    return {
        "name": name,
        "kind": str(manifest["kind"]),
        "parameters": manifest.get("parameters"),
        "machine": (manifest.get("machine") or {}).get("gpu") or "CPU",
        "steps": last.get("step"),
        "hours": sum(float(record.get("seconds") or 0) for record in records) / 3600,
        "cost": {label: last.get(key) for label, key in COSTS.items()},
        "curves": {key: _thinned(points) for key, points in curves.items() if len(points) > 1},
    }


def _thinned(points: Curve) -> Curve:
    """At most POINTS points: the mean of each stretch."""
    if len(points) <= POINTS:
        return points
    found = []
    for i in range(POINTS):
        part = points[i * len(points) // POINTS : (i + 1) * len(points) // POINTS]
        found.append((part[-1][0], sum(value for _, value in part) / len(part)))
    return found
