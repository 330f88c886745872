"""Verdicts for rows of a trainer's dataset: by a problem id of ours, or by a bare ground truth."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Verdict, names
from ..checking import Job, check_of, verdict_of
from ..lookup import Lookup, check_answers_task
from .golds import Listed, accepted_answers, type_name

MATH_SOURCES = (
    "openai/gsm8k", "lighteval/MATH", "DigitalLearningGmbH/MATH-lighteval",
    "HuggingFaceH4/MATH-500", "math_dapo", "math", "math_dapo_reasoning", "aime", "numina",
    "AI-MO/", "HuggingFaceH4/aime", "Maxwell-Jia/AIME", "deepscaler", "opencompass/AIME",
)  # fmt: skip
CODE_SOURCES = ("codecontests", "apps", "codeforces", "taco", "livecodebench")


@lru_cache(1_024)
def task_of(source: str) -> str | None:
    """The task that a data source names (`gsm8k`, `assay/bbh:navigate`), or None."""
    task = source.removeprefix("assay/")
    return task if task.partition(":")[0] in names() else None


def row_check(
    lookup: Lookup,
    source: str,
    truth: Any,
    info: Mapping[str, Any],
    where: str = "",
    listed: Listed = "any",
) -> Callable[[str], Verdict]:
    """What verifies the completions of a row in the calling thread; see `row_job`.

    Raises UsageError for a row that cannot be verified.
    """
    check_of(row_job(source, "", truth, info, where, listed), lookup)

    def check(completion: str) -> Verdict:
        job = row_job(source, completion, truth, info, where, listed)
        return verdict_of(check_of(job, lookup))

    return check


def row_job(
    source: str,
    completion: str,
    truth: Any,
    info: Mapping[str, Any],
    where: str = "",
    listed: Listed = "any",
) -> Job:
    """The job of a completion of a row.

    A row that assay exported names its problem (`info["problem_id"]`). Any other row is verified
    against its ground truth: answers by the math verifier (see `accepted_answers`),
    `{"inputs", "outputs"}` as a program, with `fn_name` as a function. Raises UsageError, which
    names `where`, for a source that nothing here can verify, a task that is played in turns, and a
    ground truth that cannot be read.
    """
    task = task_of(source)
    if task is not None and info.get("problem_id") is not None:
        check_answers_task(task)
        return Job(task, completion, id=str(info["problem_id"]))
    kind = kind_of(source, info)
    if kind == "code":
        return _program_job(source, completion, truth, where)
    if kind == "math":
        return Job(completion=completion, answers=tuple(accepted_answers(truth, where, listed)))
    place = f"{where}: " if where else ""
    if task is not None:
        raise UsageError(
            f"{place}a row of {source!r} needs extra_info['problem_id']: its answer alone does "
            "not say what is correct"
        )
    raise UsageError(
        f"{place}data source {source!r} is no task of assay and no known set: name it "
        "'assay/TASK' and put the id in extra_info['problem_id'], or set "
        "extra_info['ability'] to 'math'"
    )


def kind_of(source: str, info: Mapping[str, Any]) -> str | None:
    """How a bare ground truth of a source is verified: as "math", as "code", or not at all."""
    ability = info.get("ability")
    return _kind_of(source, ability if isinstance(ability, str) else None)


@lru_cache(1_024)
def _kind_of(source: str, ability: str | None) -> str | None:
    task = task_of(source)
    base = None if task is None else task.partition(":")[0]
    if source in CODE_SOURCES or base in names("code") or ability == "code":
        return "code"
    if source.startswith(MATH_SOURCES) or base in names("math") or ability == "math":
        return "math"
    return None


def _program_job(source: str, completion: str, truth: Any, where: str) -> Job:
    from ...tasks.code.formats.input_output import cases_of, problem_with_cases

    place = where or f"data source {source!r}"
    cases = cases_of(_cases_value(truth, place), place, "ground truth")
    if not cases.function:
        pairs = tuple(zip(cases.inputs, cases.outputs, strict=True))
        return Job(completion=completion, cases=pairs)
    # The ground truth does not say whether the function is a method: the program does.
    starter = "class Solution" if "class Solution" in completion else ""
    problem = problem_with_cases(source, place, "", "", cases, starter_code=starter)
    return Job(completion=completion, function=(problem.meta["test"], problem.meta["entry_point"]))


def _cases_value(truth: Any, where: str) -> Any:
    """The object or the list of cases in a ground truth, with Python's own lists in it."""
    value = truth
    if isinstance(value, bytes | bytearray):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    value = _lists(value.as_py() if hasattr(value, "as_py") else value)
    whole = isinstance(value, Mapping) and {"inputs", "outputs"} <= value.keys()
    listed = isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value)
    if not whole and not listed:
        raise UsageError(
            f"{where}: the ground truth of type {type_name(truth)} cannot be read as a program's "
            f'cases ({str(truth)[:60]!r}): pass {{"inputs": [...], "outputs": [...]}} or its JSON '
            "text, or name a problem in extra_info['problem_id']"
        )
    return value


def _lists(value: Any) -> Any:
    """A value with its arrays and tuples turned into lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _lists(entry) for key, entry in value.items()}
    return [_lists(entry) for entry in value] if isinstance(value, list | tuple) else value
