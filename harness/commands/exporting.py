"""`assay export` and `assay reverify`."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ...sandbox.errors import UsageError
from ..results import RunFolder, open_run
from .expand import Only
from .options import Json, SandboxOptions, SuiteOptions

SHOWN = 20
"""Findings that `reverify` prints."""


def _writers() -> dict[str, Callable[[RunFolder, Path], list[Path]]]:
    """What a run is exported as."""
    from ..bundle import write_bundle
    from ..export_formats import export_every_eval_ever, export_hf_results, export_inspect
    from ..export_run import export_run

    return {
        "bundle": lambda folder, out: [write_bundle(folder, out)],
        "lm-eval": export_run,
        "inspect": export_inspect,
        "hf-results": export_hf_results,
        "every-eval-ever": export_every_eval_ever,
    }


def export_anything(
    kind: Annotated[
        str,
        typer.Argument(
            help="trl, verl or jsonl for suites; bundle, lm-eval, inspect, hf-results or "
            "every-eval-ever for a run; space for a leaderboard"
        ),
    ],
    suites: Annotated[SuiteOptions, Only("split", "size", "difficulty", "suite_seed", "data_dir")],
    what: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The id or the folder of a run.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder to write into.")] = Path(),
    tasks: Annotated[str | None, typer.Option("--tasks", help="Names, comma-separated.")] = None,
    run: Annotated[
        str | None, typer.Option("--run", help="The run, as the second argument names it.")
    ] = None,
    results: Annotated[
        Path, typer.Option("--results", help="The folder of runs and leaderboards.")
    ] = Path("results"),
) -> None:
    """Write suites in another trainer's format, or a run in another tool's."""
    from ..export import export

    writers = _writers()
    run = run or what
    if kind == "space":
        from ..leaderboard.space import export_space

        paths = export_space(results, out)
    elif kind in writers:
        if run is None:
            raise UsageError(f"export {kind} writes a stored run: give --run ID")
        paths = writers[kind](open_run(run, results), out)
    elif tasks is None:
        raise UsageError(f"export {kind} writes suites: give --tasks NAMES")
    else:
        paths = export(kind, [spec.load() for spec in suites.specs(tasks)], out)
    for path in paths:
        typer.echo(str(path))


def reverify(
    bundle: Annotated[Path, typer.Argument(help="A file that assay export bundle wrote.")],
    sandbox: SandboxOptions,
    data_dir: Annotated[
        str | None, typer.Option("--data-dir", help="Folder of benchmark files.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option("--sha256", help="The published SHA-256 of the bundle.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Make every verdict of a bundle again, and name whatever differs."""
    from ..bundle import reverify as verify_bundle

    sandbox.choose()
    found = verify_bundle(bundle, data_dir, sha256)
    if as_json:
        typer.echo(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(f"sha256 {found.sha256}")
        typer.echo(f"{found.same} of {found.records} records are intact with the same verdict")
        for name, listed in (("differ", found.findings), ("not verified", found.unverified)):
            if listed:
                typer.echo(f"{len(listed)} {name}:")
            for one in listed[:SHOWN]:
                typer.echo(f"  {one.where} {one.what}")
            if len(listed) > SHOWN:
                typer.echo(f"  and {len(listed) - SHOWN} more: --json lists them")
    return 3 if found.findings or found.unverified else 0
