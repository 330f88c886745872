"""Task suites and their verifiers: `load(name)`, `names()`, `Problem`, `Suite`, `Verdict`."""

from .problem import Problem
from .registry import load, names
from .suite import Suite
from .verdict import STATUSES, Status, Verdict

__all__ = ["STATUSES", "Problem", "Status", "Suite", "Verdict", "load", "names"]
