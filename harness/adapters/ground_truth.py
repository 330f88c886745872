"""A verdict from what a trainer's row carries: a problem id of ours, or a bare ground truth."""

import json
from collections.abc import Mapping
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
    Raises UsageError for a source that nothing here can verify.
    """
    task = task_of(source)
    if task is not None and info.get("problem_id") is not None:
        suite, problem = lookup.by_id(task, str(info["problem_id"]))
        return suite.verify(problem, completion)
    cases = _cases(truth)
    if cases is not None and (source in CODE_SOURCES or task is not None or _is_code(info)):
        from ...tasks.code.verifier import verify_stdio

        return verify_stdio(completion, cases)
    if source.startswith(MATH_SOURCES) or task is not None or info.get("ability") == "math":
        from ...tasks.math.verifier import verify_math

        return verify_math(str(truth), completion)
    raise UsageError(
        f"data source {source!r} is no task of assay and no known set: name it 'assay/TASK' and "
        "put the id in extra_info['problem_id'], or set extra_info['ability'] to 'math'"
    )


def _is_code(info: Mapping[str, Any]) -> bool:
    return info.get("ability") == "code"


def _cases(truth: Any) -> list[tuple[str, str]] | None:
    """(stdin, stdout) pairs of a `{"inputs": [...], "outputs": [...]}` ground truth, or None."""
    if isinstance(truth, str) and truth.lstrip().startswith("{"):
        try:
            truth = json.loads(truth)
        except json.JSONDecodeError:
            return None
    if not isinstance(truth, Mapping) or not {"inputs", "outputs"} <= truth.keys():
        return None
    return list(zip(map(str, truth["inputs"]), map(str, truth["outputs"]), strict=True))
