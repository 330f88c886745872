"""`assay verify`, `assay score` and `assay rescore`: verdicts without generation."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ...sandbox.errors import UsageError
from ..results import open_run
from ..scoring import rescore, score_file
from .options import (
    AllowUnsafe,
    DataDir,
    Difficulty,
    Json,
    Options,
    Out,
    SandboxName,
    Split,
    SuiteSeed,
    choose_sandbox,
    key_values,
    task_specs,
)
from .running import report

SHOWN = 20


def verify(
    task: Annotated[str, typer.Option("--task", help="The task of the problem.")],
    problem_id: Annotated[str, typer.Option("--id", help="The id of the problem.")],
    completion: Annotated[str, typer.Option("--completion", help="The text; - reads stdin.")],
    split: Split = None,
    difficulty: Difficulty = None,
    suite_seed: SuiteSeed = None,
    option: Options = None,
    data_dir: DataDir = None,
    sandbox: SandboxName = None,
    allow_unsafe: AllowUnsafe = False,
    as_json: Json = False,
) -> int:
    """Verify one completion and explain the verdict."""
    choose_sandbox(sandbox, allow_unsafe)
    specs = task_specs(
        task, split=split, difficulty=difficulty, seed=suite_seed, data_dir=data_dir,
        **key_values(option),
    )  # fmt: skip
    suite = specs[0].load()
    problem = suite.find(problem_id)
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if completion == "-" else completion
    verdict = suite.verify(problem, text)
    if as_json:
        typer.echo(orjson.dumps(verdict.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
    else:
        typer.echo(f"status     {verdict.status}")
        typer.echo(f"score      {verdict.score}")
        typer.echo(f"extracted  {verdict.extracted!r}")
        typer.echo(f"gold       {problem.answer!r}")
        typer.echo(f"reason     {verdict.reason}")
        typer.echo(f"seconds    {verdict.seconds:.4f}")
    return 3 if verdict.score is None else 0


def score(
    task: Annotated[str, typer.Option("--tasks", help="The task that the file answers.")],
    file: Annotated[Path, typer.Option("--file", help="JSON or JSON lines, also gzipped.")],
    split: Split = None,
    difficulty: Difficulty = None,
    suite_seed: SuiteSeed = None,
    option: Options = None,
    data_dir: DataDir = None,
    id_field: Annotated[str | None, typer.Option("--id-field")] = None,
    text_field: Annotated[str | None, typer.Option("--text-field")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Who wrote them.")] = None,
    sandbox: SandboxName = None,
    allow_unsafe: AllowUnsafe = False,
    out: Out = Path("results"),
    run_id: Annotated[str | None, typer.Option("--run-id", help="Name of the run.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
) -> int:
    """Verify the completions that another tool generated, and store them as a run."""
    choose_sandbox(sandbox, allow_unsafe)
    specs = task_specs(
        task, split=split, difficulty=difficulty, seed=suite_seed, data_dir=data_dir,
        **key_values(option),
    )  # fmt: skip
    if len(specs) != 1:
        raise UsageError(f"--tasks {task!r}: a file of completions answers one task")
    run = score_file(
        specs[0], file, id_field=id_field, text_field=text_field, model_name=model, out=out,
        run_id=run_id, progress=not quiet,
    )  # fmt: skip
    return report(run)


def rescore_run(
    run: Annotated[str, typer.Argument(help="The id or the folder of a stored run.")],
    out: Out = Path("results"),
    run_id: Annotated[str | None, typer.Option("--run-id", help="Name of the new run.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
) -> int:
    """Verify a stored run again without generating; the old run stays as it is."""
    rescored = rescore(open_run(run, out), run_id=run_id, progress=not quiet)
    code = report(rescored.run)
    typer.echo(f"{len(rescored.changed)} verdicts changed")
    for change in rescored.changed[:SHOWN]:
        typer.echo(
            f"  {change['problem_id']} #{change['sample']}: {change['before']} -> "
            f"{change['after']}: {change['reason']}"
        )
    return code
