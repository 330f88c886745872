"""What an audit found, as data and as a table."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["false_positive", "false_negative", "raised", "no_verdict", "slow", "hung", "memory"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SHOWN = 400
"""Longest excerpt of a completion, in characters."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One input on which a checker was wrong, raised, gave no verdict, was slow or hung."""

    kind: Kind
    problem: str
    case: str
    answer: str
    completion: str
    detail: str
    seconds: float
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Hole:
    """One weakness of a checker: findings that it accepts in the same way."""

    weakness: str
    kind: Kind
    cases: int
    """How many inputs showed it."""
    example: str
    """The shortest completion that was found for it."""
    answer: str
    score: float | None
    others: tuple[str, ...] = ()
    """Other kinds of input that showed it."""


@dataclass(slots=True)
class TaskReport:
    """The audit of one checker on one task."""

    checker: str
    task: str
    problems: int = 0
    checks: int = 0
    slowest: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    holes: list["Hole"] = field(default_factory=list)
    """The findings by weakness, the worst first."""

    def count(self, kind: Kind) -> int:
        """The number of findings of this kind."""
        return sum(finding.kind == kind for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """As plain data, for `--json` and results/audit."""
        return asdict(self)


def excerpt(completion: str) -> str:
    """The completion in printable form, cut in the middle when it is long."""
    text = completion.encode("utf-8", "backslashreplace").decode()
    if len(text) <= SHOWN:
        return text
    return f"{text[: SHOWN // 2]} ... ({len(text)} characters) ... {text[-SHOWN // 2 :]}"


def table(reports: list[TaskReport]) -> str:
    """A Markdown table: one row per checker and task, one column per kind of finding."""
    head = ["checker", "task", "checks", *(kind.replace("_", " ") for kind in KINDS), "slowest s"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for report in reports:
        counts = [str(report.count(kind)) for kind in KINDS]
        cells = [report.checker, report.task, str(report.checks), *counts, f"{report.slowest:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
