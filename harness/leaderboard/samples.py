"""The samples of each run as scripts beside the page, one per suite, loaded on demand."""

import contextlib
import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from ...tasks.episode import EpisodeSuite
from ...tasks.recording import ReplayError, recorded_turns
from ..evaluation import TaskSpec
from ..results import write_atomically
from .runs import RunData

FOLDER = "leaderboard_samples"
MOST_SEARCHED = 200
"""Lost episodes of a run and suite for which it is searched where they were lost."""
LEVELS = ("level", "difficulty")
"""Where a problem's `meta` says how difficult it is."""
Suites = dict[str, Suite | None]
Levels = dict[str, dict[str, dict[str, tuple[int, int]]]]
"""run id -> suite -> level -> (correct samples, samples with a score)."""


def sample_path(run_id: str, suite: str) -> str:
    """The script of one suite of a run, relative to the page."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", suite)
    if name != suite:  # two suites must not share a file
        name += f"-{hashlib.sha256(suite.encode()).hexdigest()[:8]}"
    return f"{FOLDER}/{run_id}/{name}.js"


def write_samples(runs: Sequence[RunData], out: Path) -> Levels:
    """Write the scripts of all runs, and remove those of runs that are gone.

    Returns the verdicts by level of difficulty. Raises UsageError when nothing can be written.
    """
    folder = out / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        wanted = {run.run_id for run in runs}
        for stale in folder.iterdir():
            if stale.is_dir() and stale.name not in wanted:
                shutil.rmtree(stale)
            elif stale.suffix == ".js":
                stale.unlink()
        for name in wanted:
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    cache: Suites = {}
    levels: Levels = {}
    for run in runs:
        suites = _suites_of(run, cache)
        for suite, data in _by_suite(run, suites).items():
            text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
            call = f"assayRun({json.dumps(run.run_id)}, {json.dumps(suite)}, {text});\n"
            write_atomically(out / sample_path(run.run_id, suite), call.encode())
            levels.setdefault(run.run_id, {})[suite] = _by_level(data)
    return levels


def _by_suite(run: RunData, suites: Suites) -> dict[str, dict[str, Any]]:
    """suite -> its problems, and its samples, each with the index of its problem."""
    found: dict[str, dict[str, Any]] = {}
    places: dict[tuple[str, str], int] = {}
    searched: dict[str, int] = {}
    stored = {(line["suite"], line["problem_id"]): line for line in run.folder.problems()}
    for record in run.folder.samples():
        suite, problem_id = key = record["suite"], record["problem_id"]
        data = found.setdefault(suite, {"problems": [], "samples": []})
        if key not in places:
            places[key] = len(data["problems"])
            data["problems"].append({
                "suite": suite, "problem": problem_id, "hash": record.get("prompt_hash"),
                **_about(suites.get(suite), problem_id, stored.get(key)),
            })  # fmt: skip
        sample = {"at": places[key], **_sample(record)}
        played = suites.get(suite)
        if isinstance(played, EpisodeSuite) and record["verdict"]["score"] != 1:
            searched[suite] = searched.get(suite, 0) + 1
            sample["lost"] = lost_mark(played, record, searched[suite] <= MOST_SEARCHED)
        data["samples"].append(sample)
    return found


def lost_mark(suite: EpisodeSuite, record: Mapping[str, Any], search: bool) -> list[Any] | None:
    """The turn where an episode was lost, from 0, and why it is said to be that one.

    By the suite's own search, where it knows; else the last illegal action; else the last turn.
    None for a completion that is no record of the problem.
    """
    try:
        _, _, turns = recorded_turns(record["completion"], record["problem_id"])
        found = None
        if search:
            found = suite.lost_at(suite.find(record["problem_id"]), record["completion"])
    except (ReplayError, UsageError):
        return None
    if found is not None:
        return [found, "from here on no play wins"]
    illegal = [at for at, turn in enumerate(turns) if not all(o.legal for o in turn.observations)]
    if illegal:
        return [illegal[-1], "the last illegal action"]
    return [len(turns) - 1, "the last turn"] if turns else None


def _sample(record: dict[str, Any]) -> dict[str, Any]:
    verdict = record["verdict"]
    return {
        "sample": record["sample"],
        "completion": record["completion"],
        "status": verdict["status"],
        "score": verdict["score"],
        "extracted": verdict.get("extracted"),
        "reason": verdict.get("reason", ""),
        "tokens": record.get("completion_tokens"),
        "thinking": record.get("thinking_tokens"),
        "finish": record.get("finish_reason"),
    }


def _suites_of(run: RunData, cache: Suites) -> Suites:
    """The suites of a run, for their prompts; None where this version or its files lack them."""
    found: Suites = {}
    for task in run.config.get("tasks", []):
        options = task.get("options", {})
        key = json.dumps([task["name"], options], sort_keys=True)
        if key not in cache:
            try:
                cache[key] = TaskSpec(task["name"], options).load()
            except UsageError:
                cache[key] = None
        found[task["name"]] = cache[key]
    return found


def _about(
    suite: Suite | None, problem_id: str, stored: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The prompt as it was sent, the gold and the level of a problem."""
    problem = None
    if suite is not None:
        with contextlib.suppress(UsageError):
            problem = suite.find(problem_id)
    about: dict[str, Any] = {"level": _level(problem) if problem is not None else None}
    if stored is not None:
        sent = "\n\n".join(_message(message) for message in stored.get("messages", []))
        gold = stored.get("answer", problem.answer if problem is not None else None)
        return about | {"prompt": sent + stored.get("prefix", ""), "gold": gold}
    if problem is not None:
        return about | {"prompt": problem.prompt, "gold": problem.answer}
    missing = "these are not available" if suite is None else "this problem is no longer in it"
    return about | {"prompt": f"(the prompt is in the files of the suite: {missing})", "gold": None}


def _message(message: Mapping[str, Any]) -> str:
    content = str(message.get("content", ""))
    return content if message.get("role") == "user" else f"[{message.get('role')}] {content}"


def _level(problem: Problem) -> str | None:
    for name in LEVELS:
        if problem.meta.get(name) is not None:
            return str(problem.meta[name])
    return None


def _by_level(data: dict[str, Any]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for sample in data["samples"]:
        level = data["problems"][sample["at"]].get("level")
        if level is not None and sample["score"] is not None:
            correct, count = found.get(level, (0, 0))
            found[level] = (correct + (sample["score"] == 1), count + 1)
    return found
