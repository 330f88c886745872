"""Scores that other tools publish, read as claims: Every Eval Ever, and `.eval_results` files."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from ..export_formats import HUB_BENCHMARKS
from ..records import decode

Row = dict[str, Any]
SUITES = {dataset: suite for suite, (dataset, _) in HUB_BENCHMARKS.items()}


def read_every_eval_ever(path: Path) -> list[Row]:
    """The claims of one document. Raises UsageError naming what it lacks."""
    try:
        document = decode(path.read_bytes())
        return list(_results(document))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise UsageError(f"{path}: not a document of Every Eval Ever: {said}") from error


def _results(document: Mapping[str, Any]) -> Iterator[Row]:
    source = document["source_metadata"]
    stamp = document.get("evaluation_timestamp") or document["retrieved_timestamp"]
    for result in document["evaluation_results"]:
        bounds = result["metric_config"]
        low, high = (float(bounds.get(key, value)) for key, value in
                     (("min_score", 0), ("max_score", 1)))  # fmt: skip
        score = (float(result["score_details"]["score"]) - low) / (high - low)
        yield _row(
            model=document["model_info"]["name"], suite=result["evaluation_name"], score=score,
            metric=bounds.get("metric_id", "score"), date=_day(stamp),
            source=source.get("source_name") or source["source_organization_name"],
            url=source.get("source_organization_url"),
        )  # fmt: skip


def _day(stamp: Any) -> str:
    """The day of a Unix time or an ISO time."""
    try:
        return datetime.fromtimestamp(float(stamp), UTC).date().isoformat()
    except ValueError:
        return str(stamp)[:10]


def read_hub_results(path: Path) -> list[Row]:
    """The claims of a `.eval_results/*.yaml` of a model repository, named by the repository.

    A value above 1 is a percentage. Raises UsageError, also without PyYAML, which the extra `hf`
    installs.
    """
    yaml = require("yaml", "hf")
    model = path.resolve().parent.parent.name
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [_hub_row(entry, model) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(f"{path}: not a file of evaluation results: {said}") from error


def _hub_row(entry: Mapping[str, Any], model: str) -> Row:
    dataset, value = entry["dataset"]["id"], float(entry["value"])
    source = entry.get("source") or {}
    return _row(
        model=model, suite=SUITES.get(dataset, dataset), metric=entry["dataset"]["task_id"],
        score=value / 100 if value > 1 else value, date=str(entry.get("date", ""))[:10],
        source=source.get("name") or dataset,
        url=source.get("url") or f"https://huggingface.co/datasets/{dataset}",
    )  # fmt: skip


def _row(**fields: Any) -> Row:
    if not 0 <= fields["score"] <= 1:
        raise ValueError(f"{fields['score']} is no share between 0 and 1")
    if fields["url"] and not str(fields["url"]).startswith(("https://", "http://")):
        raise ValueError(f"{fields['url']!r} is no web address")
    return {**fields, "note": "", "output_price": None}
