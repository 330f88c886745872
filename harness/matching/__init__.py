"""A match of graders: the same completions, each grader in a worker of its own environment."""

from .cases import LabelledCompletion, canaries, read_cases
from .graders import Grader, read_graders
from .pages import markdown, page
from .report import Report, report
from .run import MatchSettings, Played, play

__all__ = [
    "Grader",
    "LabelledCompletion",
    "MatchSettings",
    "Played",
    "Report",
    "canaries",
    "markdown",
    "page",
    "play",
    "read_cases",
    "read_graders",
    "report",
]  # fmt: skip
