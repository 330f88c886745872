"""A verdict from what a trainer's row carries: a problem id of ours, or a bare ground truth."""

import json
from collections.abc import Callable, Mapping
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


def task_of(source: str) -> str | None:
    """The task that a data source names (`gsm8k`, `assay/bbh:navigate`), or None."""
    task = source.removeprefix("assay/")
    return task if task.partition(":")[0] in names() else None


def verify_row(
    lookup: Lookup, source: str, completion: str, truth: Any, info: Mapping[str, Any]
) -> Verdict:
    """Verify a completion for a row of a trainer's dataset.

    A row that was exported by us names its problem (`info["problem_id"]`); any other is verified
    against its ground truth: text by the math verifier, `{"inputs", "outputs"}` as a program.
    A `checker_error` is tried once more. Raises UsageError for a source that nothing here can
    verify.
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
    cases = _cases(truth)
    if cases is not None and (source in CODE_SOURCES or base in names("code") or ability == "code"):
        from ...tasks.code.verifier import verify_stdio

        return partial(verify_stdio, cases=cases)
    if source.startswith(MATH_SOURCES) or base in names("math") or ability == "math":
        from ...tasks.math.verifier import verify_math

        return partial(verify_math, str(truth))
    if task is not None:
        raise UsageError(
            f"a row of {source!r} needs extra_info['problem_id']: its answer alone does not say "
            "what is correct"
        )
    raise UsageError(
        f"data source {source!r} is no task of assay and no known set: name it 'assay/TASK' and "
        "put the id in extra_info['problem_id'], or set extra_info['ability'] to 'math'"
    )


def _cases(truth: Any) -> list[tuple[str, str]] | None:
    """(stdin, stdout) pairs of a `{"inputs": [...], "outputs": [...]}` ground truth, or None."""
    if isinstance(truth, str) and truth.lstrip().startswith("{"):
        try:
            truth = json.loads(truth)
        except json.JSONDecodeError:
            return None
    if not isinstance(truth, Mapping) or not {"inputs", "outputs"} <= truth.keys():
        return None
    inputs, outputs = list(truth["inputs"]), list(truth["outputs"])
    if len(inputs) != len(outputs):
        raise UsageError(f"a ground truth of {len(inputs)} inputs but {len(outputs)} outputs")
    return list(zip(map(str, inputs), map(str, outputs), strict=True))
