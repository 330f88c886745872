"""`assay ability`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ..results import list_runs, open_run
from .options import Json, Out


def ability(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Ids or folders of runs; all when none is given.")
    ] = None,
    out: Out = Path("results"),
    as_json: Json = False,
) -> None:
    """Put runs that sat different problems on one scale, and name doubtful problems."""
    from ..comparison.stored_abilities import stored_abilities

    folders = [open_run(run, out) for run in runs] if runs else list_runs(out)
    groups = stored_abilities(folders)
    if as_json:
        data = [asdict(group) for group in groups]
        # JSON has no infinity: orjson writes null, so the sign is kept as text.
        for run in (run for entry in data for run in entry["runs"]):
            if abs(run["ability"]) == float("inf"):
                run["ability"] = "all solved" if run["ability"] > 0 else "none solved"
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
        return
    for number, group in enumerate(groups, 1):
        typer.echo(f"group {number}: {len(group.runs)} runs linked by {group.problems} problems")
        for run in group.runs:
            error = "" if run.standard_error is None else f" +- {1.96 * run.standard_error:.2f}"
            typer.echo(
                f"  {run.ability:+.2f}{error}  {run.model} ({run.run_id}): "
                f"{run.solved:.1%} of its samples on {run.problems} problems"
            )
        typer.echo(f"  solved by no run: {len(group.unsolved)} problems")
        for problem in group.doubted:
            typer.echo(
                f"  doubtful: {problem.suite}/{problem.problem}: weak runs solve it and strong "
                f"ones fail (p {problem.p_value:.2g}, {problem.p_holm:.2g} after Holm)"
            )
    if len(groups) > 1:
        typer.echo("abilities of different groups have no common scale: no problem links them")
