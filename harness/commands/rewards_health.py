"""`assay health`: what the rewards of a training run look like, from its logs."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ..drift import FALSE_ALARM, SHARE, TOLERATED
from ..health import RewardHealth, lines
from ..health_logs import STRICT, Strict, read_rollouts
from .options import Json


class DriftOptions(BaseModel):
    """How the rewards are compared with the strict verdict."""

    model_config = ConfigDict(frozen=True)

    strict: str = Field(
        default="none", description=f"The strict verdict to compare with: {', '.join(STRICT)}."
    )
    share: float = Field(default=SHARE, description="Share of the samples that is compared.")
    tolerated: float = Field(
        default=TOLERATED, description="Share of overpaid samples that is no reason for an alarm."
    )
    false_alarm: float = Field(
        default=FALSE_ALARM, description="Probability of an alarm without an exploit."
    )

    def verdict(self) -> Strict:
        """Raises UsageError for an unknown verdict."""
        for known in STRICT:
            if self.strict == known:
                return known
        raise UsageError(f"--strict {self.strict!r}: use {' or '.join(STRICT)}")


def show_health(
    log: Annotated[Path, typer.Argument(help="A .jsonl log of rollouts, or a folder of them.")],
    drift: DriftOptions,
    as_json: Json = False,
) -> int:
    """Report what the rewards of a training run look like, from its logs.

    Exit code 3 when the reward is exploited: it pays for what the strict verdict refuses.
    """
    health = RewardHealth(drift.false_alarm, drift.tolerated)
    health.add(read_rollouts(log, drift.verdict(), drift.share))
    report = health.report()
    if as_json:
        data = report.metrics("") | {"rollouts": report.rollouts, "alarm": report.alarm}
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines(report):
            typer.echo(line)
    return 3 if report.alarm else 0
