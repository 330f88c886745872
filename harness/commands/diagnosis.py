"""`assay doctor`: what is available here, what is missing, and how to get it."""

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from ..doctor import Finding, examine, self_check
from .options import Json


def doctor(
    check: Annotated[
        bool, typer.Option("--self-check", help="Attack every sandbox that is available.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Report which isolation, packages and accelerators are here, and what is missing.

    Exit code 3 when the sandbox or its self-check fails.
    """
    findings = examine() + (self_check() if check else [])
    if as_json:
        listed = [asdict(finding) for finding in findings]
        typer.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(findings)
    return 3 if any(finding.needed and not finding.present for finding in findings) else 0


def _print(findings: list[Finding]) -> None:
    group = ""
    for finding in findings:
        if finding.group != group:
            group = finding.group
            typer.echo(f"{group}:")
        mark = "yes" if finding.present else "NO " if finding.needed else "no "
        mend = f"; {finding.mend}" if finding.mend and not finding.present else ""
        typer.echo(f"  {mark} {finding.name:<24} {finding.why}{mend}")
