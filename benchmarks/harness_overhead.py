"""Measure the harness's overhead per sample: GSM8K test with a model that answers at once.

    python benchmarks/harness_overhead.py --data-dir DATA [--peers PYTHON] [--repeats 3] [--limit N]

Ours is `assay eval --model oracle`, with every answer verified and every prompt stored; no verdict
of an earlier run is used. The peers run the
same problems with their own dummy models and GSM8K's usual scoring: lm-evaluation-harness with
`--model dummy` (flexible-extract and strict-match filters, samples logged) and inspect_ai with
`mockllm/model` (the `match(numeric=True)` scorer, its log written). Whole processes are timed
alternately, including start-up; the start-up alone (a limit of one sample) is timed too, so the
cost per sample is (whole - start) / samples. Both the clock and the processor time of the process
and its children are measured: other programs change the first, hardly the second. --peers names a
Python that has lm_eval and inspect_ai installed; a peer that fails on one sample is listed under
`not_run` with the reason. --limit takes fewer problems, for a quick look. Writes
results/benchmarks/harness_overhead.json if every peer ran on all problems.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from peers import NotRunError, find_peers

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "harness_overhead.json"

LM_EVAL_TASK = """
task: gsm8k_local
dataset_path: json
dataset_kwargs: {{data_files: {{test: {file}}}}}
output_type: generate_until
test_split: test
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: "{{{{answer}}}}"
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
    ignore_case: true
    ignore_punctuation: false
    regexes_to_ignore: [",", "\\\\$", "(?s).*#### ", "\\\\.$"]
generation_kwargs: {{until: ["Question:"], do_sample: false}}
filter_list:
  - name: strict-match
    filter:
      - {{function: regex, regex_pattern: "#### (\\\\-?[0-9\\\\.\\\\,]+)"}}
      - {{function: take_first}}
  - name: flexible-extract
    filter:
      - function: regex
        group_select: -1
        regex_pattern: "(-?[$0-9.,]{{2,}})|(-?[0-9]+)"
      - {{function: take_first}}
"""

Command = Callable[[int], list[str]]
"""The command line that does so many problems."""
INSPECT_TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample, json_dataset
from inspect_ai.scorer import match
from inspect_ai.solver import generate

@task
def gsm8k_local():
    def read(row):
        return Sample(input=row["question"], target=row["answer"].split("####")[1].strip())
    return Task(json_dataset({file!r}, read), solver=generate(), scorer=match(numeric=True))
"""


def commands(data: Path, peers: str | None, folder: Path) -> dict[str, Command]:
    """By harness, the command that does the first so many problems."""
    test = data / "gsm8k" / "test.jsonl"
    (folder / "gsm8k_local.yaml").write_text(LM_EVAL_TASK.format(file=test))
    (folder / "inspect_task.py").write_text(INSPECT_TASK.format(file=str(test)))

    def assay(limit: int) -> list[str]:
        return [sys.executable, "-m", "assay.harness.cli", "eval", "--model", "oracle",
                "--tasks", "gsm8k", "--data-dir", str(data), "--limit", str(limit), "--no-cache",
                "--out", str(folder / "assay")]  # fmt: skip

    def lm_eval(limit: int) -> list[str]:
        return [str(peers), "-m", "lm_eval", "run", "--model", "dummy", "--tasks", "gsm8k_local",
                "--include_path", str(folder), "--limit", str(limit), "--log_samples",
                "--output_path", str(folder / "lm_eval")]  # fmt: skip

    def inspect(limit: int) -> list[str]:
        return [str(Path(str(peers)).parent / "inspect"), "eval", "inspect_task.py",
                "--model", "mockllm/model", "--limit", str(limit), "--display", "none",
                "--log-dir", str(folder / "inspect")]  # fmt: skip

    return {"assay": assay, "lm_eval": lm_eval, "inspect_ai": inspect}


