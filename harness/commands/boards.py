"""`assay compare`, `assay leaderboard` and `assay view`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ...sandbox.errors import UsageError
from ..results import open_run
from .options import Json, Out
from .widening import widened


def compare(
    run_a: Annotated[str, typer.Argument(help="The id or the folder of a run.")],
    run_b: Annotated[str, typer.Argument(help="The id or the folder of another run.")],
    until_decided: Annotated[
        bool,
        typer.Option(help="Stop at the problem that decides; sample more until then."),
    ] = False,
    margin: Annotated[
        float | None,
        typer.Option(help="With --until-decided: a difference surely below this is a tie."),
    ] = None,
    out: Out = Path("results"),
    as_json: Json = False,
) -> None:
    """Compare two runs by paired tests on the problems that both answered."""
    if until_decided:
        _compare_until_decided(run_a, run_b, margin, out, as_json)
        return
    if margin is not None:
        raise UsageError("--margin works with --until-decided only")
    from ..comparison.runs import compare_runs

    comparisons = compare_runs(open_run(run_a, out), open_run(run_b, out))
    if as_json:
        data = {name: {**asdict(c.result), "p_value": c.result.p_value, "p_holm": c.p_holm,
                       "minimum_detectable_effect": c.detectable, "verdict": c.verdict}
                for name, c in comparisons.items()}  # fmt: skip
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
        return
    for name, c in comparisons.items():
        result = c.result
        typer.echo(f"{name} ({result.problems} common problems)")
        typer.echo(f"  A {run_a}: {result.mean_a:.1%}   B {run_b}: {result.mean_b:.1%}")
        typer.echo(
            f"  A - B = {result.difference:+.1%}, standard error {result.standard_error:.1%}, "
            f"95% interval [{result.interval.low:+.1%}, {result.interval.high:+.1%}]"
        )
        exact = result.mcnemar_p_value
        shown = "-" if exact is None else f"{exact:.3g}"
        typer.echo(
            f"  p: permutation {result.permutation_p_value:.3g} (mid-p {result.mid_p_value:.3g}), "
            f"exact McNemar {shown}, t {result.t_p_value:.3g}; mid-p after Holm {c.p_holm:.3g}"
        )
        typer.echo(f"  only A solves {result.only_a}, only B solves {result.only_b}")
        typer.echo(f"  {c.verdict}")


def _compare_until_decided(
    run_a: str, run_b: str, margin: float | None, out: Path, as_json: bool
) -> None:
    from ..comparison.until_decided import compare_until_decided

    found = compare_until_decided(open_run(run_a, out), open_run(run_b, out), out, margin=margin)
    while found.result.decision == "undecided":
        before = found.problems
        grown = [widened(open_run(run, out), out) for run in (run_a, run_b)]
        if not any(grown):
            break
        found = compare_until_decided(
            open_run(run_a, out), open_run(run_b, out), out, margin=margin
        )
        if found.problems == before:
            break
    if as_json:
        typer.echo(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2).decode())
        return
    result = found.result
    typer.echo(f"A {run_a}   B {run_b}")
    typer.echo(
        f"  A - B = {result.difference:+.1%} after {result.problems} of {found.problems} problems, "
        f"95% confidence sequence [{result.low:+.1%}, {result.high:+.1%}], "
        f"e-value {result.e_value:.3g}"
    )
    ends = {
        "A": "A is better",
        "B": "B is better",
        "tie": f"a tie: the difference is below {margin or 0:.1%}",
        "undecided": "undecided on every problem that both runs can sit",
    }
    typer.echo(f"  {ends[result.decision]}")


def leaderboard(
    out: Out = Path("results"),
    prices: Annotated[
        Path | None,
        typer.Option(
            "--prices",
            help='TOML file: ["MODEL"] with input and output per million tokens; or published.',
        ),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(
            "--claims",
            help="Published scores: TOML, Every Eval Ever (JSON) or .eval_results (YAML).",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", help="Print one board: its label, its id, or a suite's name."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write leaderboard.json, LEADERBOARD.md and index.html from every stored run."""
    from ..leaderboard.build import build_leaderboard
    from ..leaderboard.markdown import find_group, group_lines

    board = build_leaderboard(out, prices, claims)
    chosen = find_group(board, group) if group is not None else None
    for notice in board["notices"]:
        said = "" if notice["shown"] else "is not shown: "
        typer.echo(f"assay: {notice['run']}: {said}{notice['message']}", err=True)
    if as_json:
        typer.echo(orjson.dumps(chosen or board, option=orjson.OPT_INDENT_2).decode())
        return
    if chosen is not None:
        typer.echo("\n".join(group_lines(board, chosen)))
        return
    typer.echo((out / "LEADERBOARD.md").read_text(encoding="utf-8"))
    typer.echo(f"{len(board['runs'])} runs; open {out / 'index.html'} or run: assay view")


def view(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders of leaderboards (default: --out).")
    ] = None,
    out: Out = Path("results"),
    port: Annotated[int, typer.Option("--port", help="0 picks a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Show the leaderboard in a browser; only this machine can reach it."""
    from ..leaderboard.viewer import serve_folder

    serve_folder(folders or [out], port, browser)
