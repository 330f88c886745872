"""Codeforces as Open R1 publishes it: official tests, and checkers where many outputs are right."""

from collections import Counter

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import shape_error, text_field
from .formats.input_output import Cases, InputOutputSuite, cases_of, problem_with_cases

_PARTS = (("", "description"), ("Input", "input_format"), ("Output", "output_format"),
          ("Note", "note"))  # fmt: skip


def _examples(row: Record, where: str) -> Cases | None:
    return cases_of(row["examples"], where, "examples") if row.get("examples") else None


def _problem(row: Record, index: int) -> Problem:
    name = str(row.get("id", index))
    where = f"codeforces {name}"
    text_field(row, ("description",), where)
    parts = [f"{title}\n{row[field]}".strip() for title, field in _PARTS if row.get(field)]
    shown = _examples(row, where)
    examples = zip(shown.inputs, shown.outputs, strict=True) if shown else ()
    pairs = [(given.rstrip(), output.rstrip()) for given, output in examples]
    parts += [f"Example input\n{given}\n\nExample output\n{output}" for given, output in pairs]
    cases = (
        cases_of(row["official_tests"], where, "official_tests")
        if row.get("official_tests")
        else shown
    )
    if cases is None:
        raise shape_error(where, "official_tests", "a list of tests that is not empty")
    known = [(given, output, output, True) for given, output in pairs]
    return problem_with_cases(
        "codeforces", name, "\n\n".join(parts), "", cases,
        checker=row.get("generated_checker"), checker_field="generated_checker",
        time_limit=row.get("time_limit"), known=known if row.get("generated_checker") else [],
    )  # fmt: skip


def _why_left_out(row: Record) -> str | None:
    """Why a row cannot be judged as a program over stdin, or None."""
    if row.get("interaction_format"):
        return "interactive"
    if row.get("input_mode") not in (None, "", "stdio"):
        return "reads a file instead of stdin"
    if not row.get("official_tests") and not row.get("examples"):
        return "without tests"
    return None


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read open-r1/codeforces; `left_out` counts what stdin cannot judge. Raises UsageError."""
    limited("split", split, ["test", "train"])
    rows = records(
        "codeforces", [f"codeforces/{split}.jsonl", "codeforces.jsonl"], ("description",),
        data_dir=data_dir, path=path, hub=("open-r1/codeforces", split),
    )  # fmt: skip
    problems, left_out = [], Counter[str]()
    for index, row in enumerate(rows):
        why = _why_left_out(row)
        if why is None:
            problems.append(_problem(row, index))
        else:
            left_out[why] += 1
    suite = InputOutputSuite("codeforces", problems, split)
    suite.left_out = dict(left_out)
    return suite
