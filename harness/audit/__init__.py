"""Attack a checker before a model does, with completions whose verdict is known."""

from .battery import BatteryCase, cases_for
from .report import Finding, TaskReport, table
from .run import audit, audit_suite
from .signatures import Checker, adapt, bind

__all__ = [
    "BatteryCase",
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
