"""Runs of others on the board: the bundles in `RESULTS/bundles`, whose hashes are checked first."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from ...sandbox.errors import UsageError
from ..bundle import ordered_samples, unpack_bundle
from .runs import Notice, RunData, read_run

FOLDER = "bundles"


def read_bundles(
    out: Path, into: Path, runs: Sequence[RunData]
) -> tuple[list[RunData], list[Notice]]:
    """The runs of the bundles in `out/bundles`, unpacked into the folder `into`.

    A bundle with a wrong hash, or of a run that is there with other samples, is named and left
    out. A bundle of a run that is there with the same samples is left out silently.
    """
    found: list[RunData] = []
    notices = []
    known = {run.run_id: run for run in runs}
    for path in sorted((out / FOLDER).glob("*.zip")):
        try:
            folder, digest = unpack_bundle(path, into / path.name)
            run = read_run(folder)
        except UsageError as error:
            notices.append(Notice(f"{FOLDER}/{path.name}", str(error)))
            continue
        run.bundle = digest
        other = known.setdefault(run.run_id, run)
        if other is run:
            found.append(run)
        elif _content(other) != _content(run):
            message = f"holds a run {run.run_id!r} that differs from the one that is shown"
            notices.append(Notice(f"{FOLDER}/{path.name}", message))
    return found, notices


def _content(run: RunData) -> str:
    """A digest of the model and of every sample."""
    digest = hashlib.sha256(json.dumps(run.manifest["model"], sort_keys=True).encode())
    for line in ordered_samples(run.folder):
        digest.update(line + b"\n")
    return digest.hexdigest()
