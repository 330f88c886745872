"""Which runs can be ranked against each other: those that sat the same problems.

A *task* is a suite with the settings that decide its problems (split, difficulty, seed, prompt),
and with the problems themselves: runs that share no problem sat different tasks, even under the
same settings. A *group* is one task, or all tasks that some run sat (in all domains or in one).
Ranks exist only inside a group, over the problems that all its members sat.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...sandbox.errors import UsageError
from .runs import Groups, RunData

NOT_CONTENT = ("size", "data_dir", "path")
"""Options of a suite that say how much of it, or from where, but not which problems."""
SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A suite as some runs sat it: its settings, and problems that are connected by the runs."""

    id: str
    """`SUITE@HASH`, which does not change when runs that share nothing are added."""
    suite: str
    domain: str
    settings: Mapping[str, str]


@dataclass(slots=True)
class Entry:
    """What holds one rank: a run, or several runs of one model that differ in the seed alone."""

    id: str
    runs: list[RunData]
    tasks: dict[str, str]
    """task id -> suite."""

    @property
    def finished(self) -> bool:
        """Whether every sample is there."""
        return all(run.state == "finished" for run in self.runs)

    def problems(self, task: str) -> Groups:
        """The problems of a task with the samples of all runs."""
        suite = self.tasks[task]
        if len(self.runs) == 1:
            return self.runs[0].suites[suite]
        merged: Groups = {}
        for run in self.runs:
            for problem, samples in run.suites[suite].items():
                merged.setdefault(problem, []).extend(samples)
        return merged


@dataclass(slots=True)
class BoardGroup:
    """A board of its own: the entries that are ranked, and those that cannot be, with reasons."""

    id: str
    scope: str
    """`task`, `all`, or `domain:NAME`."""
    tasks: list[Task]
    label: str = ""
    members: list[Entry] = field(default_factory=list)
    core: dict[str, list[str]] = field(default_factory=dict)
    """task id -> the problems that all members sat."""
    below: list[tuple[Entry, str]] = field(default_factory=list)
    """Entries that sat a part of this, and why they have no rank."""

    def problems(self, entry: Entry, core: bool) -> Groups:
        """The problems of an entry in this group by `TASK/PROBLEM`: the core alone, or all."""
        found: Groups = {}
        for task in self.tasks:
            if task.id in entry.tasks:
                own = entry.problems(task.id)
                keys = self.core[task.id] if core else list(own)
                found.update({f"{task.id}/{key}": own[key] for key in keys})
        return found


def settings_of(suite: str, manifest: Mapping[str, Any]) -> dict[str, str]:
    """The settings that decide a suite's problems, with the suite's own defaults filled in."""
    from ...tasks.registry import options_of

    try:
        known = options_of(suite)
    except UsageError:
        known = {}
    found = {
        name: one.default
        for name, one in known.items()
        if one.default is not one.empty and one.kind is not one.VAR_KEYWORD
    }
    for task in manifest.get("config", {}).get("tasks", []):
        if task["name"] == suite:
            found |= task.get("options", {})
    # How the prompt was made decides what was sat, like the problems themselves.
    prompts = manifest.get("config", {}).get("prompts") or {}
    found |= prompts if isinstance(prompts, dict) else {}
    return {
        name: str(value)
        for name, value in sorted(found.items())
        if value is not None and name not in NOT_CONTENT
    }


# ---- tasks ---------------------------------------------------------------------------------
@dataclass(slots=True)
class _Sitting:
    """Runs of one suite under the same settings that problems connect."""

    suite: str
    settings: dict[str, str]
    problems: set[str]
    runs: list[RunData]

    def task(self) -> Task:
        name = {"settings": self.settings, "first": min(self.problems)}
        domain = self.runs[0].domains[self.suite]
        return Task(f"{self.suite}@{_digest(name)}", self.suite, domain, self.settings)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def tasks_of(runs: Sequence[RunData]) -> dict[str, dict[str, Task]]:
    """run id -> suite -> the task that the run sat.

    Finished runs alone decide what is connected. An unfinished run joins the task with which it
    shares most problems.
    """
    sittings: list[_Sitting] = []
    for run in runs:
        if run.state == "finished":
            for suite, problems in run.suites.items():
                _join(sittings, run, suite, set(problems))
    for run in runs:
        if run.state == "unfinished":
            for suite, problems in run.suites.items():
                near = [s for s in sittings if s.suite == suite and s.problems & problems.keys()]
                if near:
                    max(near, key=lambda s: len(s.problems & problems.keys())).runs.append(run)
                else:
                    sittings.append(
                        _Sitting(suite, settings_of(suite, run.manifest), set(problems), [run])
                    )
    found: dict[str, dict[str, Task]] = {run.run_id: {} for run in runs}
    for sitting in sittings:
        task = sitting.task()
        for run in sitting.runs:
            found[run.run_id][sitting.suite] = task
    return found


