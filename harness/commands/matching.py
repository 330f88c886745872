"""`assay match`: several graders on the same completions."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ...sandbox.errors import UsageError
from ..matching import (
    Case,
    MatchSettings,
    Report,
    markdown,
    page,
    play,
    read_cases,
    read_graders,
    report,
)
from .options import Json, Quiet


def match(
    graders: Annotated[
        Path, typer.Option("--graders", help="TOML file that declares the graders.")
    ],
    cases: Annotated[
        list[Path], typer.Option("--cases", help="JSONL file of golds and completions; repeatable.")
    ],
    only: Annotated[
        str | None, typer.Option("--only", help="Names of some graders, comma-separated.")
    ] = None,
    first: Annotated[
        int | None, typer.Option("--first", min=1, help="Only the first N cases of each file.")
    ] = None,
    environments: Annotated[
        Path, typer.Option("--environments", help="Folder of the graders' environments.")
    ] = Path("~/.cache/assay/graders"),
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Graders that are asked at the same time.")
    ] = os.cpu_count() or 1,
    out: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path(
        "results/graders"
    ),
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Ask several graders about the same completions, and compare their verdicts.

    Exit code 3 when a grader could not play to the end. A stopped match goes on from where it
    was.
    """
    declared = read_graders(graders)
    if only is not None:
        wanted = [name.strip() for name in only.split(",")]
        for name in wanted:
            if name not in declared:
                raise UsageError(f"--only {name}: the graders are {', '.join(declared)}")
        declared = {name: declared[name] for name in wanted}
    asked: list[Case] = []
    left_out = {}
    for path in cases:
        found, left = read_cases(path)
        asked += found[:first]
        left_out[path.name] = left
    settings = MatchSettings(out, environments.expanduser(), workers, quiet or as_json)
    played = play(declared, asked, settings)
    about = {name: grader.about for name, grader in declared.items()}
    if not any(one.grades for one in played):
        raise UsageError(f"no grader could play: {played[0].name}: {played[0].failed}")
    made = report(asked, played, about, left_out)
    _write(out, made)
    if as_json:
        typer.echo(orjson.dumps(made.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(markdown(made).partition("\n## Disagreements")[0])
    return 3 if any(one.failed for one in played) else 0


def _write(out: Path, made: Report) -> None:
    files: Sequence[tuple[str, bytes]] = (
        ("report.json", orjson.dumps(made.as_json(), option=orjson.OPT_INDENT_2) + b"\n"),
        ("README.md", markdown(made).encode("utf-8", "replace")),
        ("index.html", page(made).encode("utf-8", "replace")),
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (out / name).write_bytes(data)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
