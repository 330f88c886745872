"""The command line: `assay VERB`. Each verb is a function in `commands/`.

A verb's module is imported only when that verb runs, so that `assay --help` starts at once.

Exit codes: 0 done; 2 the user's mistake, in one line on stderr; 3 finished, but some samples
have no verdict (checker errors, failed requests); 130 interrupted, resumable.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, MutableMapping
from importlib.metadata import version
from typing import Any

import typer
from typer.core import TyperGroup

from ..sandbox.errors import UsageError
from .stopping import StoppedError

VERBS = {
    "list": ("listing:list_things", "List the tasks, groups, models or sandboxes by name."),
    "eval": (
        "running:eval_model",
        "Sample a model on suites, verify every completion, and store the run.",
    ),
    "show": (
        "showing:show",
        "Print exactly what a model is sent for the first problems of a task, and the golds.",
    ),
    "watch": (
        "watching:watch",
        "Follow a run in progress: a line per suite, requests in the air, retries.",
    ),
    "score": (
        "verifying:score",
        "Verify completions that another tool generated, and store them as a run.",
    ),
    "verify": ("verifying:verify", "Verify one completion and explain the verdict."),
    "rescore": (
        "verifying:rescore_run",
        "Verify a stored run again without generating; the old run stays as it is.",
    ),
    "compare": (
        "boards:compare",
        "Compare two runs by paired tests on the problems that both answered.",
    ),
    "twins": (
        "twin_gap:twins",
        "Report how much better a model is on published problems than on their twins.",
    ),
    "ability": (
        "abilities:ability",
        "Put runs that sat different problems on one scale, and name doubtful problems.",
    ),
    "leaderboard": (
        "boards:leaderboard",
        "Write leaderboard.json, LEADERBOARD.md and index.html from every stored run.",
    ),
    "view": (
        "boards:view",
        "Show the leaderboard in a browser; only this machine can reach it.",
    ),
    "train": ("trainer:train", "Train a model: one stage, or the whole recipe from one file."),
    "serve": (
        "serving:serve_http",
        "Serve /verify, /verify_batch, /get_reward, /health and /metrics.",
    ),
    "launch": (
        "launching:launch",
        "Print or submit a manifest for Kubernetes, or a script for Slurm.",
    ),
    "audit": (
        "auditing:audit_checkers",
        "Report what a checker gets wrong, with the inputs that showed it.",
    ),
    "prove": (
        "proving:prove_tasks",
        "Report whether a task is sound: golds, wrong answers, tests, prompts, duplicates.",
    ),
    "curate": (
        "curating:curate_tasks",
        "Decide which problems are worth training a model on, with as few samples as that needs.",
    ),
    "match": (
        "matching:match",
        "Ask several graders about the same completions, and compare their verdicts.",
    ),
    "check-rewards": (
        "rewards_check:check_dataset",
        "Report which rows of a trainer's dataset can be verified, before training.",
    ),
    "health": (
        "rewards_health:show_health",
        "Report what the rewards of a training run look like, from its logs.",
    ),
    "export": (
        "exporting:export_anything",
        "Write suites in another trainer's format, or a run in another tool's.",
    ),
    "reverify": (
        "exporting:reverify",
        "Make every verdict of a bundle again, and name whatever differs.",
    ),
    "doctor": (
        "diagnosis:doctor",
        "Report which isolation, packages and accelerators are here, and what is missing.",
    ),
}
"""By verb: its function under `commands/`, and the first line of that function's docstring."""
CONFIGURED = frozenset({"eval", "show"})
"""Verbs whose options may be in a file."""
INTERRUPTED = 130
# typer carries a copy of click in some versions and imports it in others; its own public
# exception leads to the base class in both.
_BadCommandLine: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)


class _Verbs(MutableMapping[str, Any]):
    """The commands by name, each made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            place, _ = VERBS[name]
            self._made[name] = _command(name, place)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


def _command(name: str, place: str) -> Any:
    from .commands.expand import expand

    module, _, function = place.partition(":")
    verb = getattr(importlib.import_module(f"{__package__}.commands.{module}"), function)
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    one.command(name)(expand(verb))
    return typer.main.get_command(one)


class _VerbGroup(TyperGroup):
    """A group whose help comes from `VERBS`, so that no verb is imported for it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Verbs()

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in VERBS.items()])


app = typer.Typer(
    cls=_VerbGroup,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Task suites and sandboxed checkers whose one verdict is both reward and score.",
)


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
    """Without a verb, print which there are."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code. No traceback for a user's mistake."""
    # The hub retries and prints each retry; our one line at the end says the same.
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    try:
        given = sys.argv[1:] if arguments is None else arguments
        code = app(args=_with_config(given), standalone_mode=False)
        if code == INTERRUPTED:  # typer turns a Ctrl-C into this code
            raise KeyboardInterrupt
        return int(code) if isinstance(code, int) else 0
    except UsageError as mistake:
        return _fail(str(mistake), 2)
    except _BadCommandLine as mistake:
        return _fail(_message_of(mistake), 2)
    except StoppedError as stopped:
        return _fail(str(stopped), INTERRUPTED)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted; what was done is stored", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has closed it, as `| head` does; that is no error.
        sys.stderr.close()
        return 0


def _with_config(arguments: list[str]) -> list[str]:
    """The arguments, with the options of `--config FILE`. Raises UsageError."""
    if not any(one.partition("=")[0] == "--config" for one in arguments):
        return arguments
    if arguments[0] not in CONFIGURED:
        return arguments  # such as train, which reads a file of its own
    from .commands.config_files import with_config

    return with_config(arguments)


def _message_of(mistake: Exception) -> str:
    """The message of a bad command line, with the option that it is about."""
    format_message: Callable[[], str] = mistake.format_message  # type: ignore[attr-defined]
    return format_message()


def _fail(message: str, code: int) -> int:
    print(f"assay: {' '.join(message.split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
