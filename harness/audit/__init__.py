"""Attack a checker before a model does, with completions whose verdict is known."""

from .battery import BatteryCase, cases_for
from .page import page
from .report import Finding, Hole, TaskReport, table
from .run import SEARCH, audit, audit_suite
from .signatures import Checker, adapt, bind

__all__ = [
    "SEARCH",
    "BatteryCase",
    "Checker",
    "Finding",
    "Hole",
    "TaskReport",
    "adapt",
    "audit",
    "audit_suite",
    "bind",
    "cases_for",
    "page",
    "table",
]
