"""From the way a program's process ended to the status of a verdict."""

from typing import Any

from ....sandbox.types import Outcome
from ...verdict import Status, Verdict, checker_error, wrong

STATUS_OF_OUTCOME: dict[str, Status] = {
    "timeout": "timeout",
    "memory": "memory",
    "nonzero_exit": "crashed",
    "signal": "crashed",
    "ok": "crashed",
    "output_limit": "crashed",
}


def ended(outcome: Outcome, source: str | None, meta: dict[str, Any]) -> Verdict:
    """The verdict when the program's process is gone before it has answered everything."""
    if outcome.status == "sandbox_error":
        return checker_error(f"the sandbox failed: {outcome.reason}", **meta)
    reason = f"The program ended before the tests were through: {outcome.status}"
    detail = f" ({outcome.reason.rstrip('.')})" if outcome.reason else ""
    last = meta["failures"][-1] if meta.get("failures") else {}
    if last.get("error") == "ProgramEnded" and "input" in last:
        detail += f", for input {last['input'][:200]}"
    return wrong(STATUS_OF_OUTCOME[outcome.status], source, f"{reason}{detail}.", **meta)
