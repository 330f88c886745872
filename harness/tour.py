"""`make run`: the main job from end to end on generated math, code and logic suites.

Models: the bundled one and its earlier stages, if their weights are packaged, and the two
extremes, `oracle` and `random`. Recorded outputs of a real model are scored too if they are in
$ASSAY_DATA. Stored runs are not repeated.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..sandbox.errors import UsageError
from ..tasks.sources import data_folder
from .backends import load_model
from .backends.contract import Sampling
from .backends.packaged import PACKAGED, packaged_stages
from .commands.running import report
from .evaluation import Run, TaskSpec, evaluate
from .leaderboard.build import build_leaderboard
from .results import list_runs
from .scoring import score_file

TASKS = (
    "arithmetic", "linear_equations", "sequences",
    "function_synthesis", "output_prediction",
    "boolean_circuits", "ordering", "knights_and_knaves",
)  # fmt: skip
SEED = 9_001
"""Seed of the generated problems; training never uses the split `test`."""
RECORDED = "outputs/bbh_code-davinci-002_cot/navigate.json.gz"


def models() -> list[str]:
    """The models of the tour, best last: random, the packaged checkpoints, oracle."""
    packaged = ["bundled"] if (PACKAGED / "config.json").is_file() else []
    return ["random", *[f"bundled/{stage}" for stage in packaged_stages()], *packaged, "oracle"]


def tour(out: Path, limit: int) -> int:
    """Evaluate every model of the tour, score recorded outputs, and build the leaderboard."""
    done = {folder.run_id for folder in list_runs(out) if folder.summary_path.exists()}
    runs: list[Run] = []
    for name in models():
        run_id = f"tour-{name.replace('/', '-')}"
        if run_id in done:
            print(f"{run_id} is stored; remove {out / 'runs' / run_id} to repeat it")
            continue
        runs.append(_evaluate(name, run_id, out, limit))
    codes = [report(run) for run in runs] + [_score_recorded(out, done)]
    build_leaderboard(out)
    board = (out / "LEADERBOARD.md").read_text(encoding="utf-8")
    print("\n## ".join(board.split("\n## ")[:2]))  # all suites together; the rest is in the file
    print(f"the page is {(out / 'index.html').resolve()} (or: .venv/bin/assay view --out {out})")
    return max(codes)


def _evaluate(name: str, run_id: str, out: Path, limit: int) -> Run:
    specs = [TaskSpec(task, {"seed": SEED, "size": limit, "difficulty": 1}) for task in TASKS]
    # Sampled as in training, because reinforcement learning changes greedy answers little.
    sampling = Sampling(temperature=1.0, max_tokens=384)
    model = load_model(name)
    try:
        return evaluate(
            model, specs, sampling=sampling, out=out, run_id=run_id,
            resume=(out / "runs" / run_id / "manifest.json").exists(),
        )  # fmt: skip
    finally:
        model.close()


def _score_recorded(out: Path, done: set[str]) -> int:
    """Score real outputs of code-davinci-002 on BBH navigate, if the files are there."""
    folder = data_folder(None)
    run_id = "tour-recorded-bbh-navigate"
    if folder is None or not (folder / RECORDED).is_file() or run_id in done:
        return 0
    rows = _as_rows(folder / RECORDED, out)
    spec = TaskSpec("bbh:navigate", {})
    try:
        return report(score_file(spec, rows, model_name="code-davinci-002 (recorded)", out=out,
                                 run_id=run_id))  # fmt: skip
    finally:
        rows.unlink()


def _as_rows(path: Path, out: Path) -> Path:
    """Add ids to the recorded rows, which are in the order of the task's problems."""
    import json

    from ..tasks.sources import read_json

    outputs = read_json(path)["outputs"]
    target = out / ".recorded.jsonl"
    lines = [json.dumps({"id": str(n), "completion": row["prediction"]})
             for n, row in enumerate(outputs)]  # fmt: skip
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of the tour."""
    parser = argparse.ArgumentParser(prog="python -m assay.harness.tour", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("results"))
    parser.add_argument("--limit", type=int, default=50, help="problems of each task")
    given = parser.parse_args(arguments)
    try:
        given.out.mkdir(parents=True, exist_ok=True)
        return tour(given.out, given.limit)
    except UsageError as mistake:
        print(f"assay: {mistake}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("assay: interrupted; run again to continue", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
