"""`assay train`: one stage of training, or the whole recipe."""

from typing import Annotated

import typer


def train(
    kind: Annotated[str, typer.Argument(help="pretrain, sft, grpo, reject, distill or recipe")],
    config: Annotated[
        str | None, typer.Option("--config", help="A TOML file, or the name of a packaged one.")
    ] = None,
    override: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE, overrides the file; repeatable.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue where it stopped.")] = False,
) -> int:
    """Train a model: one stage, or the whole recipe from one file."""
    from ..training.command import train as run_training

    return run_training(kind, config, list(override or []), resume)
