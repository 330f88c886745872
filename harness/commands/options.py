"""Options that several verbs share, and how task options reach the suites that know them."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ...sandbox.defaults import BACKENDS
from ...sandbox.errors import UsageError
from ...tasks.registry import options_of
from ..evaluation import TaskSpec

Tasks = Annotated[str, typer.Option("--tasks", help="Names, comma-separated; NAME:VARIANT too.")]
Out = Annotated[Path, typer.Option("--out", help="Where runs and leaderboards are kept.")]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", help="Folder of benchmark files (or $ASSAY_DATA).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Split = Annotated[str | None, typer.Option("--split", help="As train or test.")]
Difficulty = Annotated[int | None, typer.Option("--difficulty", help="Of generated suites.")]
SuiteSeed = Annotated[int | None, typer.Option("--suite-seed", help="Of generated suites.")]
Size = Annotated[int | None, typer.Option("--size", help="How many problems a suite has.")]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", help="KEY=VALUE for the suites that know KEY; repeatable."),
]
SandboxName = Annotated[
    str | None, typer.Option("--sandbox", help="process, docker or auto (or $ASSAY_SANDBOX).")
]
AllowUnsafe = Annotated[
    bool,
    typer.Option("--allow-unsafe", help="Run programs with less isolation than the sandbox wants."),
]


def task_specs(tasks: str, **options: Any) -> list[TaskSpec]:
    """One spec a task name; each option goes to the tasks that know it.

    Raises UsageError for an unknown task, and for an option that no task knows.
    """
    names = [name.strip() for name in tasks.split(",") if name.strip()]
    if not names:
        raise UsageError("--tasks names no task")
    given = {key: value for key, value in options.items() if value is not None}
    known = {name: options_of(name) for name in names}
    for key in given:
        if not any(key in options for options in known.values()):
            legal = sorted({option for options in known.values() for option in options})
            raise UsageError(
                f"no task among {', '.join(names)} knows the option {key!r}: "
                f"known: {', '.join(legal)}"
            )
    return [
        TaskSpec(name, {key: value for key, value in given.items() if key in known[name]})
        for name in names
    ]


def key_values(pairs: list[str] | None, flag: str = "--option") -> dict[str, Any]:
    """`KEY=VALUE` options as a dictionary; whole numbers become numbers. Raises UsageError."""
    found: dict[str, Any] = {}
    for pair in pairs or []:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{flag} {pair!r}: write it as KEY=VALUE")
        whole = value.removeprefix("-").isascii() and value.removeprefix("-").isdigit()
        found[key.replace("-", "_")] = int(value) if whole else value
    return found


def choose_sandbox(name: str | None, allow_unsafe: bool) -> None:
    """Make `name` the sandbox of every check in this process. Raises UsageError."""
    if name is not None:
        if name not in BACKENDS:
            raise UsageError(f"--sandbox {name!r}: use one of {', '.join(BACKENDS)}")
        os.environ["ASSAY_SANDBOX"] = name
    if allow_unsafe:
        os.environ["ASSAY_ALLOW_UNSAFE"] = "1"
