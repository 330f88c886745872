"""Write a stored run in the formats that other tools read.

- `hf-results`: `.eval_results/*.yaml` of a model repository on the Hugging Face Hub
  (https://huggingface.co/docs/hub/eval-results), and the `eval.yaml` of a benchmark.
- `every-eval-ever`: one JSON document per suite in the schema 0.3.0 of the EvalEval Coalition
  (https://github.com/evaleval/every_eval_ever).
- `inspect`: one log per suite as inspect_ai writes it; `assay score` reads it back.
"""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from .results import RunFolder, write_atomically

HUB_BENCHMARKS = {
    "gsm8k": ("openai/gsm8k", "gsm8k"),
    "math500": ("HuggingFaceH4/MATH-500", "math_500"),
    "aime24": ("HuggingFaceH4/aime_2024", "aime_2024"),
    "aime25": ("math-ai/aime25", "aime25"),
    "humaneval": ("openai/openai_humaneval", "openai_humaneval"),
}
"""suite -> (dataset, task id) on the Hub, for suites that are a published data set."""
SOURCE = "https://pypi.org/project/assay/"
FINISHED = {"length": "max_tokens", "content_filter": "content_filter", "tool_calls": "tool_calls"}
"""Our endings -> inspect_ai's stop reasons, where they are not `stop`."""
Numbers = Mapping[str, Any]


def finished(folder: RunFolder) -> tuple[dict[str, Any], dict[str, Numbers]]:
    """The manifest, and the numbers by suite. Raises UsageError for an unfinished run."""
    summary = folder.summary()
    if summary is None or summary.get("missing"):
        raise UsageError(f"run {folder.run_id!r} has not finished: --resume it first")
    return folder.manifest(), summary["suites"]


def _write(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent}: {error.strerror}") from error
    write_atomically(path, text.encode("utf-8", "surrogateescape"))
    return path


def _file_name(suite: str) -> str:
    return suite.replace(":", "_").replace("/", "_")


# ---- Hugging Face ----------------------------------------------------------------------------
def export_hf_results(folder: RunFolder, out: Path) -> list[Path]:
    """`.eval_results/SUITE.yaml` for suites on the Hub, and an `eval.yaml` for each other suite.

    Values are percentages. Raises UsageError for an unfinished run and a bad folder.
    """
    manifest, suites = finished(folder)
    paths = []
    for suite, numbers in suites.items():
        if numbers["accuracy"] is None:
            continue
        name = _file_name(suite)
        if suite in HUB_BENCHMARKS:
            path = out / ".eval_results" / f"{name}.yaml"
            paths.append(_write(path, _result_yaml(suite, numbers, manifest)))
        else:
            paths.append(_write(out / name / "eval.yaml", _benchmark_yaml(suite, numbers)))
    return paths


def _result_yaml(suite: str, numbers: Numbers, manifest: Mapping[str, Any]) -> str:
    dataset, task = HUB_BENCHMARKS[suite]
    sampling = manifest["config"]["sampling"]
    notes = (
        f"assay {version('assay')}: {numbers['problems']} problems, avg@{numbers['k']}, "
        f"temperature {sampling['temperature']}, at most {sampling['max_tokens']} tokens"
    )
    # JSON strings are YAML strings.
    return (
        f"- dataset:\n    id: {json.dumps(dataset)}\n    task_id: {json.dumps(task)}\n"
        f"  value: {100 * numbers['accuracy']:.4g}\n"
        f"  date: {json.dumps(str(manifest.get('started', ''))[:10])}\n"
        f"  evaluation_framework: assay\n  notes: {json.dumps(notes)}\n"
    )


def _benchmark_yaml(suite: str, numbers: Numbers) -> str:
    description = f"The suite {suite} of assay ({numbers['domain']})."
    return (
        f"name: {json.dumps(suite)}\n"
        f"description: {json.dumps(description)}\n"
        "evaluation_framework: assay\n"
        f"tasks:\n  - id: {json.dumps(_file_name(suite))}\n    config: default\n"
        f"    split: {json.dumps(numbers['split'])}\n"
    )


# ---- Every Eval Ever -------------------------------------------------------------------------
def export_every_eval_ever(folder: RunFolder, out: Path) -> list[Path]:
    """One document per suite. Raises UsageError for an unfinished run and a bad folder."""
    manifest, suites = finished(folder)
    stamp = f"{_seconds(manifest):.0f}"
    model = str(manifest["model"]["name"])
    paths = []
    for suite, numbers in suites.items():
        if numbers["accuracy"] is None:
            continue
        document = {
            "schema_version": "0.3.0",
            "evaluation_id": f"{suite}/{model.replace('/', '_')}/{stamp}",
            "evaluation_timestamp": stamp,
            "retrieved_timestamp": stamp,
            "source_metadata": {
                "source_name": "assay", "source_type": "evaluation_run",
                "source_organization_name": "assay user", "evaluator_relationship": "third_party",
            },
            "eval_library": {"name": "assay", "version": version("assay")},
            "model_info": {
                "name": model, "id": model,
                "additional_details": {
                    "revision": str(manifest["model"].get("revision")),
                    **_deployment(str(manifest["model"].get("backend"))),
                },
            },
            "evaluation_results": [_result(suite, numbers, manifest["config"])],
        }  # fmt: skip
        text = json.dumps(document, indent=1, ensure_ascii=True)
        paths.append(_write(out / f"{_file_name(suite)}.json", text + "\n"))
    return paths


