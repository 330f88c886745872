"""`assay check-rewards`: which rows of a trainer's dataset can be verified, before training."""

from pathlib import Path
from typing import Annotated, get_args

import orjson
import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ..adapters.dry_run import check_rewards, lines
from ..adapters.golds import Listed
from .options import Json

SHOWN = 20


class RowOptions(BaseModel):
    """Which rows are checked, and how their answers are read."""

    model_config = ConfigDict(frozen=True)

    column: str | None = Field(
        default=None, description="Column of answers (TRL: solution, OpenRLHF: label)."
    )
    listed: str = Field(
        default="any", description="What a list of several answers means: any or all of them."
    )
    first: int | None = Field(default=None, ge=1, description="Check only the first N rows.")

    def meaning(self) -> Listed:
        """Raises UsageError for an unknown meaning."""
        for known in get_args(Listed):
            if self.listed == known:
                return known  # type: ignore[no-any-return]
        raise UsageError(f"--listed {self.listed!r}: use any or all")


def check_dataset(
    dataset: Annotated[Path, typer.Argument(help="A .parquet or a .jsonl file.")],
    framework: Annotated[
        str, typer.Option("--framework", help="The trainer: trl, verl or openrlhf.")
    ],
    rows: RowOptions,
    as_json: Json = False,
) -> int:
    """Report which rows of a trainer's dataset can be verified, before training.

    Exit code 3 when a row cannot be read, or when its own answer does not verify.
    """
    report = check_rewards(dataset, framework, rows.column, rows.meaning(), rows.first)
    if as_json:
        typer.echo(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines(report, SHOWN):
            typer.echo(line)
    return 3 if report.faults else 0
