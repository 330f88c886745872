"""The page in Chromium with what is not tidy: damaged and failed runs, claims, seeds, training."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from assay.harness.backends import load_model
from assay.harness.evaluation import evaluate
from assay.harness.leaderboard.build import build_leaderboard

from .conftest import MODELS, SPECS
from .test_page import PATIENCE, Visit, browser, pytestmark, visit

__all__ = ["browser", "pytestmark", "visit"]
CLAIMS = """
[sources.s]
title = "A report"
url = "https://example.org/report"

[[claims]]
source = "s"
model = "famous"
released = 2025-01-20
scores = { arithmetic = 0.99 }

[[claims]]
source = "s"
model = "known"
released = 2024-05-13
scores = { arithmetic = 0.42 }
"""


@pytest.fixture(scope="module")
def untidy(results: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Five runs of which one is damaged, one failed and one is half done; seeds and levels."""
    out = tmp_path_factory.mktemp("untidy")
    runs = out / "runs"
    shutil.copytree(results / "runs", runs)
    (runs / "run-3" / "manifest.json").write_text("{")
    for run, kept in (("run-2", 70), ("run-4", 0)):
        path = runs / run / "samples.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
        (runs / run / "summary.json").unlink()
    for seed in (1, 2):
        evaluate(MODELS[2], SPECS[:1], 2, out=out, run_id=f"seed-{seed}", seed=seed, progress=False)
    for level in (1, 2, 3):
        spec = type(SPECS[0])("ordering", {"size": 20, "difficulty": level})
        evaluate(load_model("random"), [spec], out=out, run_id=f"level-{level}", progress=False)
    training = out / "training" / "bundled"
    training.mkdir(parents=True)
    (training / "manifest.json").write_text('{"kind": "grpo", "parameters": 1000}')
    steps = [{"step": i, "reward": i / 50, "seconds": 60, "cost/flops": 2e15} for i in range(50)]
    (training / "metrics.jsonl").write_text("".join(json.dumps(one) + "\n" for one in steps))
    claims = out / "claims.toml"
    claims.write_text(CLAIMS)
    build_leaderboard(out, claims_file=claims)
    return (out / "index.html").as_uri()


def _shows(page: Any, label: str) -> None:
    page.locator("#group").select_option(label=label)
    Visit.wait(page)


def test_damaged_failed_and_unfinished_runs_are_named(visit: Visit, untidy: str) -> None:
    page = visit(untidy)
    assert "run-3 is not shown: " in page.locator("#notices").inner_text()
    _shows(page, "arithmetic")
    half = page.locator("#below tr", has_text="openai/small")
    assert "70 of 160 done" in half.inner_text()
    assert half.locator(".rank").inner_text() == "\N{EN DASH}"
    assert "missing 90" in half.locator(".strip").get_attribute("aria-label")
    pattern = "getComputedStyle(document.querySelector('#below .hatched td')).backgroundImage"
    assert "repeating-linear-gradient" in page.evaluate(pattern)
    failed = page.locator("#failed").inner_text()
    assert "run-4" in failed
    assert "stopped after 0 of 160 samples" in failed


def test_claims_are_hollow_and_without_a_rank(visit: Visit, untidy: str) -> None:
    page = visit(untidy)
    assert page.locator("#claims").count() == 0, "claims stand on the board of their suite"
    _shows(page, "arithmetic")
    claim = page.locator("#claims tr", has_text="famous")
    assert "99.0" in claim.inner_text()
    assert claim.locator("a").get_attribute("href") == "https://example.org/report"
    assert claim.locator(".rank, .bar").count() == 0
    figure = page.locator("#plots figure", has_text="Accuracy by date")
    assert figure.locator(".dot.claimed").count() == 2
    assert figure.locator(".dot.best").count() == page.locator("#ranked tr").count()


def test_seeds_of_one_model_are_a_row_that_opens(visit: Visit, untidy: str) -> None:
    page = visit(untidy)
    _shows(page, "arithmetic")
    button = page.locator("[data-seeds]")
    assert "2 seeds" in button.inner_text()
    button.click()
    assert page.locator("#ranked .seed").count() == 2
    assert "open=" in page.evaluate("location.hash")
    page.locator("#ranked [data-run='seed-1+1']").click()
    page.locator("#drill-list details").first.wait_for(timeout=PATIENCE)
    assert page.locator("#drill-count").inner_text() == "50 of 120 samples"


def test_levels_of_difficulty_make_one_line(visit: Visit, untidy: str) -> None:
    page = visit(untidy)
    _shows(page, "ordering (difficulty 1)")
    figure = page.locator("#plots figure", has_text="Accuracy by difficulty")
    assert figure.locator("circle").count() == 3
    assert figure.locator("svg text", has_text="level of difficulty").count() == 1


def test_training_runs_have_curves_costs_and_their_models(visit: Visit, untidy: str) -> None:
    page = visit(untidy)
    assert page.locator("#training-plots figcaption").all_inner_texts() == ["Reward"]
    row = page.locator("#training-table tbody tr")
    assert "2.0e15" in row.inner_text()
    row.locator("button").click()
    page.locator("#drill-list details").first.wait_for(timeout=PATIENCE)
    assert "Samples of bundled" in page.locator("#drill-title").inner_text()
    page.locator("#group").select_option(label="arithmetic")
    page.locator("[data-trained]", has_text="training").first.click()
    assert page.locator("#training-plots g.lit").count() == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_the_untidy_page_fits_and_has_no_violation(visit: Visit, untidy: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page = visit(f"{untidy}#group=arithmetic", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
