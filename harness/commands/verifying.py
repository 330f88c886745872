"""`assay verify`, `assay score` and `assay rescore`: verdicts without generation."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...tasks import Problem, Verdict
from ..checking import EngineSettings
from ..results import open_run
from ..row_scoring import RowCounts, score_rows
from ..scoring import rescore, score_file
from .options import Json, Out, Quiet, RunId, SandboxOptions, SuiteOptions
from .running import report

SHOWN = 20
"""Changed verdicts that `rescore` prints."""


def verify(
    task: Annotated[str, typer.Option("--task", help="The task of the problem.")],
    problem_id: Annotated[
        str, typer.Option("--id", help="The id of the problem; assay export jsonl lists them.")
    ],
    completion: Annotated[str, typer.Option("--completion", help="The text; - reads stdin.")],
    suites: SuiteOptions,
    sandbox: SandboxOptions,
    as_json: Json = False,
) -> int:
    """Verify one completion and explain the verdict."""
    sandbox.choose()
    spec, *others = suites.specs(task)
    if others:
        raise UsageError(f"--task {task!r}: a completion answers one problem of one task")
    suite = spec.load()
    problem = suite.find(problem_id)
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if completion == "-" else completion
    verdict = suite.verify(problem, text)
    if as_json:
        typer.echo(orjson.dumps(verdict.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
    else:
        _explain(verdict, problem)
    return 3 if verdict.score is None else 0


def _explain(verdict: Verdict, problem: Problem) -> None:
    typer.echo(f"prompt     {problem.prompt!r}")
    typer.echo(f"status     {verdict.status}")
    typer.echo(f"score      {verdict.score}")
    typer.echo(f"extracted  {verdict.extracted!r}")
    typer.echo(f"gold       {problem.answer!r}")
    typer.echo(f"reason     {verdict.reason}")
    typer.echo(f"seconds    {verdict.seconds:.4f}")


class FileOptions(BaseModel):
    """A file of completions that another tool wrote."""

    model_config = ConfigDict(frozen=True)

    file: Path = Field(description="JSON or JSON lines, plain or gzipped.")
    id_field: str | None = Field(
        default=None, description="Field of the problem's id, where its name is not a usual one."
    )
    text_field: str | None = Field(
        default=None, description="Field of the completion, where its name is not a usual one."
    )
    model: str | None = Field(default=None, description="Name of the model that wrote them.")
    rows: Path | None = Field(
        default=None,
        description="Store no run, but a folder of Parquet files with a verdict for each row: for "
        "Parquet or JSON lines of any length; the same command resumes one that was stopped.",
    )


def score(
    task: Annotated[str, typer.Option("--tasks", help="The one task that the file answers.")],
    file: FileOptions,
    suites: SuiteOptions,
    engine: EngineSettings,
    sandbox: SandboxOptions,
    out: Out = Path("results"),
    run_id: RunId = None,
    quiet: Quiet = False,
) -> int:
    """Verify completions that another tool generated, and store them as a run."""
    sandbox.choose()
    specs = suites.specs(task)
    if len(specs) != 1:
        raise UsageError(f"--tasks {task!r}: a file of completions answers one task")
    if file.rows is not None:
        fields = (file.id_field, file.text_field)
        return _report_rows(
            score_rows(specs[0], file.file, file.rows, fields=fields, engine=engine), file.rows
        )
    run = score_file(
        specs[0], file.file, fields=(file.id_field, file.text_field), model_name=file.model,
        out=out, run_id=run_id, progress=not quiet, engine=engine,
    )  # fmt: skip
    return report(run)


def _report_rows(counts: RowCounts, out: Path) -> int:
    share = counts.correct / counts.verdicts if counts.verdicts else 0.0
    typer.echo(f"{counts.checked} rows checked, {counts.known} known; {out}: {counts.verdicts} "
               f"verdicts, {share:.4f} correct")  # fmt: skip
    for status, count in counts.statuses.most_common():
        typer.echo(f"  {status}  {count}")
    if counts.failed:
        typer.echo(f"{counts.failed} rows have no verdict: the same command tries again")
    return 3 if counts.failed else 0


def rescore_run(
    run: Annotated[str, typer.Argument(help="The id or the folder of a stored run.")],
    engine: EngineSettings,
    out: Out = Path("results"),
    run_id: RunId = None,
    quiet: Quiet = False,
) -> int:
    """Verify a stored run again without generating; the old run stays as it is."""
    rescored = rescore(open_run(run, out), run_id=run_id, progress=not quiet, engine=engine)
    code = report(rescored.run)
    typer.echo(f"{len(rescored.changed)} verdicts changed")
    for change in rescored.changed[:SHOWN]:
        typer.echo(
            f"  {change['problem_id']} #{change['sample']}: {change['before']} -> "
            f"{change['after']}: {change['reason']}"
        )
    return code
