"""Write a stored run in the format of EleutherAI's lm-evaluation-harness: `assay export lm-eval`.

One `results_TIME.json` and one `samples_SUITE_TIME.jsonl` per suite, in a folder named after the
model, as `lm_eval --log_samples` writes them; `assay score` reads the samples back.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite
from .evaluation import TaskSpec
from .results import RunFolder, write_atomically

Numbers = dict[str, Any]


def export_run(folder: RunFolder, out: Path) -> list[Path]:
    """Write a finished run into `out`; returns the paths, the results first.

    Raises UsageError for a run without a summary, a suite that cannot be loaded, a bad folder.
    """
    manifest, summary = folder.manifest(), folder.summary()
    if summary is None:
        raise UsageError(f"run {folder.run_id!r} has not finished: --resume it first")
    tasks = {task["name"]: task for task in manifest["config"]["tasks"]}
    suites = {name: TaskSpec(name, tasks[name]["options"]).load() for name in summary["suites"]}
    model = str(manifest["model"]["name"])
    target = out / model.replace("/", "__").replace(" ", "_")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    stamp = str(manifest.get("started", "")).partition("+")[0].replace(":", "-") or folder.run_id
    paths = [target / f"results_{stamp}.json"]
    result = _results(manifest, summary["suites"], suites)
    write_atomically(paths[0], json.dumps(result, indent=2, ensure_ascii=False).encode() + b"\n")
    for name, suite in suites.items():
        path = target / f"samples_{name.replace(':', '_')}_{stamp}.jsonl"
        rows = _samples(folder, suite, manifest["config"]["sampling"])
        lines = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
        write_atomically(path, lines.encode())
        paths.append(path)
    return paths


def _results(
    manifest: Mapping[str, Any], numbers: Mapping[str, Numbers], suites: Mapping[str, Suite]
) -> dict[str, Any]:
    config = manifest["config"]
    return {
        "results": {name: _metrics(name, one) for name, one in numbers.items()},
        "group_subtasks": {name: [] for name in numbers},
        "configs": {
            task["name"]: {"task": task["name"], "test_split": suites[task["name"]].split,
                           "output_type": "generate_until", "repeats": config["samples"],
                           "metadata": {"hash": task["hash"], **task["options"]}}
            for task in config["tasks"] if task["name"] in numbers
        },
        "versions": {task["name"]: task["hash"][:12] for task in config["tasks"]},
        "n-shot": dict.fromkeys(numbers, 0),
        "higher_is_better": {
            name: {key.partition(",")[0]: True for key in _metrics(name, one) if "," in key
                   and "stderr" not in key}
            for name, one in numbers.items()
        },
        "n-samples": {
            name: {"original": len(suites[name]), "effective": one["problems"]}
            for name, one in numbers.items()
        },
        "config": {"model": manifest["model"]["backend"], "model_args": manifest["model"]["name"],
                   "limit": config["limit"], "random_seed": config["seed"],
                   "gen_kwargs": config["sampling"]},
        "date": manifest.get("started"),
        "model_name": manifest["model"]["name"],
        "model_sha": manifest["model"].get("revision"),
        "versions_of_packages": manifest.get("versions", {}),
    }  # fmt: skip


def _metrics(name: str, numbers: Numbers) -> Numbers:
    """`METRIC,FILTER` and `METRIC_stderr,FILTER`, with "N/A" for an unknown standard error."""
    found: Numbers = {"alias": name, "acc,none": numbers["accuracy"]}
    error = numbers["standard_error"]
    found["acc_stderr,none"] = "N/A" if error is None else error
    for kind, label in (("pass_at", "pass"), ("maj_at", "maj")):
        for k, value in numbers[kind].items():
            if k != "1":
                found |= {f"{label}@{k},none": value, f"{label}@{k}_stderr,none": "N/A"}
    return found


def _samples(
    folder: RunFolder, suite: Suite, sampling: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """One row per problem with all of its samples, in the order of the suite."""
    records: dict[str, dict[int, dict[str, Any]]] = {}
    for record in folder.samples():
        if record["suite"] == suite.name:
            samples = records.setdefault(record["problem_id"], {})
            samples.setdefault(record["sample"], record)
    for index, problem in enumerate(suite):
        if problem.id in records:
            found = [record for _, record in sorted(records.pop(problem.id).items())]
            yield _row(index, problem, found, sampling)
    if records:
        raise UsageError(
            f"task {suite.name!r} lacks the problem {next(iter(records))!r} of the run"
        )


def _row(
    index: int, problem: Problem, records: list[dict[str, Any]], sampling: Mapping[str, Any]
) -> dict[str, Any]:
    texts = [record["completion"] for record in records]
    scores = [s for record in records if (s := record["verdict"]["score"]) is not None]
    generation = {
        "until": list(sampling.get("stop", ())), "max_gen_toks": sampling.get("max_tokens"),
        "temperature": sampling.get("temperature"), "top_p": sampling.get("top_p"),
    }  # fmt: skip
    doc = {"id": problem.id, "prompt": problem.prompt}
    return {
        "doc_id": index,
        "doc": doc,
        "target": problem.answer,
        "arguments": {"gen_args_0": {"arg_0": problem.prompt, "arg_1": generation}},
        "resps": [texts],
        "filtered_resps": [record["verdict"].get("extracted") for record in records],
        "filter": "none",
        "metrics": ["acc"],
        "doc_hash": _hash(json.dumps(doc)),
        "prompt_hash": _hash(problem.prompt),
        "target_hash": _hash(problem.answer),
        "acc": sum(scores) / len(scores) if scores else None,
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