def runnable(
    runs: dict[str, Command], peers: str | None, folder: Path
) -> tuple[dict[str, Command], dict[str, str]]:
    """The harnesses that can do one sample here, and why each of the others cannot.

    That one sample also fills the caches of files and of the data set. Ours must run.
    """

    def maker(name: str) -> Command:
        if peers is None:
            raise NotRunError("no --peers (or $PEERS_PYTHON) names a Python that has it")
        timed(runs[name](1), folder)
        return runs[name]

    timed(runs["assay"](1), folder)
    makers = {name: partial(maker, name) for name in runs if name != "assay"}
    found, not_run = find_peers(makers)
    return {"assay": runs["assay"]} | found, not_run


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, of a whole process and its children.

    Raises NotRunError with the end of its output when it fails.
    """
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(folder / "cache")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise NotRunError(f"{' '.join(command)}: {done.stdout[-800:]}{done.stderr[-800:]}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(runs: dict[str, Command], count: int, repeats: int, folder: Path) -> dict[str, Any]:
    """By harness: seconds of the whole and of the start, by the clock and of the processor."""
    times: dict[str, list[tuple[float, ...]]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, command in runs.items():
            times[name].append((*timed(command(1), folder), *timed(command(count), folder)))
            print(name, *(f"{one:.2f}" for one in times[name][-1]), flush=True)
    rows = {}
    for name, found in times.items():
        start, start_cpu, whole, whole_cpu = map(median, zip(*found, strict=True))
        rows[name] = {
            "start_seconds": round(start, 2),
            "whole_seconds": round(whole, 2),
            "samples_per_second_whole": round(count / whole, 1),
            "ms_per_sample_after_start": round(1000 * (whole - start) / (count - 1), 3),
            "start_cpu_seconds": round(start_cpu, 2),
            "whole_cpu_seconds": round(whole_cpu, 2),
            "cpu_ms_per_sample_after_start": round(1000 * (whole_cpu - start_cpu) / (count - 1), 3),
        }
    return rows


def ratios(rows: dict[str, Any]) -> dict[str, dict[str, float]]:
    """How many times as long each peer takes for a whole run, by the clock and the processor."""
    own = rows["assay"]
    return {
        name: {key: round(row[key] / own[key], 2) for key in ("whole_seconds", "whole_cpu_seconds")}
        for name, row in rows.items()
        if name != "assay"
    }


def versions(python: str) -> dict[str, str]:
    """Versions of the harnesses of an interpreter."""
    code = (
        "import json; from importlib.metadata import version, PackageNotFoundError\n"
        "found = {}\n"
        "for name in ('assay', 'lm_eval', 'inspect_ai'):\n"
        "    try: found[name] = version(name)\n"
        "    except PackageNotFoundError: pass\n"
        "print(json.dumps(found))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=os.environ.get("ASSAY_DATA"))
    parser.add_argument("--peers", default=os.environ.get("PEERS_PYTHON"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int)
    given = parser.parse_args()
    if given.data_dir is None or not (given.data_dir / "gsm8k" / "test.jsonl").is_file():
        print("skipped: --data-dir (or $ASSAY_DATA) must hold gsm8k/test.jsonl")
        return
    data = given.data_dir.resolve()
    count = sum(1 for line in (data / "gsm8k" / "test.jsonl").open() if line.strip())
    every = given.limit is None or given.limit >= count
    count = count if every else given.limit
    folder = Path(tempfile.mkdtemp())
    try:
        runs, not_run = runnable(commands(data, given.peers, folder), given.peers, folder)
        rows = measure(runs, count, given.repeats, folder)
    finally:
        shutil.rmtree(folder)
    result = {
        "command": "python benchmarks/harness_overhead.py --data-dir DATA --peers PYTHON",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version(), **versions(sys.executable)}
        | (versions(given.peers) if given.peers else {}),
        "not_run": not_run,
        "problems": count,
        "repeats": given.repeats,
        "harnesses": rows,
        "times_ours": ratios(rows),
        "floors": {"inspect_ai": 3.0, "lm_eval": 8.0},
    }
    text = json.dumps(result, indent=1)
    print(text)
    if not_run or not every:
        print(f"{OUT} is left as it is: not every peer was run on every problem")
    else:
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(text + "\n")


if __name__ == "__main__":
    main()
