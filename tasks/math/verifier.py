"""The math verifier: `verify_math(gold, completion)` and `equivalent(gold, answer)`.

docs/math_policy.md states what counts as equal. Everything is bounded: the cheap stages by caps
that are checked before a value is built, the algebra by a worker that is killed at a deadline.
Any thread may call, inside an event loop too.
"""

import logging
import time

from ..text import final_answer
from ..verdict import Verdict, checker_error, correct, wrong
from .grading.decision import Way, conflicts, decide, warm
from .grading.rules import EXACT, Rules
from .grading.stated_values import shape_of
from .values.evaluation import work_limit

__all__ = ["EXACT", "Rules", "equivalent", "verify_math", "warm"]

_log = logging.getLogger(__name__)
_KEPT = 20_000
"""Characters of an input that are kept when the verifier itself fails."""
_LOGGED = 500
"""Characters of an input that are logged when it does."""


def verify_math(
    gold: str, completion: str, *, rules: Rules = EXACT, strict: bool = True
) -> Verdict:
    """Decide whether the final answer of a completion is the gold.

    `strict=False` also reads prose that is not understood to the last word, for the evaluation of
    chatty models; `meta["reading"]` says which reading decided.

    `rules` relaxes single rules (tolerance, percent, units); the verdict's meta names them.
    Never raises for what a model wrote; an empty gold is a `checker_error`, and so is a fault of
    the verifier, with the input in its meta.
    """
    started = time.perf_counter()
    try:
        with work_limit():
            verdict = _judged(gold, completion, rules, strict)
    except Exception as error:
        _log.exception("the math verifier failed")
        reason = f"the math verifier failed: {type(error).__name__}: {error}"[:500]
        verdict = checker_error(reason, gold=gold[:_KEPT], completion=completion[-_KEPT:])
    return verdict.model_copy(update={"seconds": time.perf_counter() - started})


def _judged(gold: str, completion: str, rules: Rules, strict: bool) -> Verdict:
    """The verdict of the strict reading; of the lenient one where it alone finds the gold."""
    verdict = _verify(gold, completion, rules, True)
    if strict or verdict.correct or verdict.status == "checker_error":
        return verdict
    lenient = _verify(gold, completion, rules, False)
    decided = lenient if lenient.correct else verdict
    reading = "lenient" if lenient.correct else "strict"
    return decided.model_copy(update={"meta": decided.meta | {"reading": reading}})


def _verify(gold: str, completion: str, rules: Rules, strict: bool) -> Verdict:
    if not isinstance(gold, str) or not gold.strip(" \t\r\n$"):
        return checker_error("the gold answer is empty: the problem has no answer to compare with")
    if not isinstance(completion, str):
        return checker_error(f"a completion is text, not {type(completion).__name__}")
    found = final_answer(completion, shape_of(gold, strict), strict)
    if found.text is None:
        return wrong("no_answer", None, found.reason, how=found.how, truncated=found.truncated)
    if found.doubt and not found.candidates:
        return wrong("incorrect", found.text[:2_000], found.doubt, how=found.how, stage="doubt")
    way = Way(found.language, strict, found.how not in ("whole", "final_line"))
    decision = decide(gold, found.text, rules, way)
    if decision.status == "correct" and found.unit and conflicts(gold, found.unit, rules):
        reason = "the words behind the box are another unit than the gold's"
        return wrong("incorrect", found.text[:2_000], reason, how=found.how, stage="unit")
    meta = {"how": found.how, "stage": decision.stage}
    if relaxed := rules.relaxed():
        meta["relaxed"] = relaxed  # type: ignore[assignment]
    # A verdict is kept and sent: what no answer is long enough to be is not kept whole.
    extracted = found.text[:2_000].encode("utf-8", "replace").decode("utf-8")
    if decision.status == "correct":
        return correct(extracted, decision.reason, **meta)
    if decision.status == "checker_error":
        return checker_error(decision.reason, **meta)
    return wrong(decision.status, extracted, decision.reason, **meta)


def equivalent(gold: str, answer: str, *, rules: Rules = EXACT) -> bool:
    """Whether an answer, already extracted, equals the gold. False for an empty gold.

    Never raises for any text. False also when the verifier itself fails, which is logged:
    `verify_math` tells a failure from a difference by its status.
    """
    if not gold.strip() or not answer.strip():
        return False
    try:
        with work_limit():
            decision = decide(gold, answer, rules)
    except Exception:
        _log.exception("the math verifier failed on %r and %r", gold[:_LOGGED], answer[:_LOGGED])
        return False
    if decision.status == "checker_error":
        _log.error("%r and %r: %s", gold[:_LOGGED], answer[:_LOGGED], decision.reason)
    return decision.status == "correct"
