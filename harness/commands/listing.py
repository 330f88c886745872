"""`assay list`."""

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from ...sandbox.errors import UsageError
from ...tasks import names
from ...tasks.registry import DOMAINS, summary_of
from ..backends import backend_names, summary
from ..task_cards import card_of
from ..task_groups import built_in, reads_files
from .options import Json

SANDBOXES = {
    "process": "a warm fork server with namespaces, seccomp and limits; needs no daemon",
    "docker": "warm containers through the Docker API; optionally gVisor",
    "auto": "the strongest that works here",
}
FROM_FILES = (
    "* reads files: give --data-dir FOLDER or -o path=FILE. The others make their problems. "
    "--details says more of each."
)


def list_things(
    what: Annotated[str, typer.Argument(help="tasks, groups, models or sandboxes")] = "tasks",
    details: Annotated[
        bool,
        typer.Option("--details", help="For tasks: size, splits, licence, whether data is here."),
    ] = False,
    data_dir: Annotated[
        str | None, typer.Option("--data-dir", help="Folder of benchmark files.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the tasks, groups, models or sandboxes by name."""
    if what == "tasks":
        found: dict[str, list[str]] = {str(domain): names(domain) for domain in DOMAINS}
        own = {name for group in found.values() for name in group}
        found |= {"installed": others} if (others := sorted(set(names()) - own)) else {}
        if details:
            _details(found, data_dir, as_json)
        elif as_json:
            _show(found, as_json)
        else:
            _show({group: [_marked(name) for name in ones] for group, ones in found.items()}, False)
            typer.echo(FROM_FILES)
    elif what == "groups":
        _show({f"@{name}": list(members) for name, members in built_in().items()}, as_json)
    elif what == "models" and as_json:
        _show({"backends": backend_names()}, as_json)
    elif what == "models":
        for name in backend_names():
            typer.echo(summary(name))
    elif what == "sandboxes":
        _show({name: [text] for name, text in SANDBOXES.items()}, as_json)
    else:
        raise UsageError(f"list {what!r}: use tasks, groups, models or sandboxes")


def _marked(name: str) -> str:
    """The name, with a star where the suite reads a file, and one sentence about it."""
    marked = f"{name} *" if reads_files(name) else name
    return f"{marked:<26}{summary_of(name)}"


def _details(groups: dict[str, list[str]], data_dir: str | None, as_json: bool) -> None:
    """Print a card for each task, as soon as it is known."""
    for domain, members in groups.items():
        for name in members:
            card = card_of(name, domain, data_dir)
            if as_json:
                typer.echo(orjson.dumps(asdict(card)).decode())
                continue
            typer.echo(f"{card.name} ({card.domain}): {card.about}")
            size = "size unknown" if card.size is None else f"{card.size} problems"
            facts = [size, f"splits {', '.join(card.splits) or '-'}", card.licence, card.data]
            typer.echo(f"  {'; '.join(facts)}")
            if card.variants:
                typer.echo(f"  {card.name}:VARIANT of {', '.join(card.variants)}")


def _show(groups: dict[str, list[str]], as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(groups, option=orjson.OPT_INDENT_2).decode())
        return
    for group, members in groups.items():
        typer.echo(f"{group}:")
        for member in members:
            typer.echo(f"  {member}")