def _deployment(backend: str) -> dict[str, str]:
    """Where a model of this backend runs, as far as the backend alone tells."""
    own = backend in ("hf", "bundled")
    return {
        "deployment_type": "self_deployed" if own else "unknown",
        "model_availability": "open_weights" if own else "unknown",
    }


def _seconds(manifest: Mapping[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(manifest.get("started"))).timestamp()
    except ValueError:
        return time.time()


def _result(suite: str, numbers: Numbers, config: Mapping[str, Any]) -> dict[str, Any]:
    low, high = numbers["wilson"] or (0.0, 1.0)
    uncertainty: dict[str, Any] = {
        "confidence_interval": {"lower": low, "upper": high, "confidence_level": 0.95,
                                "method": "Wilson, clustered by problem"},
        "num_samples": numbers["samples"],
    }  # fmt: skip
    if numbers["standard_error"] is not None:
        uncertainty["standard_error"] = {"value": numbers["standard_error"], "method": "analytic"}
    hub = HUB_BENCHMARKS.get(suite)
    source = {"source_type": "hf_dataset", "hf_repo": hub[0]} if hub else {"source_type": "other"}
    sampling = config["sampling"]
    arguments = {key: sampling[key] for key in ("temperature", "top_p", "top_k", "max_tokens")}
    return {
        "evaluation_name": suite,
        "source_data": {"dataset_name": suite, **source},
        "metric_config": {
            "evaluation_description": f"accuracy, mean over problems of avg@{numbers['k']}",
            "metric_id": "accuracy", "metric_unit": "proportion",
            "lower_is_better": False, "score_type": "continuous", "min_score": 0, "max_score": 1,
        },
        "score_details": {"score": numbers["accuracy"], "uncertainty": uncertainty},
        "generation_config": {"generation_args": arguments},
    }  # fmt: skip


# ---- inspect_ai ------------------------------------------------------------------------------
def export_inspect(folder: RunFolder, out: Path) -> list[Path]:
    """One log per suite, its samples in the order of the problems.

    Raises UsageError for an unfinished run and a bad folder.
    """
    manifest, suites = finished(folder)
    problems = {(line["suite"], line["problem_id"]): line for line in folder.problems()}
    order = {name: at for at, name in enumerate(problems)}
    samples: dict[str, list[dict[str, Any]]] = {suite: [] for suite in suites}
    model = str(manifest["model"]["name"])
    for record in folder.samples():
        line = problems.get((record["suite"], record["problem_id"]), {})
        samples.setdefault(record["suite"], []).append(_sample(record, line, model))
    paths = []
    for suite, numbers in suites.items():
        samples[suite].sort(key=lambda one: (order.get((suite, one["id"]), 0), one["epoch"]))
        log = _log(folder, manifest, suite, numbers) | {"samples": samples[suite]}
        text = json.dumps(log, ensure_ascii=True)
        paths.append(_write(out / f"{folder.run_id}_{_file_name(suite)}.json", text + "\n"))
    return paths


def _log(
    folder: RunFolder, manifest: Mapping[str, Any], suite: str, numbers: Numbers
) -> dict[str, Any]:
    config = manifest["config"]
    sampling = config["sampling"]
    started = str(manifest.get("started") or "1970-01-01T00:00:00+00:00")
    metrics = {"accuracy": numbers["accuracy"] or 0.0, "stderr": numbers["standard_error"] or 0.0}
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "created": started, "task": f"assay/{suite}", "task_id": f"{folder.run_id}-{suite}",
            "run_id": folder.run_id, "eval_id": f"{folder.run_id}-{suite}",
            "dataset": {"name": suite, "samples": numbers["problems"]},
            "model": str(manifest["model"]["name"]), "model_args": {},
            "config": {"epochs": config["samples"]},
            "packages": {"assay": version("assay")},
        },
        "plan": {"name": "plan", "steps": [], "config": {
            "temperature": sampling["temperature"], "max_tokens": sampling["max_tokens"]}},
        "results": {
            "total_samples": numbers["samples"], "completed_samples": numbers["samples"],
            "scores": [{
                "name": "assay", "scorer": "assay", "params": {},
                "metrics": {key: {"name": key, "value": value} for key, value in metrics.items()},
            }],
        },
        "stats": {"started_at": started, "completed_at": started, "model_usage": {}},
    }  # fmt: skip


def _sample(record: Mapping[str, Any], line: Mapping[str, Any], model: str) -> dict[str, Any]:
    verdict = record["verdict"]
    sent = [{"role": m["role"], "content": m["content"]} for m in line.get("messages", [])]
    answer = {"role": "assistant", "content": record["completion"], "source": "generate"}
    stop = FINISHED.get(record.get("finish_reason", "stop"), "stop")
    used = {
        "input_tokens": record.get("prompt_tokens") or 0,
        "output_tokens": record.get("completion_tokens") or 0,
    }
    used["total_tokens"] = used["input_tokens"] + used["output_tokens"]
    return {
        "id": record["problem_id"],
        "epoch": record["sample"] + 1,
        "input": sent or "",
        "target": line.get("answer", ""),
        "messages": [*sent, answer],
        "output": {"model": model, "choices": [{"message": answer, "stop_reason": stop}],
                   "usage": used},
        "scores": {"assay": {
            "value": verdict["score"] if verdict["score"] is not None else "N",
            "answer": verdict.get("extracted"), "explanation": verdict.get("reason"),
            "metadata": {"status": verdict["status"]},
        }},
        "metadata": {}, "store": {}, "events": [], "model_usage": {model: used},
    }  # fmt: skip
