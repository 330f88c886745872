"""`assay audit`: attack a checker before a model does."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from tqdm import tqdm

from ...sandbox.errors import UsageError
from ...tasks import names
from ..audit import TaskReport, audit_suite, bind, table
from ..audit.presenting import STYLES
from .options import DataDir, Json, Split, task_specs

SHOWN = 10


def audit_checkers(
    tasks: Annotated[
        str | None, typer.Option("--tasks", help="Names; every suite that can be had if absent.")
    ] = None,
    checker: Annotated[
        str | None, typer.Option("--callable", help="module:function of another checker.")
    ] = None,
    answers: Annotated[
        str, typer.Option("--answers", help="What --callable reads: tags, boxed or plain.")
    ] = "tags",
    problems: Annotated[int, typer.Option("--problems", help="Of each task.")] = 20,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    split: Split = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write the findings here.")] = None,
) -> int:
    """Report false positives and negatives of a checker, with the inputs that did it.

    Exit code 3 when something was found.
    """
    if answers not in STYLES:
        raise UsageError(f"--answers {answers!r}: use one of {', '.join(STYLES)}")
    bound = bind(checker) if checker is not None else None
    reports = []
    specs = task_specs(tasks or ",".join(names()), split=split, data_dir=data_dir)
    for spec in tqdm(specs, desc="audit", disable=as_json):
        try:
            suite = spec.load()
        except UsageError:
            if tasks is not None:
                raise
            continue  # without --tasks: a suite whose files are not here cannot be audited
        reports.append(audit_suite(suite, bound, checker or "assay", problems, seed, answers))
    data = [report.as_json() for report in reports]
    if out is not None:
        _write(out, data)
    if as_json:
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(reports)
    return 3 if any(report.findings for report in reports) else 0


def _write(out: Path, data: object) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error


def _print(reports: list[TaskReport]) -> None:
    typer.echo(table(reports))
    findings = [(report, finding) for report in reports for finding in report.findings]
    for report, finding in findings[:SHOWN]:
        typer.echo(
            f"\n{report.task} {finding.problem}: {finding.kind} on {finding.case!r}: "
            f"{finding.detail}\n  gold       {finding.answer!r}\n"
            f"  completion {finding.completion[:160]!r}"
        )
    if len(findings) > SHOWN:
        typer.echo(f"\n... and {len(findings) - SHOWN} more; --json or --out gives all")
