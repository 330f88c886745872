"""`assay list`."""

from typing import Annotated

import orjson
import typer

from ...sandbox.errors import UsageError
from ...tasks import names
from ...tasks.registry import DOMAINS, options_of
from ..backends import backend_names, summary
from .options import Json

SANDBOXES = {
    "process": "a warm fork server with namespaces, seccomp and limits; needs no daemon",
    "docker": "warm containers through the Docker API; optionally gVisor",
    "auto": "the strongest that works here",
}
FROM_FILES = (
    "* reads files: give --data-dir FOLDER or -o path=FILE. The others make their problems."
)


def list_things(
    what: Annotated[str, typer.Argument(help="tasks, models or sandboxes")] = "tasks",
    as_json: Json = False,
) -> None:
    """List the tasks, models or sandboxes by name."""
    if what == "tasks":
        found: dict[str, list[str]] = {str(domain): names(domain) for domain in DOMAINS}
        own = {name for group in found.values() for name in group}
        found |= {"installed": others} if (others := sorted(set(names()) - own)) else {}
        if as_json:
            _show(found, as_json)
        else:
            _show({group: [_marked(name) for name in ones] for group, ones in found.items()}, False)
            typer.echo(FROM_FILES)
    elif what == "models" and as_json:
        _show({"backends": backend_names()}, as_json)
    elif what == "models":
        for name in backend_names():
            typer.echo(summary(name))
    elif what == "sandboxes":
        _show({name: [text] for name, text in SANDBOXES.items()}, as_json)
    else:
        raise UsageError(f"list {what!r}: use tasks, models or sandboxes")


def _marked(name: str) -> str:
    """The name, with a star where the suite reads a file."""
    return f"{name} *" if {"data_dir", "path"} & options_of(name).keys() else name


def _show(groups: dict[str, list[str]], as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(groups, option=orjson.OPT_INDENT_2).decode())
        return
    for group, members in groups.items():
        typer.echo(f"{group}:")
        for member in members:
            typer.echo(f"  {member}")
