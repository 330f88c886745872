"""Measure how fast the leaderboard of 50 runs of 2,000 samples opens in a real Chromium.

The runs are synthetic (20 suites of 100 problems, completions of about a thousand characters),
but are stored, built and opened like real ones. Times come from the page's own clock, from the
start of the navigation. The processor time of its main thread is recorded too, because other
programs do not affect it. Without playwright and Chromium nothing is measured, and the reason is
printed.

    python benchmarks/leaderboard_page.py [--runs 50] [--size 100] [--repeats 5]
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assay.harness.evaluation import TaskSpec, plan_task, prompt_hash, suite_hash
from assay.harness.leaderboard.build import build_leaderboard
from assay.harness.results import SampleWriter, create_run, write_json
from peers import NotRunError, find_peers

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "leaderboard_page.json"
TASKS = (
    "arithmetic", "sequences", "linear_equations", "fractions", "modular", "percentages",
    "number_theory", "unit_conversion", "word_problems", "geometry", "boolean_circuits",
    "ordering", "automaton", "dyck", "graph_reachability", "knights_and_knaves",
    "object_tracking", "shortest_path", "string_rewriting", "syllogisms",
)  # fmt: skip
BUILT = "built.json"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage"]  # fmt: skip
WORDS = ("so", "we", "take", "the", "first", "of", "them", "and", "add", "what", "is", "left")


def make_runs(out: Path, runs: int, size: int) -> int:
    """Store `runs` runs of models between 20% and 90%; the samples written."""
    specs = [TaskSpec(name, {"size": size, "difficulty": 1}) for name in TASKS]
    plans = [plan_task(spec) for spec in specs]
    tasks = [
        {
            "name": plan.suite.name,
            "options": dict(plan.spec.options),
            "hash": suite_hash(plan.problems),
        }
        for plan in plans
    ]
    problems = [
        (plan.suite, p, prompt_hash(plan.request(p, 0, 0))) for plan in plans for p in plan.problems
    ]
    for number in range(runs):
        rng = random.Random(number)
        skill = 0.2 + 0.7 * number / max(1, runs - 1)
        manifest = {
            "config": {"tasks": tasks, "samples": 1},
            "model": {"name": f"openai/model-{number:02}", "backend": "openai",
                      "price": {"input": 0.1 + number / 20, "output": 1 + number / 5}},
            "started": f"2026-01-{1 + number % 28:02}T00:00:00+00:00",
        }  # fmt: skip
        folder = create_run(out, f"run-{number:02}", manifest)
        write_json(folder.summary_path, {"suites": {}, "missing": 0})
        with SampleWriter(folder) as writer:
            for suite, problem, hashed in problems:
                writer.append(_record(rng, skill, number, suite.name, problem, hashed))
    return runs * len(problems)


def _record(
    rng: random.Random, skill: float, number: int, suite: str, problem: Any, hashed: str
) -> dict[str, Any]:
    right = rng.random() < skill
    words = rng.randint(100, 300)
    answer = problem.answer if right else "another"
    text = " ".join(rng.choices(WORDS, k=words)) + f" <answer>{answer}</answer>"
    return {
        "suite": suite, "problem_id": problem.id, "sample": 0, "prompt_hash": hashed,
        "completion": text, "finish_reason": "stop", "prompt_tokens": 60,
        "completion_tokens": words * (1 + number), "thinking_tokens": words,
        "cached_tokens": 0,
        "verdict": {"status": "correct" if right else "incorrect", "score": float(right),
                    "extracted": answer, "reason": "equal" if right else "not equal"},
    }  # fmt: skip


STEPS = {
    "sort": 'sortBy("tokens")',
    "filter": 'go({model: "model-1"}, false)',
    "another_board": 'go({model: "", group: board.groups.find((g) => g.tasks.length === 1).id})',
}
STEP = """() => new Promise((done) => {
    const start = performance.now();
    %s;
    document.body.getBoundingClientRect();
    const laid_out = performance.now() - start;
    const look = () => Number(document.body.dataset.drawn) === turn
      ? done([laid_out, performance.now() - start]) : setTimeout(look, 1);
    look();
})"""
SAMPLES = """() => new Promise((done) => {
    const start = performance.now();
    const look = () => document.querySelector("#drill-list details")
      ? done(performance.now() - start) : setTimeout(look, 1);
    go({run: board.entries.at(-1).id});
    look();
})"""
CPU = {"cpu": "TaskDuration", "cpu_script": "ScriptDuration",
       "cpu_layout": "LayoutDuration", "cpu_style": "RecalcStyleDuration"}  # fmt: skip


def visit(browser: Any, address: str) -> dict[str, float]:
    """Milliseconds until the table, and everything, is drawn; of filters and a sort; to samples.

    A step is timed until its table is laid out; `..._all` until every view is drawn again, and
    `..._cpu` is the processor time of the page's main thread for all of it.
    """
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> dict[str, float]:
        found = metrics.send("Performance.getMetrics")["metrics"]
        return {one["name"]: 1000 * one["value"] for one in found}

    page.goto(address, wait_until="load")
    page.wait_for_function("Number(document.body.dataset.drawn) === turn")
    everything = page.evaluate("performance.now()")
    before = spent()
    table = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    paint = "(performance.getEntriesByName('first-contentful-paint')[0] || {}).startTime || 0"
    found = {
        **{name: before[key] for name, key in CPU.items()},
        "first_contentful_paint": page.evaluate(paint),
        "table": page.evaluate(table),
        "everything": everything,
    }
    for name, act in STEPS.items():
        page.wait_for_timeout(300)  # what the last step left to paint
        before = spent()
        found[name], found[f"{name}_all"] = page.evaluate(STEP % act)
        found[f"{name}_cpu"] = spent()["TaskDuration"] - before["TaskDuration"]
        if page.locator("#ranked tr").count() == 0:
            raise RuntimeError("no run is ranked: the page that was measured is not the real one")
    found["samples"] = page.evaluate(SAMPLES)
    page.context.close()
    return found


def build(out: Path, runs: int, size: int) -> None:
    """Make the runs and their leaderboard in `out`, with a note of what it took."""
    out.mkdir(parents=True, exist_ok=True)
    samples = make_runs(out, runs, size)
    wall, cpu = time.perf_counter(), time.process_time()
    build_leaderboard(out)
    took = {
        "runs": runs, "samples": samples,
        "build_seconds": time.perf_counter() - wall, "build_cpu_seconds": time.process_time() - cpu,
    }  # fmt: skip
    (out / BUILT).write_text(json.dumps(took))


def main() -> None:
    """Make the runs, build, open, print, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--size", type=int, default=100, help="problems of each of 20 suites")
    parser.add_argument("--repeats", type=int, default=5, help="0 only builds")
    parser.add_argument("--folder", type=Path, help="built there, or used as it was built there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = given.folder or Path(folder)
        if not (out / BUILT).exists():
            build(out, given.runs, given.size)
        browsers, _ = find_peers({"chromium": chromium_opener} if given.repeats else {})
        for open_browser in browsers.values():
            measure(out, given.repeats, open_browser)


def chromium_opener() -> Callable[[], Any]:
    """What opens Chromium, as a context manager. Raises ImportError or NotRunError."""
    from playwright.sync_api import Error, sync_playwright

    path = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")

    @contextmanager
    def opener() -> Iterator[Any]:
        with sync_playwright() as playwright:
            try:
                browser = playwright.chromium.launch(
                    executable_path=path, args=FLAGS, timeout=120_000
                )
            except Error as error:
                raise NotRunError(str(error).partition("\n")[0]) from error
            yield browser
            browser.close()

    with opener():
        return opener


def measure(out: Path, repeats: int, open_browser: Callable[[], Any]) -> None:
    """Open the page `repeats` times, each time in a fresh browser context, and write the file."""
    page = out / "index.html"
    with open_browser() as browser:
        visits = [visit(browser, page.as_uri()) for _ in range(repeats)]
        version = browser.version
    scripts = out.glob("leaderboard_samples/*/*.js")
    result = {
        **json.loads((out / BUILT).read_text()),
        "index_html_bytes": page.stat().st_size,
        "samples_bytes": sum(script.stat().st_size for script in scripts),
        "median_ms": {key: statistics.median(v[key] for v in visits) for key in visits[0]},
        "floor_ms": {"everything": 1000, "filter": 100}, "visits": visits,
        "machine": {"machine": platform.machine(), "cores": os.cpu_count(),
                    "load_average": os.getloadavg()[0], "chromium": version},
    }  # fmt: skip
    print(json.dumps({key: value for key, value in result.items() if key != "visits"}, indent=1))
    OUT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
