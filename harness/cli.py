"""The command line: `assay VERB`. Each verb is a function in `commands/`.

Exit codes: 0 done; 2 the user's mistake, in one line on stderr; 3 finished, but some samples
have no verdict (checker errors, failed requests); 130 interrupted, resumable.
"""

import os
import sys
from collections.abc import Callable
from importlib.metadata import version

import typer

from ..sandbox.errors import UsageError
from .commands import auditing, boards, diagnosis, listing, running, serving, trainer, verifying

INTERRUPTED = 130
# typer carries a copy of click in some versions and imports it in others; its own public
# exception leads to the base class in both.
_BadCommandLine: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
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
    context: typer.Context,
    show: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Without a verb, say which there are."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code. No traceback for a user's mistake."""
    # Its retries are told in one line of ours at the end.
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    try:
        code = app(args=arguments, standalone_mode=False)
        if code == INTERRUPTED:  # typer turns a Ctrl-C into this code
            raise KeyboardInterrupt
        return int(code) if isinstance(code, int) else 0
    except UsageError as mistake:
        return _complain(str(mistake), 2)
    except _BadCommandLine as mistake:
        return _complain(_said(mistake), 2)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted; what was done is stored", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (as `| head` does); that is no mistake.
        sys.stderr.close()
        return 0


def _said(mistake: Exception) -> str:
    """What click says of a bad command line, with the option it is about."""
    format_message: Callable[[], str] = mistake.format_message  # type: ignore[attr-defined]
    return format_message()


def _complain(message: str, code: int) -> int:
    print(f"assay: {' '.join(message.split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
