"""What an audit found, as data and as a table."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["false_positive", "false_negative", "raised", "no_verdict", "slow", "hung"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SHOWN = 400
"""Characters of a completion that a report keeps."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One input on which a checker was wrong, raised, gave no verdict or was slow."""

    kind: Kind
    problem: str
    case: str
    answer: str
    completion: str
    detail: str
    seconds: float
    score: float | None = None


@dataclass(slots=True)
class TaskReport:
    """The audit of one checker on one task."""

    checker: str
    task: str
    problems: int = 0
    checks: int = 0
    slowest: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: Kind) -> int:
        """How many findings are of this kind."""
        return sum(finding.kind == kind for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json` and for results/audit."""
        return asdict(self)


def excerpt(completion: str) -> str:
    """A completion short enough to keep, printable, with its length when it was cut."""
    text = completion.encode("utf-8", "backslashreplace").decode()
    if len(text) <= SHOWN:
        return text
    return f"{text[: SHOWN // 2]} ... ({len(text)} characters) ... {text[-SHOWN // 2 :]}"


def table(reports: list[TaskReport]) -> str:
    """A Markdown table, one row a checker and task, and a line for each kind of mistake."""
    head = ["checker", "task", "checks", *(kind.replace("_", " ") for kind in KINDS), "slowest s"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for report in reports:
        counts = [str(report.count(kind)) for kind in KINDS]
        cells = [report.checker, report.task, str(report.checks), *counts, f"{report.slowest:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
