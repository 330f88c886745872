"""Verify completions and write their records, with a progress bar for each suite."""

import threading
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from tqdm import tqdm

from ...tasks import Verdict
from ..backends.contract import Completion
from ..checking import Engine
from ..results import SampleWriter
from .endings import judged
from .plan import SampleKey, TaskPlan, prompt_hash


class Recorder:
    """Verifies completions and writes their records; any thread may call."""

    def __init__(
        self,
        writer: SampleWriter,
        plans: Sequence[TaskPlan],
        done: set[SampleKey],
        progress: bool,
        engine: Engine,
    ) -> None:
        self.done = done
        self._engine = engine
        self._writer = writer
        self._lock = threading.Lock()
        self._bars = {
            plan.suite.name: _Bar(plan, sum(key[0] == plan.suite.name for key in done), progress)
            for plan in plans
        }

    def verify(self, completion: Completion) -> None:
        """Check one completion and write its record."""
        request = completion.request

        def check(text: str) -> Verdict:
            return self._engine.begin(request.suite, request.problem, text).result()

        verdict = judged(completion, check)
        self._writer.append(record_of(completion, verdict))
        with self._lock:
            self._bars[request.suite.name].add(completion, verdict)

    def skip(self, completion: Completion) -> None:
        """Count a request that failed. It gets no record, so that resuming asks for it again."""
        with self._lock:
            self._bars[completion.request.suite.name].fail()

    def close(self) -> None:
        """Close the bars."""
        for bar in self._bars.values():
            bar.close()


class _Bar:
    """The live numbers of one suite; the bar appears with its first sample."""

    def __init__(self, plan: TaskPlan, done: int, progress: bool) -> None:
        self.plan = plan
        self.done = done
        self.progress = progress
        self.scored = self.correct = self.tokens = self.failed = 0
        self.started = perf_counter()
        self._bar: tqdm[Any] | None = None

    def add(self, completion: Completion, verdict: Verdict) -> None:
        """Count one verdict."""
        self.scored += verdict.score is not None
        self.correct += verdict.correct
        self.tokens += completion.completion_tokens or 0
        bar = self._show()
        bar.update()
        if bar.n == bar.total:
            bar.close()

    def fail(self) -> None:
        """Count one failed request."""
        self.failed += 1
        self._show()

    def close(self) -> None:
        """Close the bar if it was shown."""
        if self._bar is not None:
            self._bar.close()

    def _show(self) -> "tqdm[Any]":
        if self._bar is None:
            self.started = perf_counter()
            self._bar = tqdm(
                total=self.plan.size(), initial=self.done, desc=self.plan.suite.name,
                disable=not self.progress, unit="sample", dynamic_ncols=True,
            )  # fmt: skip
        shown: dict[str, Any] = {}
        if self.scored:
            shown["accuracy"] = f"{self.correct / self.scored:.1%}"
        if self.tokens:
            shown["tok/s"] = f"{self.tokens / (perf_counter() - self.started):.0f}"
        if self.failed:
            shown["failed"] = self.failed
        self._bar.set_postfix(shown, refresh=False)
        return self._bar


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
