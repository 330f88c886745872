"""Build the leaderboard: `leaderboard.json`, `LEADERBOARD.md`, `index.html` and its samples.

The page is one file. The samples of each run are stored next to it as a script, which the page
loads on demand; this works from disk as well as from a server.
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import packaged
from ...tasks import Suite
from ..evaluation import TaskSpec
from ..results import RunFolder, list_runs, write_atomically, write_json
from .cost import read_prices
from .markdown import as_markdown
from .rows import RunData, pair_rows, pair_tests, price_of, ranks, read_run, score_row, views

SAMPLES = "leaderboard_samples"
SCRIPTS = ("page.js", "plots.js", "pairs.js", "samples.js", "start.js")
Suites = dict[str, Suite | None]


def build_leaderboard(out: Path, prices_file: Path | None = None) -> dict[str, Any]:
    """Write the leaderboard of all runs under `out`; returns its data.

    Raises UsageError when there is no run, a run is malformed, or nothing can be written.
    """
    folders = list_runs(out)
    runs = [run for run in map(read_run, folders) if run.suites]
    if not runs:
        raise UsageError(f"there is no run with samples in {out / 'runs'}: run assay eval first")
    prices = read_prices(prices_file) if prices_file is not None else {}
    board = _board(runs, prices)
    write_json(out / "leaderboard.json", board)
    write_atomically(out / "LEADERBOARD.md", as_markdown(board).encode())
    _write_samples(runs, out)
    write_atomically(out / "index.html", _page(board).encode())
    return board


def _board(runs: list[RunData], prices: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = {run.folder.run_id: {} for run in runs}
    pairs = {}
    for view in views(runs):
        sat = [run for run in runs if run.groups(view)]
        tests = pair_tests(sat, view)
        pairs[view] = pair_rows(tests)
        places = ranks(sat, tests)
        whole = len({problem for run in sat for problem in run.groups(view)})
        for run in sat:
            row = score_row(run, view, price_of(run, prices))
            if row is not None:
                run_id = run.folder.run_id
                rows[run_id][view] = row | {"of": whole, "rank": places[run_id]}
    suites = {suite: run.domains[suite] for run in runs for suite in run.suites}
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("assay"),
        "suites": [{"name": name, "domain": domain} for name, domain in sorted(suites.items())],
        "runs": [_run_entry(run, rows[run.folder.run_id]) for run in runs],
        "pairs": pairs,
    }


def _run_entry(run: RunData, scores: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": run.folder.run_id,
        "model": run.model,
        "revision": run.manifest["model"].get("revision"),
        "date": run.manifest.get("started", ""),
        "samples": f"{SAMPLES}/{run.folder.run_id}.js",
        "scores": scores,
    }


def _page(board: dict[str, Any]) -> str:
    page = _asset("page.html")
    # A `<` could end the script element; written as \u003c the JSON is the same.
    data = json.dumps(_compact(board), ensure_ascii=True, separators=(",", ":"))
    data = data.replace("<", "\\u003c")
    parts = {
        "css": _asset("page.css"),
        "js": "".join(_asset(name) for name in SCRIPTS),
        "data": data,
    }
    for name, text in parts.items():
        page = page.replace("{{" + name + "}}", text, 1)
    return page


def _asset(name: str) -> str:
    """A file of the page's design."""
    return packaged("assay.harness.leaderboard", f"assets/{name}").read_text(encoding="utf-8")


def _compact(board: dict[str, Any]) -> dict[str, Any]:
    """The data of the page, with each paired test as a list of rounded numbers."""
    pairs = {
        view: {
            key: [float(f"{value:.5g}") for value in test.values()] for key, test in tests.items()
        }
        for view, tests in board["pairs"].items()
    }
    return board | {"pairs": pairs}


def _write_samples(runs: list[RunData], out: Path) -> None:
    folder = out / SAMPLES
    try:
        folder.mkdir(exist_ok=True)
        wanted = {f"{run.folder.run_id}.js" for run in runs}
        for stale in folder.glob("*.js"):
            if stale.name not in wanted:
                stale.unlink()
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    suites: Suites = {}
    for run in runs:
        data = json.dumps(_sample_data(run.folder, run.manifest, suites), ensure_ascii=True)
        run_id = json.dumps(run.folder.run_id)
        script = f"assayRun({run_id}, {data});\n"
        write_atomically(folder / f"{run.folder.run_id}.js", script.encode())


def _sample_data(folder: RunFolder, manifest: dict[str, Any], cache: Suites) -> dict[str, Any]:
    """The problems of a run, and its samples, each with the index of its problem."""
    suites = _suites_of(manifest, cache)
    places: dict[tuple[str, str], int] = {}
    problems: list[dict[str, Any]] = []
    samples: list[dict[str, Any]] = []
    for record in folder.samples():
        key = record["suite"], record["problem_id"]
        if key not in places:
            places[key] = len(problems)
            prompt, gold = _prompt_and_gold(suites.get(key[0]), key[1])
            problems.append({"suite": key[0], "problem": key[1], "prompt": prompt, "gold": gold})
        samples.append({"at": places[key], **_sample_row(record)})
    return {"problems": problems, "samples": samples}


def _sample_row(record: dict[str, Any]) -> dict[str, Any]:
    verdict = record["verdict"]
    return {
        "sample": record["sample"],
        "completion": record["completion"],
        "status": verdict["status"],
        "extracted": verdict.get("extracted"),
        "reason": verdict["reason"],
        "tokens": record.get("completion_tokens"),
        "thinking": record.get("thinking_tokens"),
        "finish": record.get("finish_reason"),
    }


def _suites_of(manifest: dict[str, Any], cache: Suites) -> Suites:
    """The suites of a run, for their prompts; None where the files are missing."""
    found: Suites = {}
    for task in manifest.get("config", {}).get("tasks", []):
        key = json.dumps([task["name"], task["options"]], sort_keys=True)
        if key not in cache:
            try:
                cache[key] = TaskSpec(task["name"], task["options"]).load()
            except UsageError:
                cache[key] = None
        found[task["name"]] = cache[key]
    return found


def _prompt_and_gold(suite: Suite | None, problem_id: str) -> tuple[str, str | None]:
    if suite is None:
        return "(the files of this suite are not available)", None
    try:
        problem = suite.find(problem_id)
    except UsageError:
        return "(this problem is no longer in the suite)", None
    return problem.prompt, problem.answer
