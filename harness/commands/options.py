"""Options that several verbs share: which problems, where runs are stored, which sandbox."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.defaults import BACKENDS
from ...sandbox.errors import UsageError
from ...tasks.registry import options_of
from ..evaluation import TaskSpec
from ..task_groups import expanded, read_groups, reads_files

log = logging.getLogger(__name__)

Tasks = Annotated[
    str,
    typer.Option("--tasks", help="Tasks, groups (@math) and wildcards (bbh:*), comma-separated."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file of options; the command line wins."),
]
"""Only for the help: `config_files` puts the file's options into the command line."""
Out = Annotated[Path, typer.Option("--out", help="Folder of runs and leaderboards.")]
RunId = Annotated[str | None, typer.Option("--run-id", help="Name of the new run.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bars.")]


MOST_DIGITS = 18
"""Digits of a number in KEY=VALUE, so that it fits 64 bits."""
WHOLE = 2**63 - 1


class SuiteOptions(BaseModel):
    """How suites are loaded; each option goes to the tasks that know it."""

    model_config = ConfigDict(frozen=True)

    split: str | None = Field(default=None, description="Such as train or test.")
    size: int | None = Field(
        default=None, ge=1, le=10_000_000, description="Problems that a generated suite makes."
    )
    difficulty: int | None = Field(
        default=None, description="Level of generated suites; 1 is the easiest."
    )
    suite_seed: int | None = Field(
        default=None,
        ge=-WHOLE,
        le=WHOLE,
        description="Seed of generated suites: another seed, other problems.",
    )
    tools: str | None = Field(
        default=None, description="Let the model run code before it answers: python."
    )
    option: Annotated[
        list[str],
        typer.Option(
            "--option",
            "-o",
            help="KEY=VALUE for tasks that know KEY, such as path=FILE; repeatable.",
        ),
    ] = []
    data_dir: str | None = Field(
        default=None, description="Folder of benchmark files (default: $ASSAY_DATA)."
    )
    groups: Path | None = Field(
        default=None, description="TOML file with groups of tasks of your own, in [groups]."
    )

    def specs(self, tasks: str) -> list[TaskSpec]:
        """One spec per task that the comma-separated names, groups and wildcards stand for.

        A task that only a group or a wildcard names, and whose data is missing, is left out with
        a line in the log. Raises UsageError for an unknown name, and for an option that none of
        the tasks knows.
        """
        given_names = [name.strip() for name in tasks.split(",") if name.strip()]
        if not given_names:
            raise UsageError("--tasks names no task")
        for name in given_names:
            if given_names.count(name) > 1:
                raise UsageError(f"task {name!r} is named twice")
        names = expanded(given_names, {} if self.groups is None else read_groups(self.groups))
        given = self._given()
        known = {name: options_of(name) for name in names}
        for key in given:
            if not any(key in options for options in known.values()):
                legal = sorted({option for options in known.values() for option in options})
                raise UsageError(
                    f"no task among {', '.join(names)} knows the option {key!r}: "
                    f"known: {', '.join(legal)}"
                )
        specs = {
            name: TaskSpec(name, {key: value for key, value in given.items() if key in known[name]})
            for name in names
        }
        if self.tools is not None:
            for name in names:
                if "+" in name:
                    raise UsageError(f"task {name!r} names its tools: leave --tools out")
            specs = {
                name: TaskSpec(f"{name}+{self.tools}", spec.options) for name, spec in specs.items()
            }
        return _loadable(specs, names)

    def _given(self) -> dict[str, Any]:
        named = {
            "split": self.split, "size": self.size, "difficulty": self.difficulty,
            "seed": self.suite_seed, "data_dir": self.data_dir,
        }  # fmt: skip
        set_ones = {key: value for key, value in named.items() if value is not None}
        return set_ones | key_values(self.option)


def _loadable(specs: Mapping[str, TaskSpec], named: Mapping[str, bool]) -> list[TaskSpec]:
    """The specs without those that a group added and whose data is not here."""
    kept, missing = [], {}
    for name, spec in specs.items():
        if named[name] or not reads_files(name):
            kept.append(spec)
            continue
        try:
            spec.load()
        except UsageError as error:
            missing[name] = str(error)
        else:
            kept.append(spec)
    if missing:
        log.warning("left out, since their data is not here: %s", ", ".join(missing))
    if not kept:
        raise UsageError(f"none of the tasks has its data here: {next(iter(missing.values()))}")
    return kept


class SandboxOptions(BaseModel):
    """Which sandbox runs the programs."""

    model_config = ConfigDict(frozen=True)

    sandbox: str | None = Field(
        default=None, description="process, docker or auto (default: $ASSAY_SANDBOX)."
    )
    allow_unsafe: bool = Field(
        default=False,
        description="Run programs even where full isolation is not available.",
    )

    def choose(self) -> None:
        """Use this sandbox for every check in this process. Raises UsageError for its name."""
        if self.sandbox is not None:
            if self.sandbox not in BACKENDS:
                raise UsageError(f"--sandbox {self.sandbox!r}: use one of {', '.join(BACKENDS)}")
            os.environ["ASSAY_SANDBOX"] = self.sandbox
        if self.allow_unsafe:
            os.environ["ASSAY_ALLOW_UNSAFE"] = "1"


def key_values(pairs: list[str] | None, flag: str = "--option") -> dict[str, Any]:
    """`KEY=VALUE` options as a dictionary; whole numbers become numbers. Raises UsageError."""
    found: dict[str, Any] = {}
    for key, value in texts(pairs or [], flag).items():
        whole = value.removeprefix("-").isascii() and value.removeprefix("-").isdigit()
        if whole and len(value) > MOST_DIGITS:
            raise UsageError(f"{flag} {key}={value}: use a number of at most {MOST_DIGITS} digits")
        found[key.replace("-", "_")] = int(value) if whole else value
    return found


def json_values(pairs: list[str], flag: str) -> dict[str, Any]:
    """`KEY=VALUE` as JSON, else as text; none is null. `a.b=1` is `{"a": {"b": 1}}`.

    Raises UsageError.
    """
    found: dict[str, Any] = {}
    for key, text in texts(pairs, flag).items():
        try:
            value = None if text.lower() == "none" else json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError):
            value = text
        *outer, last = key.split(".")
        inside = found
        for name in outer:
            inside = inside.setdefault(name, {})
            if not isinstance(inside, dict):
                raise UsageError(f"{flag} {key}: {name} is given twice")
        inside[last] = value
    return found


def texts(pairs: list[str], flag: str) -> dict[str, str]:
    """`KEY=VALUE` options as text. Raises UsageError."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{flag} {pair!r}: write it as KEY=VALUE")
        found[key] = value
    return found


def _no_number(name: str) -> Any:
    """JSON has no NaN and no Infinity; they stay text."""
    raise ValueError(name)
