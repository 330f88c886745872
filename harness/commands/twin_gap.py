"""`assay twins`: does a model remember published problems?"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ..results import open_run
from .options import Json, Out


def twins(
    run: Annotated[str, typer.Argument(help="The run that sat the published problems.")],
    fresh: Annotated[
        str | None, typer.Argument(help="The run that sat their twins; the same run by default.")
    ] = None,
    out: Out = Path("results"),
    as_json: Json = False,
) -> None:
    """Report how much better a model is on published problems than on their twins."""
    from ..comparison.twins import twin_gaps

    gaps = twin_gaps(open_run(run, out), open_run(fresh or run, out))
    if as_json:
        data = {suite: {**asdict(gap), "p_value": gap.p_value} for suite, gap in gaps.items()}
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
        return
    for suite, gap in gaps.items():
        typer.echo(f"{suite} ({gap.problems} problems and their twins)")
        typer.echo(f"  published {gap.mean_a:.1%}   twins {gap.mean_b:.1%}")
        typer.echo(
            f"  gap {gap.difference:+.1%}, 95% interval [{gap.interval.low:+.1%}, "
            f"{gap.interval.high:+.1%}], p {gap.p_value:.3g}"
        )
        typer.echo(f"  only the published one solved: {gap.only_a}, only the twin: {gap.only_b}")
