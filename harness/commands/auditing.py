"""`assay audit`: attack a checker before a model does."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import BaseModel, ConfigDict, Field
from tqdm import tqdm

from ...sandbox.errors import UsageError
from ...tasks import names
from ..audit import SEARCH, TaskReport, audit_environment, audit_suite, bind, page, table
from ..audit.answer_format import FORMATS, AnswerFormat
from ..audit.environments import environment_maker
from .options import Json, SuiteOptions

SHOWN = 10
"""Findings that are printed; --json and --out give all of them."""


class CheckerOptions(BaseModel):
    """The checker under audit, and how it is attacked."""

    model_config = ConfigDict(frozen=True)

    checker: Annotated[
        str | None,
        typer.Option("--callable", help="module:function of a checker; assay's own if absent."),
    ] = None
    environment: str | None = Field(
        default=None, description="module:class of an environment of episodes (docs/audit.md)."
    )
    answers: str = Field(
        default="tags", description=f"Where --callable looks for answers: {', '.join(FORMATS)}."
    )
    problems: int = Field(default=20, ge=1, description="Problems per task.")
    search: int = Field(
        default=SEARCH, ge=0, description="Completions that the search tries on a probed problem."
    )
    seed: int = Field(default=0, description="Seed of the attacks (--suite-seed is the problems').")

    def answer_format(self) -> AnswerFormat:
        """Raises UsageError for an unknown format."""
        for known in FORMATS:
            if self.answers == known:
                return known
        raise UsageError(f"--answers {self.answers!r}: use one of {', '.join(FORMATS)}")


def audit_checkers(
    options: CheckerOptions,
    suites: SuiteOptions,
    tasks: Annotated[
        str | None,
        typer.Option("--tasks", help="Task names; every suite whose files are here if absent."),
    ] = None,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write the findings to, as JSON.")
    ] = None,
    page_file: Annotated[
        Path | None, typer.Option("--page", help="HTML file to write the holes to.")
    ] = None,
) -> int:
    """Report what a checker gets wrong, with the inputs that showed it.

    Exit code 3 when something was found.
    """
    reports = _environment_reports(options, tasks) or _task_reports(options, suites, tasks, as_json)
    data = [report.as_json() for report in reports]
    if out is not None:
        _write(out, "--out", orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    if page_file is not None:
        _write(page_file, "--page", page(reports).encode("utf-8", "replace"))
    if as_json:
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(reports)
    return 3 if any(report.findings for report in reports) else 0


def _environment_reports(options: CheckerOptions, tasks: str | None) -> list[TaskReport]:
    """The audit of the environment that was named, if one was."""
    if options.environment is None:
        return []
    if tasks is not None or options.checker is not None:
        raise UsageError(
            "--environment names all that is audited: leave --tasks and --callable out"
        )
    name = options.environment
    return [audit_environment(environment_maker(name), name, name, options.problems)]


def _task_reports(
    options: CheckerOptions, suites: SuiteOptions, tasks: str | None, quiet: bool
) -> list[TaskReport]:
    answer_format = options.answer_format()
    bound = bind(options.checker) if options.checker is not None else None
    reports = []
    for spec in tqdm(suites.specs(tasks or ",".join(names())), desc="audit", disable=quiet):
        try:
            suite = spec.load()
        except UsageError:
            if tasks is not None:
                raise
            continue  # no --tasks: a suite whose files are not here cannot be audited
        name = options.checker or "assay"
        reports.append(
            audit_suite(
                suite, bound, name, options.problems, options.seed, answer_format, options.search
            )
        )
    return reports


def _write(path: Path, flag: str, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{flag} {path}: {error.strerror}") from error


def _print(reports: list[TaskReport]) -> None:
    typer.echo(table(reports))
    for report in reports:
        for hole in report.holes[:SHOWN]:
            typer.echo(
                f"\n{report.task}: {hole.weakness}, {hole.cases} inputs, the shortest:\n"
                f"  gold       {hole.answer!r}\n  completion {hole.example[:160]!r}"
            )
    probed = {report.task for report in reports if report.holes}
    findings = [(report, finding) for report in reports for finding in report.findings]
    findings = [pair for pair in findings if pair[0].task not in probed]
    for report, finding in findings[:SHOWN]:
        typer.echo(
            f"\n{report.task} {finding.problem}: {finding.kind} on {finding.case!r}: "
            f"{finding.detail}\n  gold       {finding.answer!r}\n"
            f"  completion {finding.completion[:160]!r}"
        )
    if len(findings) > SHOWN:
        typer.echo(f"\n... and {len(findings) - SHOWN} more; --json or --out gives all")
