"""From the ending of a run to its Outcome: which limit was hit, in one sentence."""

import os
import signal

from .forkserver.protocol import Ending
from .types import Limits, Outcome, OutcomeStatus

_HINTS = (  # the last line of a traceback -> the limit behind it
    ("[Errno 28]", "files_mb={0.files_mb}: the private folder is full"),
    ("[Errno 27]", "files_mb={0.files_mb}: a file grew too large"),
    ("[Errno 24]", "open_files={0.open_files}: too many open files"),
    ("can't start new thread", "processes={0.processes}: too many threads"),
    ("[Errno 11]", "processes={0.processes}: too many threads"),
    ("[Errno 1] Operation not permitted", "a call that the sandbox forbids"),
)

_MEMORY = ("MemoryError", "OSError: [Errno 12]", "numpy._core._exceptions._ArrayMemoryError")


def failure(why: str) -> Outcome:
    """The outcome for our own failure, which says nothing about the program."""
    return Outcome("sandbox_error", reason=why)


def conclude(ending: Ending, limits: Limits, out_of_memory: bool) -> Outcome:
    """Name what happened. `out_of_memory`: the kernel killed for memory during the run."""
    stderr = ending.stderr.decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(ending.status)
    status, reason = _judge(ending, limits, stderr, code, out_of_memory)
    return Outcome(
        status,
        stdout=ending.stdout.decode("utf-8", "replace"),
        stderr=stderr,
        exit_code=code if code >= 0 and ending.report == "R" else None,
        cpu_seconds=ending.cpu,
        wall_seconds=ending.wall,
        peak_memory_mb=ending.peak_kb / 1024,
        stdout_bytes=ending.stdout,
        reason=reason,
    )


def _judge(
    ending: Ending, limits: Limits, stderr: str, code: int, out_of_memory: bool
) -> tuple[OutcomeStatus, str]:
    if out_of_memory or ending.why == "memory":
        return "memory", f"used more than memory_mb={limits.memory_mb}"
    if ending.why == "output":
        return "output_limit", f"wrote more than output_kb={limits.output_kb}"
    if ending.why == "cpu" or code == -signal.SIGXCPU:
        return "timeout", f"used more than cpu_seconds={limits.cpu_seconds:g}"
    if ending.why == "wall":
        return "timeout", f"ran longer than wall_seconds={limits.wall_seconds:g}"
    if ending.why == "files":
        return "nonzero_exit", f"files_mb={limits.files_mb}: the private folder is full"
    if ending.why == "answer":
        return "timeout", "used more CPU time than this one answer was allowed"
    if ending.why == "closed" and not ending.report:
        return "ok", "ended by closing the channel before it had started"
    if ending.report != "R":
        return "sandbox_error", f"the program was not started: {ending.report or 'no reason given'}"
    if ending.why == "protocol":
        return "nonzero_exit", f"broke the rules of the channel: {ending.detail}"
    if ending.why == "closed":
        return "ok", "ended by closing the channel"
    if code < 0:
        return "signal", f"killed by {_signal_name(-code)}"
    if code == 0:
        return "ok", ""
    return _failed(limits, stderr, code)


def _failed(limits: Limits, stderr: str, code: int) -> tuple[OutcomeStatus, str]:
    last = stderr.rstrip().rsplit("\n", 1)[-1][:200]
    if last.startswith(_MEMORY):
        return "memory", f"could not get memory within memory_mb={limits.memory_mb}"
    for mark, hint in _HINTS:
        if mark in last:
            return "nonzero_exit", f"exit code {code}; {hint.format(limits)}"
    return "nonzero_exit", f"exit code {code}" + (f"; {last}" if last else "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
