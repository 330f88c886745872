"""`assay train`, also as `python -m assay.harness.training.command KIND --config FILE`."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs

KINDS = ("pretrain", "sft", "grpo", "reject", "distill", "gate", "measure", "recipe")


def runner(kind: str) -> Callable[..., Any]:
    """The function that runs a kind of training, imported on demand. Raises UsageError."""
    if kind not in KINDS:
        raise UsageError(f"unknown kind of training {kind!r}: use one of {', '.join(KINDS)}")
    module = importlib.import_module(f"{__package__}.{kind}")
    run: Callable[..., Any] = getattr(module, f"run_{kind}")
    return run


def train(
    kind: str, config_path: str | None, overrides: Sequence[str] = (), resume: bool = False
) -> int:
    """Run one kind of training; returns the exit code.

    0: done. 1: training stopped (NaN, no rewards), with one line on stderr. 130: interrupted, can
    be resumed. Raises UsageError for invalid settings.
    """
    with needs("model"):
        run = runner(kind)

        from .session import RunInterruptedError, TrainingError
    from .configuration import load_config

    config = load_config(kind, config_path, overrides)
    try:
        result = run(config, resume=resume)
    except TrainingError as error:
        print(f"training stopped: {error}", file=sys.stderr)
        return 1
    except (RunInterruptedError, KeyboardInterrupt) as error:
        print(f"interrupted: {error or 'continue with --resume'}", file=sys.stderr)
        return 130
    print(result)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of this module, for torchrun."""
    parser = argparse.ArgumentParser(prog="python -m assay.harness.training.command")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--config", help="a TOML file, or the name of a shipped configuration")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--resume", action="store_true")
    given = parser.parse_args(arguments)
    try:
        return train(given.kind, given.config, given.set, given.resume)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
