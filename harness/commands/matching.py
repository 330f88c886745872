"""`assay match`: several graders on the same completions."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ..matching import (
    Grader,
    LabelledCompletion,
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


class MatchOptions(BaseModel):
    """Which graders and cases of the files take part, and where the report goes."""

    model_config = ConfigDict(frozen=True)

    only: str | None = Field(default=None, description="Names of some graders, comma-separated.")
    first: int | None = Field(default=None, ge=1, description="Only the first N cases of a file.")
    environments: Path = Field(
        default=Path("~/.cache/assay/graders"), description="Folder of the graders' environments."
    )
    workers: int = Field(
        default=os.cpu_count() or 1, ge=1, description="Graders that are asked at the same time."
    )
    out: Path = Field(default=Path("results/graders"), description="Folder of the report.")


def match(
    graders: Annotated[
        Path, typer.Option("--graders", help="TOML file that declares the graders.")
    ],
    cases: Annotated[
        list[Path], typer.Option("--cases", help="JSONL file of golds and completions; repeatable.")
    ],
    options: MatchOptions,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Ask several graders about the same completions, and compare their verdicts.

    Exit code 3 when a grader did not finish. A stopped match resumes where it
    was.
    """
    declared = _chosen(graders, options.only)
    asked: list[LabelledCompletion] = []
    left_out = {}
    for path in cases:
        found, left = read_cases(path)
        asked += found[: options.first]
        left_out[path.name] = left
    settings = MatchSettings(
        options.out, options.environments.expanduser(), options.workers, quiet or as_json
    )
    played = play(declared, asked, settings)
    if not any(one.grades for one in played):
        raise UsageError(f"no grader could play: {played[0].name}: {played[0].failed}")
    about = {name: grader.about for name, grader in declared.items()}
    made = report(asked, played, about, left_out)
    _write(options.out, made)
    if as_json:
        typer.echo(orjson.dumps(made.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(markdown(made).partition("\n## Disagreements")[0])
    return 3 if any(one.failed for one in played) else 0


def _chosen(path: Path, only: str | None) -> dict[str, Grader]:
    declared = read_graders(path)
    if only is None:
        return declared
    wanted = [name.strip() for name in only.split(",")]
    for name in wanted:
        if name not in declared:
            raise UsageError(f"--only {name}: the graders are {', '.join(declared)}")
    return {name: declared[name] for name in wanted}


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
