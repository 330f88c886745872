"""What an ending means for the verdict, and what to tell the user about the endings of a run."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...tasks import Verdict
from ...tasks.verdict import wrong
from ..backends.contract import Completion

MORE = "7"
"""Text that a cut completion is continued with, to see whether its answer was committed."""
TOLERATED = 0.02
"""The share of answers that may end otherwise than by stop without a warning."""
REASONS = {
    "content_filter": "the server's content filter withheld the answer",
    "refusal": "the model refused to answer",
    "tool_calls": "the model called a tool instead of answering",
    "empty": "the model ended without an answer",
    "context_overflow": "the prompt does not fit the model's context",
}
ADVICE = {
    "length": "raise --max-tokens (now {max_tokens})",
    "context_overflow": "lower --max-tokens (now {max_tokens}), use fewer examples in the prompt, "
    "or serve the model with a longer context",
    "content_filter": "loosen the server's content filter",
    "refusal": "change the prompt, as with --system",
    "tool_calls": "switch the server's tool calls off, as with --request tool_choice=none",
    "empty": "raise --max-tokens (now {max_tokens}), or look at the server's chat template",
}


def judged(completion: Completion, check: Callable[[str], Verdict]) -> Verdict:
    """The verdict of a completion: what `check` says of its text, and what its ending adds.

    A completion that the token limit cut is truncated, unless its answer was committed before
    the cut: then the same answer is read whatever follows. An answer that never came is none.
    """
    reason = REASONS.get(completion.finish_reason)
    if completion.finish_reason == "context_overflow":
        return wrong("no_answer", None, f"{reason}: {completion.error or ''}".rstrip(": "))
    verdict = check(completion.text)
    if completion.finish_reason == "length" and verdict.score is not None:
        return verdict if _committed(verdict, completion.text, check) else verdict.model_copy(
            update={"status": "truncated", "score": 0.0,
                    "reason": f"the token limit cut the answer ({verdict.reason})"}
        )  # fmt: skip
    if reason is not None and verdict.status == "no_answer":
        return verdict.model_copy(update={"reason": reason})
    return verdict


def _committed(verdict: Verdict, text: str, check: Callable[[str], Verdict]) -> bool:
    """Whether the same answer is read when the text continues."""
    if verdict.status == "no_answer" or verdict.extracted is None:
        return False
    return check(text + MORE).extracted == verdict.extracted


def counted(endings: Counter[str]) -> dict[str, int]:
    """The endings as plain data, most frequent first."""
    return dict(endings.most_common())


def warnings(suites: Mapping[str, Mapping[str, Any]], max_tokens: int) -> Iterator[str]:
    """One line for each ending but stop that is too frequent in a suite, with what to change."""
    for name, numbers in suites.items():
        endings: Mapping[str, int] = numbers.get("endings", {})
        total = sum(endings.values())
        if not total or 1 - endings.get("stop", 0) / total <= TOLERATED:
            continue
        for ending, count in endings.items():
            advice = ADVICE.get(ending)
            if advice is not None:
                yield (
                    f"{name}: {count} of {total} answers ({count / total:.1%}) ended by {ending}: "
                    f"{advice.format(max_tokens=max_tokens)}"
                )
