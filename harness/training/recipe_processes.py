"""Runs the stages of a recipe at once, as far as they do not need each other."""

import multiprocessing
import multiprocessing.connection
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from typing import Any

from .command import runner
from .session import RunInterruptedError, TrainingError
from .settings import Stage

_INTERRUPTED = 130


def run_at_once(
    stages: Sequence[Stage], checked: Mapping[str, Any], finished: set[str], jobs: int
) -> None:
    """Run stages in up to `jobs` processes, each once what it needs is finished.

    When a stage stops, those that run go on to their end and no other starts. Raises TrainingError
    that names the stage, RunInterruptedError after Ctrl-C.
    """
    waiting, done = list(stages), set(finished)
    running: dict[str, BaseProcess] = {}
    stopped: dict[str, int] = {}
    spawn = multiprocessing.get_context("spawn")
    while running or (waiting and not stopped):
        ready = [s for s in waiting if _needs(s) <= done and not stopped]
        for stage in ready[: jobs - len(running)]:
            print(f"== {stage.name} ({stage.kind})", flush=True)
            waiting.remove(stage)
            started = spawn.Process(target=_run, args=(stage.kind, checked[stage.name]))
            started.start()
            running[stage.name] = started
        multiprocessing.connection.wait([process.sentinel for process in running.values()])
        for name in [name for name, process in running.items() if not process.is_alive()]:
            process = running.pop(name)
            process.join()
            if process.exitcode == 0:
                done.add(name)
            else:
                stopped[name] = process.exitcode or 1
    if _INTERRUPTED in stopped.values():
        raise RunInterruptedError("stages were stopped; continue with --resume")
    if stopped:
        names = ", ".join(f"{name} (exit code {code})" for name, code in stopped.items())
        raise TrainingError(f"stopped in stage {names}; its message is above")


def _needs(stage: Stage) -> set[str]:
    return {name for name in (stage.start, stage.data, stage.after) if name is not None}


def _run(kind: str, settings: Any) -> None:
    """One stage, in a process of its own; its exit code says how it ended."""
    try:
        runner(kind)(settings, resume=True)
    except TrainingError as error:
        print(f"training stopped: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
    except (RunInterruptedError, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
