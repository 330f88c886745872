"""Copy a finished bundled recipe into the package, and its curves to results/training/bundled.

    python benchmarks/pack_bundled.py [scratch/bundled]

The stage `rl` becomes the bundled model; the other stages are packaged under their own names
(`bundled/base`, `bundled/cold`, `bundled/zero`). Weights are stored in bfloat16. For every stage
the manifest (settings, seeds, data hashes, machine), the curves and the report are kept.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from assay.harness.model import load_checkpoint, save_checkpoint

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "harness" / "model" / "weights"
RECORDS = ROOT / "results" / "training" / "bundled"
MODEL = "rl"
ANCESTORS = ("base", "cold", "zero")
LINES = 400
"""Longer curves are thinned to about this many lines."""


def pack_weights(recipe: Path, stage: str, target: Path) -> int:
    """Store a stage's final model in bfloat16; returns the size of the folder in bytes."""
    model, tokenizer = load_checkpoint(recipe / stage / "final")
    save_checkpoint(model, tokenizer, target, torch.bfloat16)
    return sum(path.stat().st_size for path in target.iterdir() if path.is_file())


def keep_records(recipe: Path, stage: str) -> None:
    """Copy a stage's files except weights and corpus."""
    source, target = recipe / stage, RECORDS / stage
    target.mkdir(parents=True, exist_ok=True)
    manifest = json.loads((source / "manifest.json").read_text())
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    lines = (source / "metrics.jsonl").read_text().splitlines()
    step = max(1, len(lines) // LINES)
    kept = [line for n, line in enumerate(lines) if n % step == 0 or n == len(lines) - 1]
    (target / "metrics.jsonl").write_text("\n".join(kept) + "\n")
    for name in ("heldout.jsonl", "report.html"):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path, nargs="?", default=ROOT / "scratch" / "bundled")
    recipe = parser.parse_args().recipe
    stages = sorted(path.parent.name for path in recipe.glob("*/done.json"))
    if MODEL not in stages:
        print(f"skipped: {recipe} has no finished stage {MODEL!r}, only {stages}")
        return
    # The model first: saving its folder also removes the earlier stages inside it.
    print(f"bundled: {pack_weights(recipe, MODEL, WEIGHTS) / 1e6:.2f} MB")
    for stage in (stage for stage in ANCESTORS if stage in stages):
        size = pack_weights(recipe, stage, WEIGHTS / stage)
        print(f"bundled/{stage}: {size / 1e6:.2f} MB")
    for stage in stages:
        keep_records(recipe, stage)
    config = ROOT / "harness" / "training" / "configs" / "bundled.toml"
    shutil.copyfile(config, RECORDS / "bundled.toml")


if __name__ == "__main__":
    main()
