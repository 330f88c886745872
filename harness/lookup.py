"""Find problems by task and id, for callers that hold only text: servers and trainers."""

import threading
from collections.abc import Mapping
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite, load

_KEPT = 16_384
"""Problems cached by id: a group of completions needs one problem many times."""


class Lookup:
    """Loads each task once, on first use; can be pickled and shared between threads.

    `options` are passed to `load` for every task (data_dir, split, ...).
    """

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self.options = dict(options or {})
        self._suites: dict[tuple[str, str], Suite] = {}
        self._prompts: dict[str, dict[str, Problem]] = {}
        self._found: dict[tuple[tuple[str, str], str], Problem] = {}
        self._lock = threading.RLock()

    def __getstate__(self) -> dict[str, Any]:
        return {"options": self.options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["options"])  # type: ignore[misc]

    def suite(self, task: str, options: Mapping[str, Any] | None = None) -> Suite:
        """The suite of a task, with `options` beside those of all tasks. Raises UsageError."""
        key = _key(task, options)
        with self._lock:
            if key not in self._suites:
                self._suites[key] = load(task, **{**self.options, **(options or {})})
            return self._suites[key]

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
