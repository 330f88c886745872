"""Attack a checker before a model does, with completions whose verdict is known."""

from .battery import BatteryCase, cases_for
from .environments import Environment, SuiteEnvironment
from .episodes import audit_environment
from .page import page
from .report import Finding, Hole, TaskReport, table
from .run import SEARCH, audit, audit_suite
from .signatures import Checker, adapt, bind

__all__ = [
    "SEARCH",
    "BatteryCase",
    "Checker",
    "Environment",
    "Finding",
    "Hole",
    "SuiteEnvironment",
    "TaskReport",
    "adapt",
    "audit",
    "audit_environment",
    "audit_suite",
    "bind",
    "cases_for",
    "page",
    "table",
]
