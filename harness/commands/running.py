"""`assay eval`: a model sits suites."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ...sandbox.errors import UsageError
from ..backends import load_model
from ..backends.contract import Sampling
from ..backends.forcing import BudgetForced
from ..evaluation import Run, evaluate
from .options import (
    AllowUnsafe,
    DataDir,
    Difficulty,
    Options,
    Out,
    SandboxName,
    Size,
    Split,
    SuiteSeed,
    Tasks,
    choose_sandbox,
    key_values,
    task_specs,
)


def eval_model(
    model: Annotated[str, typer.Option("--model", help="As oracle, hf/PATH, openai/NAME.")],
    tasks: Tasks,
    samples: Annotated[int, typer.Option("--samples", help="Completions of each problem.")] = 1,
    limit: Annotated[int | None, typer.Option("--limit", help="Problems of each task.")] = None,
    split: Split = None,
    size: Size = None,
    difficulty: Difficulty = None,
    suite_seed: SuiteSeed = None,
    option: Options = None,
    data_dir: DataDir = None,
    temperature: Annotated[float, typer.Option("--temperature", help="0 is greedy.")] = 0.0,
    top_p: Annotated[float, typer.Option("--top-p")] = 1.0,
    top_k: Annotated[int, typer.Option("--top-k", help="0 switches it off.")] = 0,
    max_tokens: Annotated[int, typer.Option("--max-tokens", help="Of one completion.")] = 1024,
    stop: Annotated[list[str] | None, typer.Option("--stop", help="A stop string.")] = None,
    think_tokens: Annotated[
        int | None, typer.Option("--think-tokens", help="Close a thought at so many tokens.")
    ] = None,
    waits: Annotated[
        int | None, typer.Option("--waits", help='Continue an ended thought so often with "Wait".')
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the sampling.")] = 0,
    sandbox: SandboxName = None,
    allow_unsafe: AllowUnsafe = False,
    base_url: Annotated[str | None, typer.Option("--base-url", help="Of openai/ models.")] = None,
    model_option: Annotated[
        list[str] | None,
        typer.Option("--model-option", help="KEY=VALUE for the backend; repeatable."),
    ] = None,
    out: Out = Path("results"),
    run_id: Annotated[str | None, typer.Option("--run-id", help="Name of the run.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with --run-id.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", help="Checks at once.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
) -> int:
    """Sample a model on suites, verify every answer, and store the run."""
    specs = task_specs(
        tasks, split=split, size=size, difficulty=difficulty, seed=suite_seed, data_dir=data_dir,
        **key_values(option),
    )  # fmt: skip
    sampling = _sampling(
        max_tokens=max_tokens, temperature=temperature, top_p=top_p, top_k=top_k,
        stop=tuple(stop or ()),
    )  # fmt: skip
    choose_sandbox(sandbox, allow_unsafe)
    opened = load_model(model, base_url=base_url, **key_values(model_option, "--model-option"))
    if think_tokens is not None or waits is not None:
        budget = sampling.max_tokens // 2 if think_tokens is None else think_tokens
        opened = BudgetForced(opened, waits or 0, budget)
    try:
        run = evaluate(
            opened, specs, samples, sampling=sampling, seed=seed, limit=limit, out=out,
            run_id=run_id, resume=resume, workers=workers, progress=not quiet,
        )  # fmt: skip
    finally:
        opened.close()
    return report(run)


def _sampling(**values: Any) -> Sampling:
    sampling = Sampling(**values)
    if sampling.max_tokens < 1:
        raise UsageError(f"--max-tokens {sampling.max_tokens}: use at least 1")
    if not sampling.temperature >= 0:
        raise UsageError(f"--temperature {sampling.temperature}: use 0 or more")
    if not 0 < sampling.top_p <= 1:
        raise UsageError(f"--top-p {sampling.top_p}: use more than 0 and at most 1")
    if sampling.top_k < 0:
        raise UsageError(f"--top-k {sampling.top_k}: use 0 or more")
    return sampling


def report(run: Run) -> int:
    """Print the table of a finished run; the exit code that its completeness deserves."""
    typer.echo(f"run {run.run_id} in {run.folder.path}")
    typer.echo(f"{'task':<28}{'n':>6}{'k':>4}{'accuracy':>10}  {'95% interval':<16}{'tokens':>8}")
    failed = 0
    for name, numbers in run.summary["suites"].items():
        failed += numbers["checker_errors"]
        accuracy = numbers["accuracy"]
        shown = "-" if accuracy is None else f"{accuracy:.1%}"
        interval = numbers["wilson"]
        between = "-" if interval is None else f"[{interval[0]:.1%}, {interval[1]:.1%}]"
        mean = numbers["mean_completion_tokens"]
        tokens = "-" if mean is None else f"{mean:.0f}"
        head = f"{name:<28}{numbers['problems']:>6}{numbers['k']:>4}"
        typer.echo(f"{head}{shown:>10}  {between:<16}{tokens:>8}")
    return _completeness(run, failed)


def _completeness(run: Run, failed: int) -> int:
    missing, errors = run.summary["missing"], run.summary["errors"]
    if failed:
        typer.echo(f"{failed} samples have no verdict: the checker failed (not scored)", err=True)
    if missing:
        typer.echo(
            f"{missing} samples are missing; the last failure was: {errors['last']}; "
            f"--resume --run-id {run.run_id} asks for them again",
            err=True,
        )
    return 3 if failed or missing else 0
