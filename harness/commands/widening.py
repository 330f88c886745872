"""Let a stored run grow: the same options again, with more problems."""

import subprocess
import sys
from pathlib import Path

import typer

from ...sandbox.errors import UsageError
from ..results import RunFolder

GROWTH = 2
"""How many times as many problems a widened run covers."""


def widened(run: RunFolder, out: Path) -> bool:
    """Sample more problems for a run that covers a part of its tasks; False if it covers all.

    A process of its own holds the model, so that two models are never loaded at once. Raises
    UsageError when the run does not know its options, or its evaluation fails.
    """
    config = run.manifest()["config"]
    flag = next((flag for flag in ("limit", "first") if config.get(flag) is not None), None)
    if flag is None:
        return False
    options = run.path / "run.toml"
    if not options.is_file():
        raise UsageError(
            f"run {run.run_id}: {options} is missing, so it cannot be widened here; widen it with "
            f"assay eval --resume --run-id {run.run_id} and a larger --{flag}"
        )
    command = [
        sys.executable, "-m", "assay.harness.cli", "eval", "--config", str(options),
        "--out", str(out), "--resume", "--run-id", run.run_id,
        f"--{flag}", str(GROWTH * config[flag]),
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    typer.echo(done.stdout, err=True)
    if done.returncode:
        raise UsageError(
            f"run {run.run_id} could not be widened: assay eval ended with exit code "
            f"{done.returncode}, see above"
        )
    return True