def _join(sittings: list[_Sitting], run: RunData, suite: str, problems: set[str]) -> None:
    """Add a run to the sittings that it shares a problem with, which makes them one."""
    settings = settings_of(suite, run.manifest)
    joined = _Sitting(suite, settings, set(problems), [run])
    for other in list(sittings):
        same = other.suite == suite and other.settings == settings
        if same and other.problems & problems:
            sittings.remove(other)
            joined.problems |= other.problems
            joined.runs = other.runs + joined.runs
    sittings.append(joined)


# ---- entries -------------------------------------------------------------------------------
def entries_of(runs: Sequence[RunData], tasks: Mapping[str, Mapping[str, Task]]) -> list[Entry]:
    """The runs, with finished runs that differ in the sampling seed alone as one entry."""
    pools: dict[Any, list[RunData]] = {}
    for run in runs:
        key = _pool_key(run, tasks[run.run_id])
        # A seed that is there already gives the same samples once more: that run stays alone.
        seeds = [other.config.get("seed") for other in pools.get(key, [])]
        pools.setdefault(run.run_id if run.config.get("seed") in seeds else key, []).append(run)
    entries = []
    for pool in pools.values():
        sat = {task.id: suite for suite, task in tasks[pool[0].run_id].items()}
        name = pool[0].run_id if len(pool) == 1 else f"{pool[0].run_id}+{len(pool) - 1}"
        entries.append(Entry(name, pool, sat))
    return entries


def _pool_key(run: RunData, tasks: Mapping[str, Task]) -> Any:
    """Equal for runs that may be pooled: one model and settings, the same problems."""
    config = run.config
    if run.state != "finished" or config.get("seed") is None:
        return run.run_id
    problems = {tasks[suite].id: sorted(groups) for suite, groups in run.suites.items()}
    model = run.manifest["model"]
    return _digest(
        [run.model, model.get("revision"), model.get("details"), config.get("sampling"), problems]
    )


# ---- groups --------------------------------------------------------------------------------
def groups_of(entries: Sequence[Entry], tasks: Iterable[Task]) -> list[BoardGroup]:
    """Every task, and every set of tasks that some finished entry sat, in all or in one domain."""
    known = {task.id: task for task in tasks}
    found = [BoardGroup(task.id, "task", [task]) for task in known.values()]
    finished = [entry for entry in entries if entry.finished]
    for scope in ("all", *sorted({f"domain:{task.domain}" for task in known.values()})):
        inside = {id for id, task in known.items() if scope in ("all", f"domain:{task.domain}")}
        sat = {frozenset(inside & entry.tasks.keys()) for entry in finished}
        for ids in sorted(sat, key=lambda ids: (-len(ids), sorted(ids))):
            whole = [known[id] for id in sorted(ids)]
            several = len(ids) > 1 and not (scope != "all" and _one_domain(entries, ids))
            if several:
                found.append(BoardGroup(f"{scope}@{_digest(sorted(ids))}", scope, whole))
    for group in found:
        _choose(group, entries)
    _label(found, known)
    return sorted(found, key=lambda g: (g.scope == "task", g.scope, -len(g.tasks), g.label, g.id))


def _one_domain(entries: Sequence[Entry], ids: frozenset[str]) -> bool:
    """Whether the set is one that an entry sat as a whole, and so is a group already."""
    return any(entry.finished and entry.tasks.keys() == ids for entry in entries)


