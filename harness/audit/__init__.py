"""Attack a checker before a model does: a battery of completions whose verdict is known."""

from .battery import Case, cases_for
from .binding import Checker, adapt, bind
from .report import Finding, TaskReport, table
from .run import audit, audit_suite

__all__ = [
    "Case",
    "Checker",
    "Finding",
    "TaskReport",
    "adapt",
    "audit",
    "audit_suite",
    "bind",
    "cases_for",
    "table",
]
