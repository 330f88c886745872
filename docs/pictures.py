"""Draw the README's two pictures from recorded results: the board and a training curve.

    python docs/pictures.py [--chromium /usr/bin/chromium]

The board is the real page in a real browser, made from the runs in results/runs; the curve is the
held-out accuracy of the three recorded GRPO seeds in results/training/bundled. Writes
docs/pictures/board.png and docs/pictures/training.svg.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(__file__).resolve().parent / "pictures"
SEEDS = ("rl", "rl-1", "rl-2")
DOMAINS = ("math", "code", "logic")


def board(chromium: str) -> None:
    """The leaderboard of the recorded runs, as a reader's browser shows it."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        shutil.copytree(ROOT / "results" / "runs", results / "runs")
        command = [sys.executable, "-m", "assay.harness.cli", "leaderboard", "--out", str(results)]
        subprocess.run(command, check=True, capture_output=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto((results / "index.html").as_uri())
            page.wait_for_load_state("networkidle")
            page.screenshot(path=str(OUT / "board.png"))
            browser.close()


def _held_out(seed: str) -> list[dict[str, float]]:
    path = ROOT / "results" / "training" / "bundled" / seed / "metrics.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if "heldout/all" in row]


def curve() -> None:
    """Held-out pass@1 by domain over GRPO steps; a thin line a seed."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "assay"  # the same file from the same numbers
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.2, 3.2))
    for number, domain in enumerate(DOMAINS):
        for seed in SEEDS:
            rows = _held_out(seed)
            axes.plot(
                [row["step"] for row in rows],
                [row[f"heldout/domain/{domain}"] for row in rows],
                color=f"C{number}", marker="o", markersize=3, linewidth=1.2,
                label=domain if seed == SEEDS[0] else None,
            )  # fmt: skip
    axes.set(xlabel="GRPO step", ylabel="held-out pass@1")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(OUT / "training.svg", metadata={"Date": None})


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    curve()
    board(options.chromium)


if __name__ == "__main__":
    main()