def _choose(group: BoardGroup, entries: Sequence[Entry]) -> None:
    """The members of the group, its core, and who is below the line."""
    candidates: list[Entry] = []
    for entry in entries:
        lacking = [task for task in group.tasks if task.id not in entry.tasks]
        if len(lacking) == len(group.tasks):
            continue
        if not entry.finished:
            group.below.append((entry, "; ".join(r.reason for r in entry.runs if r.reason)))
        elif lacking:
            group.below.append((entry, f"did not sit {_names(t.suite for t in lacking)}"))
        else:
            candidates.append(entry)
    members = {entry.id for entry in candidates}
    for task in group.tasks:
        scored = {entry.id: _scored(entry.problems(task.id)) for entry in candidates}
        kept = comparable({id: sat for id, sat in scored.items() if id in members})
        most = max((len(sat) for sat in scored.values()), default=0)
        for entry in candidates:
            if entry.id in members - kept:
                sat = len(scored[entry.id])
                group.below.append((entry, f"has {sat} of {most} problems of {task.suite}"))
        members = kept
    group.members = [entry for entry in candidates if entry.id in members]
    for task in group.tasks:
        sets = [_scored(entry.problems(task.id)) for entry in group.members]
        group.core[task.id] = sorted(set.intersection(*sets)) if sets else []


def _scored(problems: Groups) -> set[str]:
    """The problems with at least one sample that has a score."""
    return {key for key, samples in problems.items() if any(s.score is not None for s in samples)}


def comparable(sat: Mapping[str, set[str]]) -> set[str]:
    """The entries to rank: those for which (entries) x (problems that all sat) is largest.

    Entries leave one by one, first the one whose leaving adds most problems to the common ones.
    """
    left = {id: set(problems) for id, problems in sat.items()}
    best: tuple[int, set[str]] = (0, set())
    counts: dict[str, int] = {}
    for problems in left.values():
        for problem in problems:
            counts[problem] = counts.get(problem, 0) + 1
    while left:
        common = sum(count == len(left) for count in counts.values())
        if len(left) * common > best[0]:
            best = (len(left) * common, set(left))
        gains = dict.fromkeys(left, 0)
        almost = [problem for problem, count in counts.items() if count == len(left) - 1]
        for id, problems in left.items():
            gains[id] = sum(problem not in problems for problem in almost)
        out = max(left, key=lambda id: (gains[id], -len(left[id]), id))
        for problem in left.pop(out):
            counts[problem] -= 1
    return best[1]


def _names(suites: Iterable[str]) -> str:
    names = list(dict.fromkeys(suites))
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _label(groups: Sequence[BoardGroup], known: Mapping[str, Task]) -> None:
    """Names for people. Settings are named where a suite was sat under several."""
    labels = task_labels(known.values())
    for group in groups:
        if group.scope == "task":
            group.label = labels[group.tasks[0].id]
            continue
        domain = group.scope.partition(":")[2]
        inside = [task for task in known.values() if not domain or task.domain == domain]
        of = f"all of {domain}" if domain else "all"
        if len(group.tasks) == len(inside):
            group.label = of
        else:
            names = _names(labels[task.id] for task in group.tasks)
            group.label = (
                f"{len(group.tasks)} of {len(inside)} {domain or ''} tasks: {names}".replace(
                    "  ", " "
                )
            )
    _tell_apart(groups)


def _tell_apart(groups: Sequence[BoardGroup]) -> None:
    """Number the groups that have one label."""
    by_label: dict[str, list[BoardGroup]] = {}
    for group in groups:
        by_label.setdefault(group.label, []).append(group)
    for label, same in by_label.items():
        for number, group in enumerate(same, start=1):
            group.label = label if len(same) == 1 else f"{label} ({number})"


def task_labels(tasks: Iterable[Task]) -> dict[str, str]:
    """The suite's name, with the settings in which its tasks differ, numbered where they do not."""
    by_suite: dict[str, list[Task]] = {}
    for task in tasks:
        by_suite.setdefault(task.suite, []).append(task)
    found: dict[str, str] = {}
    for suite, same in by_suite.items():
        names = sorted({name for task in same for name in task.settings})
        differing = [n for n in names if len({task.settings.get(n) for task in same}) > 1]
        texts: dict[str, int] = {}
        for task in sorted(same, key=lambda task: task.id):
            said = ", ".join(f"{n} {task.settings[n]}" for n in differing if n in task.settings)
            text = f"{suite} ({said})" if said else suite
            texts[text] = texts.get(text, 0) + 1
            found[task.id] = text if texts[text] == 1 else f"{text}, other problems {texts[text]}"
    return found
