"""Find problems by task and id, for callers that hold only text: servers and trainers."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite, load, names
from ..tasks.episode import EpisodeSuite
from ..tasks.registry import load_given

_KEPT = 16_384
"""Problems cached by id: a group of completions needs one problem many times."""


_REFUSED = 1_024
REMEMBERED_SECONDS = 30.0


def load_answers(task: str, **options: Any) -> Suite:
    """`load`, for callers that reward single answers.

    Raises UsageError for a task that is played in turns: no text that a model writes at once is
    a record of an episode, so every reward would be 0.
    """
    suite = load(task, **options)
    if isinstance(suite, EpisodeSuite):
        raise _played_in_turns(task)
    return suite


def check_answers_task(task: str) -> None:
    """Refuse a task that is known, without loading it, to be played in turns; see `load_answers`.

    Raises UsageError.
    """
    if task.partition(":")[0] in names("episodes"):
        raise _played_in_turns(task)


def _played_in_turns(task: str) -> UsageError:
    return UsageError(
        f"task {task!r} is played in turns, and this rewards single answers: train on it as an "
        "environment (docs/episodes.md)"
    )


class Lookup:
    """Loads each task once, on first use; can be pickled and shared between threads.

    A task that cannot be loaded is refused at once when it is asked for again within
    `REMEMBERED_SECONDS`: the next try may wait for a hub that does not answer.
    `options` are passed to `load` for every task (data_dir, split, ...). `episodes`: whether
    tasks that are played in turns are loaded too, or refused.
    """

    def __init__(self, options: Mapping[str, Any] | None = None, episodes: bool = True) -> None:
        self.options = dict(options or {})
        self.episodes = episodes
        self._suites: dict[tuple[str, str], Suite] = {}
        self._given: dict[str, Suite] = {}
        """By task: suites without problems of their own."""
        self._loading: dict[tuple[str, str], threading.Lock] = {}
        self._refused: dict[tuple[str, str], tuple[float, str]] = {}
        """By task: until when it is refused without another try, and why."""
        self._prompts: dict[str, dict[str, Problem]] = {}
        self._found: dict[tuple[tuple[str, str], str], Problem] = {}
        self._lock = threading.RLock()

    def __getstate__(self) -> dict[str, Any]:
        return {"options": self.options, "episodes": self.episodes}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def suite(self, task: str, options: Mapping[str, Any] | None = None) -> Suite:
        """The suite of a task, with `options` beside those of all tasks. Raises UsageError."""
        key = _key(task, options)
        found = self._suites.get(key)
        if found is not None:
            return found
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:  # of this task alone: other tasks are found meanwhile
            try:
                found = self._suites.get(key)
                return self._load(key, task, options or {}) if found is None else found
            finally:
                with self._lock:
                    self._loading.pop(key, None)

    def _load(self, key: tuple[str, str], task: str, options: Mapping[str, Any]) -> Suite:
        until, reason = self._refused.get(key, (0.0, ""))
        if time.monotonic() < until:
            raise UsageError(reason)
        try:
            opened = load if self.episodes else load_answers
            suite = opened(task, **{**self.options, **options})
        except UsageError as mistake:
            with self._lock:
                if len(self._refused) >= _REFUSED:
                    self._refused.pop(next(iter(self._refused)))
                self._refused[key] = time.monotonic() + REMEMBERED_SECONDS, str(mistake)
            raise
        self._suites[key] = suite
        return suite

    def keep(self, suite: Suite) -> None:
        """Use this suite, already loaded, for its task."""
        with self._lock:
            self._suites[_key(suite.name, None)] = suite

    def by_id(
        self, task: str, problem_id: str, options: Mapping[str, Any] | None = None
    ) -> tuple[Suite, Problem]:
        """The problem with this id. Raises UsageError when the task or the id is unknown."""
        suite = self.suite(task, options)
        key = _key(task, options), problem_id
        problem = self._found.get(key)
        if problem is None:
            problem = suite.find(problem_id)
            with self._lock:
                if len(self._found) >= _KEPT:
                    self._found.pop(next(iter(self._found)))
                self._found[key] = problem
        return suite, problem

    def for_given(self, task: str, options: Mapping[str, Any] | None = None) -> Suite:
        """The suite that verifies problems given whole: without its file, where it can do that.

        Raises UsageError.
        """
        key = _key(task, options)
        found = self._suites.get(key) or self._given.get(task)
        if found is not None:
            return found
        found = load_given(task)
        if found is None:
            return self.suite(task, options)
        with self._lock:
            self._given[task] = found
        return found

    def knows_task(self, task: str, options: Mapping[str, Any] | None = None) -> bool:
        """Whether the task is loaded."""
        return _key(task, options) in self._suites

    def knows_for_given(self, task: str, options: Mapping[str, Any] | None = None) -> bool:
        """Whether `for_given` takes no time."""
        return task in self._given or _key(task, options) in self._suites

    def knows(self, task: str, problem_id: str | None, options: Mapping[str, Any]) -> bool:
        """Whether the task is loaded and this problem of it was found before."""
        key = _key(task, options)
        return key in self._suites and (problem_id is None or (key, problem_id) in self._found)

    def by_prompt(self, task: str, prompt: str) -> tuple[Suite, Problem]:
        """The problem with exactly this prompt. Raises UsageError when there is none."""
        suite = self.suite(task)
        with self._lock:
            if task not in self._prompts:
                self._prompts[task] = {problem.prompt.strip(): problem for problem in suite}
            problem = self._prompts[task].get(prompt.strip())
        if problem is None:
            raise UsageError(
                f"no problem of task {task!r} has the prompt {prompt[:80]!r}; "
                "pass its id in a column named problem_id"
            )
        return suite, problem


def _key(task: str, options: Mapping[str, Any] | None) -> tuple[str, str]:
    return task, repr(sorted(options.items())) if options else ""
