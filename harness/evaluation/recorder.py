"""Verify completions and write their records."""

from typing import Any

from ...tasks import Verdict
from ..backends.contract import Completion
from ..checking import Engine
from ..results import SampleWriter
from .endings import judged
from .live import LiveView
from .plan import SampleKey, prompt_hash


class _UnknownError(Exception):
    """No verdict is stored."""


class Recorder:
    """Verifies completions and writes their records; any thread may call."""

    def __init__(
        self,
        writer: SampleWriter,
        view: LiveView,
        done: set[SampleKey],
        engine: Engine,
    ) -> None:
        self.done = done
        self._engine = engine
        self._writer = writer
        self._view = view

    def verify(self, completion: Completion) -> None:
        """Check one completion and write its record."""
        request = completion.request

        def check(text: str) -> Verdict:
            return self._engine.verify_one(request.suite, request.problem, text)

        self._record(completion, judged(completion, check))

    def record_known(self, completion: Completion) -> bool:
        """Write the record of a completion whose verdict is stored; whether it is."""
        request = completion.request

        def check(text: str) -> Verdict:
            known = self._engine.known(request.suite, request.problem, text)
            if known is None:
                raise _UnknownError
            return known

        try:
            verdict = judged(completion, check)
        except _UnknownError:
            return False
        self._record(completion, verdict)
        return True

    def _record(self, completion: Completion, verdict: Verdict) -> None:
        self._writer.append(record_of(completion, verdict))
        self._view.add(completion, verdict)

    def skip(self, completion: Completion) -> None:
        """Count a request that failed. It gets no record, so that resuming asks for it again."""
        self._view.fail(completion)


def record_of(completion: Completion, verdict: Verdict) -> dict[str, Any]:
    """One line of `samples.jsonl`. It holds no timing, so that equal runs are equal files."""
    request = completion.request
    return {
        "suite": request.suite.name,
        "problem_id": request.problem.id,
        "sample": request.sample,
        "prompt_hash": prompt_hash(request),
        "completion": completion.text,
        "finish_reason": completion.finish_reason,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        "thinking_tokens": completion.thinking_tokens,
        "cached_tokens": completion.cached_tokens,
        "verdict": verdict.model_dump(mode="json", exclude={"seconds"}),
        **({"error": completion.error} if completion.error else {}),
        **({"logprobs": completion.logprobs} if completion.logprobs else {}),
    }
