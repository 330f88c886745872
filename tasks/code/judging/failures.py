"""What a failed case says: of the program, or of the tests themselves."""

import re
import sys
from typing import Any

from ...verdict import Status

IN_DOUBT = "in_doubt"
"""The key of `Verdict.meta` that says what may be a fault of the tests or of the program.

A reference solution that meets the same settles it: then it is the tests'.
"""
_BROKEN = frozenset(
    {"NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "UnboundLocalError"}
)
_ABSENT = re.compile(r"^(?:name '(\w+)' is not defined|cannot import name '(\w+)' from 'solution')")
_SHORT_NAMES = frozenset({"np", "pd", "plt", "tf", "torch", "sns", "nx", "sp", "pytest", "mock"})
"""Names of libraries, by which no test would call something of the program."""


def missing_name(failure: dict[str, Any], demanded: frozenset[str]) -> str | None:
    """The name of `demanded` that nobody defines, if that is why a case failed.

    Not one of a module: that the tests forgot to import.
    """
    if failure["from_program"] or failure["error"] not in ("NameError", "ImportError"):
        return None
    found = _ABSENT.match(failure["message"])
    name = found and (found[1] or found[2])
    if not found or not name or name in sys.stdlib_module_names | _SHORT_NAMES:
        return None
    if not found[2] and name not in demanded:
        return None
    return str(name)


def status_of(failure: dict[str, Any]) -> Status:
    """The status of a verdict whose first failure this is."""
    if failure["error"] == "MalformedError":
        return "rejected"
    out_of_memory = failure["from_program"] and failure["error"] == "MemoryError"
    return "memory" if out_of_memory else "incorrect"


def is_broken(failure: dict[str, Any], demanded: frozenset[str]) -> bool:
    """Whether the tests would fail whatever the program does."""
    if failure["from_program"] or missing_name(failure, demanded) is not None:
        return False
    return (
        (failure["error"] in _BROKEN and not _led_there(failure))
        or failure["error"] == "UndecidedComparisonError"
        or (failure["calls"] == 0 and failure["error"] != "MalformedError")
    )


def _led_there(failure: dict[str, Any]) -> bool:
    """Whether the program's values may have: `for x in f(): y = x` leaves y unbound."""
    return bool(failure["error"] == "UnboundLocalError" and failure["calls"] > 0)


def reason_of(failure: dict[str, Any], meta: dict[str, Any]) -> str:
    """One sentence about the first failed case."""
    head = f"{meta['cases'] - meta['passed']} of {meta['cases']} cases fail; the first"
    if "input" in failure:
        head += f" for input {failure['input'][:200]}"
    what = failure["error"] + (f": {failure['message'][:200]}" if failure["message"] else "")
    if "got" not in failure:
        return f"{head}: {what}."
    other = f", not {failure['expected'][:200]}" if "expected" in failure else ""
    return f"{head}: the program gave {failure['got'][:200]}{other} ({what})."
