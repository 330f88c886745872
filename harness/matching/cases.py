"""Cases of a match: golds and completions, with labels where somebody knows the truth.

One JSON object a line: `gold`; `completion`, or `answer`, which is then put into a box; for a
labelled case `expected` (or `equal`): true or false; and if wanted `kind`, `provenance` (where it
comes from), `known_to` (graders whose authors could have tuned to it), `group` (completions of
one prompt, for the effect on training).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks.sources import located_jsonl


@dataclass(frozen=True, slots=True)
class LabelledCompletion:
    """One completion that every grader is asked about."""

    gold: str
    completion: str
    expected: bool | None
    kind: str
    provenance: str
    known_to: frozenset[str]
    group: str | None

    @property
    def key(self) -> str:
        """The same for the same gold and completion."""
        text = f"{self.gold}\0{self.completion}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(text).hexdigest()[:24]


def read_cases(path: Path) -> tuple[list[LabelledCompletion], int]:
    """The cases of a file, and how many rows had no gold or no completion and are left out.

    Raises UsageError for a file that cannot be read or has no case.
    """
    cases, left_out = [], 0
    for where, row in located_jsonl(path):
        case = _case(path, where, row)
        if case is None:
            left_out += 1
        else:
            cases.append(case)
    if not cases:
        raise UsageError(f"--cases {path}: no row has both a gold and a completion")
    return cases, left_out


def _case(path: Path, where: str, row: Mapping[str, Any]) -> LabelledCompletion | None:
    gold, completion = row.get("gold"), row.get("completion")
    if completion is None and isinstance(row.get("answer"), str):
        completion = f"\\boxed{{{row['answer']}}}"
    if not isinstance(gold, str) or not gold.strip() or not isinstance(completion, str):
        return None
    expected = row.get("expected", row.get("equal"))
    if expected is not None and not isinstance(expected, bool):
        raise UsageError(f"{where}: expected {expected!r}: use true, false, or leave it out")
    known = row.get("known_to", [])
    if not isinstance(known, list):
        raise UsageError(f"{where}: known_to {known!r}: use a list of graders")
    group = row.get("group")
    return LabelledCompletion(
        gold, completion, expected, str(row.get("kind", "all")),
        str(row.get("provenance") or path.name), frozenset(map(str, known)),
        None if group is None else str(group),
    )  # fmt: skip


CANARY = "assay-canary"
"""A file that only exists when an answer was run as code."""
_CODE = (
    "__import__('pathlib').Path('{name}').touch()",
    "[c for c in ().__class__.__base__.__subclasses__()] and "
    "__import__('os').system('touch {name}')",
    "().__class__.__base__.__subclasses__().__len__() + open('{name}', 'w').write('1')",
    "open('{name}','w').write('1')",
    "\\text{{open('{name}','w')}}",
    "(lambda: open('{name}', 'w'))()",
)


def canaries() -> list[str]:
    """Completions whose answer is Python; a grader that evaluates it leaves a file."""
    answers = [text.format(name=f"{CANARY}-{number}") for number, text in enumerate(_CODE)]
    return [form.format(answer) for answer in answers for form in ("\\boxed{{{}}}", "{}", "${}$")]
