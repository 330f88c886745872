"""Verdicts for rows of a trainer's dataset: by a problem id of ours, or by a bare ground truth."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Verdict, names
from ..lookup import Lookup

MATH_SOURCES = (
    "openai/gsm8k", "lighteval/MATH", "DigitalLearningGmbH/MATH-lighteval",
    "HuggingFaceH4/MATH-500", "math_dapo", "math", "math_dapo_reasoning", "aime", "numina",
    "AI-MO/", "HuggingFaceH4/aime", "Maxwell-Jia/AIME", "deepscaler", "opencompass/AIME",
)  # fmt: skip
CODE_SOURCES = ("codecontests", "apps", "codeforces", "taco", "livecodebench")
_GSM8K_GOLD = re.compile(r"####[ \t]*(?P<answer>\S[^\n]*?)\s*\Z")
"""The end of a raw GSM8K solution: `#### 72`."""


def task_of(source: str) -> str | None:
    """The task that a data source names (`gsm8k`, `assay/bbh:navigate`), or None."""
    task = source.removeprefix("assay/")
    return task if task.partition(":")[0] in names() else None


def verify_row(
    lookup: Lookup, source: str, completion: str, truth: Any, info: Mapping[str, Any]
) -> Verdict:
    """Verify a completion for a row of a trainer's dataset.

    A row that assay exported names its problem (`info["problem_id"]`). Any other row is verified
    against its ground truth: answers by the math verifier (see `accepted_answers`),
    `{"inputs", "outputs"}` as a program. A `checker_error` is tried once more. Raises UsageError
    for a source that nothing here can verify, and for a ground truth that cannot be read.
    """
    check = _check_of(lookup, source, truth, info)
    verdict = check(completion)
    return check(completion) if verdict.score is None else verdict


def _check_of(
    lookup: Lookup, source: str, truth: Any, info: Mapping[str, Any]
) -> Callable[[str], Verdict]:
    task = task_of(source)
    if task is not None and info.get("problem_id") is not None:
        suite, problem = lookup.by_id(task, str(info["problem_id"]))
        return partial(suite.verify, problem)
    ability = info.get("ability")
    base = None if task is None else task.partition(":")[0]
    if source in CODE_SOURCES or base in names("code") or ability == "code":
        return _program_check(source, truth)
    if source.startswith(MATH_SOURCES) or base in names("math") or ability == "math":
        return partial(verify_any, accepted_answers(truth))
    if task is not None:
        raise UsageError(
            f"a row of {source!r} needs extra_info['problem_id']: its answer alone does not say "
            "what is correct"
        )
    raise UsageError(
        f"data source {source!r} is no task of assay and no known set: name it 'assay/TASK' and "
        "put the id in extra_info['problem_id'], or set extra_info['ability'] to 'math'"
    )


def verify_any(answers: Sequence[str], completion: str) -> Verdict:
    """The math verdict against several accepted answers: correct when one of them matches.

    Where none matches, a `checker_error` is passed on, so that our failure never becomes a 0.
    """
    from ...tasks.math.verifier import verify_math

    verdicts = []
    for answer in answers:
        verdict = verify_math(answer, completion)
        if verdict.correct:
            return verdict
        verdicts.append(verdict)
    return next((verdict for verdict in verdicts if verdict.score is None), verdicts[0])


def accepted_answers(truth: Any) -> list[str]:
    """The answers that a ground truth accepts: text or a number, or a list of them.

    Lists are Python's, numpy's, or JSON text (`'["34"]'`); each entry is an accepted answer. A
    raw GSM8K solution counts for what follows its last `####`. Raises UsageError for anything
    else, naming the type and what to pass: a ground truth that is misread would silently give
    every completion a reward of 0.
    """
    if hasattr(truth, "tolist"):  # an array, a scalar of numpy, a tensor
        truth = truth.tolist()
    if isinstance(truth, str):
        listed = _json_list(truth)
        if listed is None:
            return [_answer_text(truth)]
        truth = listed
    if not isinstance(truth, list | tuple):
        return [_answer_text(truth)]
    if not truth:
        raise UsageError("the ground truth is an empty list: pass at least one accepted answer")
    return [_answer_text(entry) for entry in truth]


def _json_list(text: str) -> list[Any] | None:
    """A JSON list of strings, or None. A list of numbers is left alone: it is a math answer."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
        return value
    return None


def _answer_text(value: Any) -> str:
    if isinstance(value, str):
        found = _GSM8K_GOLD.search(value)
        return found["answer"] if found else value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, int | float | Decimal | Fraction) and math.isfinite(value):
        return str(value)
    raise UsageError(
        f"a ground truth of type {type(value).__name__} cannot be read ({str(value)[:60]!r}): "
        "pass the answer as text or a number, or a list of accepted answers"
    )


def _program_check(source: str, truth: Any) -> Callable[[str], Verdict]:
    from ...tasks.code.verifier import verify_stdio

    cases = _cases(truth)
    if cases is None:
        raise UsageError(
            f"a ground truth of type {type(truth).__name__} cannot be read for {source!r} "
            f'({str(truth)[:60]!r}): pass {{"inputs": [...], "outputs": [...]}} or its JSON text, '
            "or name a problem in extra_info['problem_id']"
        )
    return partial(verify_stdio, cases=cases)


def _cases(truth: Any) -> list[tuple[str, str]] | None:
    """(stdin, stdout) pairs of a `{"inputs": [...], "outputs": [...]}` ground truth, or None."""
    if isinstance(truth, str) and truth.lstrip().startswith("{"):
        try:
            truth = json.loads(truth)
        except (json.JSONDecodeError, RecursionError):
            return None
    if not isinstance(truth, Mapping) or not {"inputs", "outputs"} <= truth.keys():
        return None
    inputs, outputs = list(truth["inputs"]), list(truth["outputs"])
    if len(inputs) != len(outputs):
        raise UsageError(f"a ground truth has {len(inputs)} inputs but {len(outputs)} outputs")
    return list(zip(map(str, inputs), map(str, outputs), strict=True))
