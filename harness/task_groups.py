"""Names that stand for several tasks: groups, groups of your own, wildcards.

`math` is a task, so the group of all math tasks is `@math`; where no task has the name of a
group, the @ may be left out. `bbh:*` stands for every variant of a task.
"""

import difflib
import fnmatch
import logging
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from ..sandbox.errors import UsageError
from ..tasks.registry import DOMAINS, base_of, names, options_of, variants_of
from ..tasks.suite import Domain

log = logging.getLogger(__name__)
FILE_OPTIONS = frozenset({"data_dir", "path"})
REASONING_CORE = (
    "arithmetic", "linear_equations", "word_problems", "number_theory", "combinatorics",
    "function_synthesis", "output_prediction", "bug_fixing",
    "knights_and_knaves", "zebra", "ordering", "propositional_entailment", "shortest_path",
    "countdown", "boolean_circuits",
)  # fmt: skip
Groups = Mapping[str, Sequence[str]]


class _Made(Mapping[str, tuple[str, ...]]):
    """Groups whose members are looked up when they are asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], tuple[str, ...]]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def built_in() -> Mapping[str, tuple[str, ...]]:
    """The groups that are always there: a domain each, all generated tasks, a mixed selection.

    Members are found when a group is looked up: to tell which tasks are generated imports all.
    """
    return _Made(_makers())


def _makers() -> dict[str, Callable[[], tuple[str, ...]]]:
    domains = {str(domain): partial(_of_domain, domain) for domain in DOMAINS}
    return {**domains, "generated": _generated, "reasoning-core": lambda: REASONING_CORE}


def _of_domain(domain: Domain) -> tuple[str, ...]:
    return tuple(names(domain))


def _generated() -> tuple[str, ...]:
    return tuple(name for name in names() if not reads_files(name))


def reads_files(name: str) -> bool:
    """Whether a task's problems come from files."""
    return bool(FILE_OPTIONS & options_of(name).keys())


def read_groups(path: Path) -> dict[str, tuple[str, ...]]:
    """The table `[groups]` of a TOML file: names of tasks, of groups, or wildcards.

    Raises UsageError for a file that cannot be read, and for a group with an unknown member.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("groups", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"--groups {path}: cannot be read: {error}") from error
    if not isinstance(table, dict):
        raise UsageError(f"--groups {path}: [groups] is a table of lists of task names")
    found: dict[str, tuple[str, ...]] = {}
    for group, members in table.items():
        if not isinstance(members, list) or not all(isinstance(one, str) for one in members):
            raise UsageError(f"--groups {path}: group {group!r} is a list of task names")
        if group in names():
            raise UsageError(f"--groups {path}: group {group!r} has the name of a task")
        found[group] = tuple(members)
    for group, members in found.items():
        try:
            expanded(members, found)
        except UsageError as error:
            raise UsageError(f"--groups {path}: group {group!r}: {error}") from error
    return found


def expanded(wanted: Sequence[str], own: Groups) -> dict[str, bool]:
    """The tasks that the names stand for, in order, and whether each was named itself.

    Raises UsageError for a name that is no task, group or wildcard, and a group inside itself.
    """
    found: dict[str, bool] = {}
    groups = _Made({**_makers(), **{name: partial(tuple, one) for name, one in own.items()}})
    for name, named in _members(wanted, groups, ()):
        found[name] = found.get(name, False) or named
    return found


def _members(
    wanted: Sequence[str], groups: Groups, inside: tuple[str, ...]
) -> Iterator[tuple[str, bool]]:
    for name in wanted:
        group = name.removeprefix("@")
        known = base_of(name) in names()
        if any(letter in name for letter in "*?["):
            yield from ((one, False) for one in _matching(name))
        elif known:
            yield name, not inside
        elif group not in groups:
            raise UsageError(_unknown(name, groups))
        elif group in inside:
            raise UsageError(f"group {group!r} contains itself")
        else:
            inner = _members(groups[group], groups, (*inside, group))
            yield from ((one, False) for one, _ in inner)


def _matching(pattern: str) -> list[str]:
    base, colon, _ = pattern.partition(":")
    if colon and not any(letter in base for letter in "*?["):
        options_of(base)  # raises UsageError for an unknown task
        found = [f"{base}:{one}" for one in variants_of(base)]
    else:
        found = names()
    matching = [name for name in found if fnmatch.fnmatchcase(name, pattern)]
    if not matching:
        raise UsageError(f"no task matches {pattern!r}: assay list tasks shows all {len(names())}")
    return matching


def _unknown(name: str, groups: Groups) -> str:
    close = difflib.get_close_matches(name, [*names(), *groups], n=3)
    hint = f"did you mean {', '.join(close)}? " if close else ""
    return f"unknown task {name!r}: {hint}assay list tasks shows all {len(names())}"
