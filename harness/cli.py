"""The command line: `assay VERB`. Each verb is a function in `commands/`.

Exit codes: 0 done; 2 the user's mistake, in one line on stderr; 3 finished, but some samples
have no verdict (checker errors, failed requests); 130 interrupted, resumable.
"""

import sys
from importlib.metadata import version

import typer
from click.exceptions import Abort, ClickException

from ..sandbox.errors import UsageError
from .commands import auditing, boards, diagnosis, listing, running, serving, trainer, verifying

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Task suites and sandboxed checkers whose one verdict is both reward and score.",
)
app.command("list")(listing.list_things)
app.command("eval")(running.eval_model)
app.command("score")(verifying.score)
app.command("verify")(verifying.verify)
app.command("rescore")(verifying.rescore_run)
app.command("compare")(boards.compare)
app.command("leaderboard")(boards.leaderboard)
app.command("view")(boards.view)
app.command("train")(trainer.train)
app.command("serve")(serving.serve_http)
app.command("audit")(auditing.audit_checkers)
app.command("export")(listing.export_suites)
app.command("doctor")(diagnosis.doctor)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"assay {version('assay')}")
        raise typer.Exit


@app.callback()
def _root(
    show: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Nothing to do before a verb."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code. No traceback for a user's mistake."""
    try:
        code = app(args=arguments, standalone_mode=False)
        return int(code) if isinstance(code, int) else 0
    except UsageError as mistake:
        return _complain(str(mistake), 2)
    except ClickException as mistake:
        return _complain(mistake.format_message(), 2)
    except (KeyboardInterrupt, Abort):
        return _complain("interrupted; what was done is stored", 130)
    except BrokenPipeError:
        # The reader of our output has gone (as `| head` does); that is no mistake.
        sys.stderr.close()
        return 0


def _complain(message: str, code: int) -> int:
    print(f"assay: {' '.join(message.split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
