"""A leaderboard as the folder of a static Space on the Hugging Face Hub: `assay export space`."""

import shutil
from pathlib import Path

from ...sandbox.errors import UsageError
from ..results import write_atomically
from .samples import FOLDER

README = """---
title: assay leaderboard
emoji: 📐
colorFrom: blue
colorTo: green
sdk: static
app_file: index.html
pinned: false
---

A leaderboard made by assay. `leaderboard.json` holds its numbers.
"""
FILES = ("index.html", "leaderboard.json", "LEADERBOARD.md")


def export_space(results: Path, out: Path) -> list[Path]:
    """Copy the leaderboard in `results` to `out`, with a Space's card; returns the paths.

    Raises UsageError when there is no leaderboard, or `out` cannot be written.
    """
    for name in FILES:
        if not (results / name).is_file():
            raise UsageError(f"there is no {results / name}: run assay leaderboard first")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(results / name, out / name)
        shutil.copytree(results / FOLDER, out / FOLDER, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise UsageError(f"--out {out}: {error}") from error
    write_atomically(out / "README.md", README.encode())
    return [out / name for name in (*FILES, "README.md", FOLDER)]
