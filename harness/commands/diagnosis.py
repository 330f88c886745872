"""`assay doctor`: what is available here, what is missing, and how to get it."""

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from ..doctor import Requirement, examine, self_check
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
    requirements = examine() + (self_check() if check else [])
    if as_json:
        listed = [asdict(requirement) for requirement in requirements]
        typer.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(requirements)
    return (
        3
        if any(requirement.needed and not requirement.present for requirement in requirements)
        else 0
    )


def _print(requirements: list[Requirement]) -> None:
    group = ""
    for requirement in requirements:
        if requirement.group != group:
            group = requirement.group
            typer.echo(f"{group}:")
        mark = "yes" if requirement.present else "NO " if requirement.needed else "no "
        mend = f"; {requirement.mend}" if requirement.mend and not requirement.present else ""
        typer.echo(f"  {mark} {requirement.name:<24} {requirement.why}{mend}")
