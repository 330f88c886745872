"""A suite as a taskset of Prime Intellect's `verifiers` v1. Contract of verifiers 0.4.

Its commands and prime-rl load a taskset by the name of a module that exports the class:

    from assay.harness.adapters.prime import taskset_class
    Gsm8kTaskset = taskset_class("gsm8k")
    __all__ = ["Gsm8kTaskset"]

A task carries the id of its problem, never the answer.
"""

import asyncio
from typing import Any

from ...tasks import Suite
from ..checking import Engine, engine_of
from ..lookup import load_answers
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from .frameworks import framework_module
from .messages import assistant_text


def as_taskset(
    task: str,
    rules: RewardRules = CORRECTNESS_ONLY,
    engine: str | Engine = "local",
    **options: Any,
) -> Any:
    """The suite `task`, loaded with `options`, as a `verifiers.v1.Taskset`.

    A `checker_error` raises inside scoring: verifiers records it on the trace and the trainer
    drops the rollout, whereas it would train on a 0. Raises UsageError when verifiers
    is not installed, the task is unknown, or it has programs and no sandbox works.
    """
    suite = _proved_suite(task, engine, options)
    return _bound_class(suite, rules, engine)(_config(suite))


def taskset_class(
    task: str,
    rules: RewardRules = CORRECTNESS_ONLY,
    engine: str | Engine = "local",
    **options: Any,
) -> type[Any]:
    """The class of `as_taskset`, for a module that verifiers loads by its name.

    Raises UsageError when verifiers is not installed, the task is unknown, or it has programs and
    no sandbox works.
    """
    return _bound_class(_proved_suite(task, engine, options), rules, engine)


def _proved_suite(task: str, engine: str | Engine, options: dict[str, Any]) -> Suite:
    suite = load_answers(task, **options)
    if suite.domain == "code":
        engine_of(engine).checks.prove_programs()
    return suite


def _verifiers() -> Any:
    return framework_module("verifiers", "verifiers.v1")


def _config(suite: Suite) -> Any:
    return _verifiers().TasksetConfig(id=f"assay/{suite.name.replace(':', '-')}")


def _bound_class(suite: Suite, rules: RewardRules, engine: str | Engine) -> type[Any]:
    """Subclasses of verifiers' classes for one suite; made here because verifiers is optional."""
    vf = _verifiers()

    class AssayData(vf.TaskData):  # type: ignore[misc, name-defined]
        """What verifiers knows of a problem: its prompt and its id."""

    class AssayTask(vf.Task[AssayData]):  # type: ignore[misc, name-defined]
        """One problem, scored by the suite's verdict."""

        @property
        def key(self) -> str:
            return f"{suite.name}/{self.data.id}"

        @vf.reward  # type: ignore[untyped-decorator]
        async def verdict(self, trace: vf.Trace) -> float:  # type: ignore[name-defined]
            """The reward of the last reply."""
            problem = suite.find(self.data.id)
            text = assistant_text(trace.last_reply or "", 1)
            begun = engine_of(engine).begin(suite, problem, text)
            found = await asyncio.wrap_future(begun)
            trace.info["assay"] = found.model_dump(exclude={"meta"})
            value = reward(found, text, trace.num_output_tokens or None, rules)
            if value is None:
                raise RuntimeError(f"checker_error: {found.reason}")
            return value

        async def validate(self, runtime: Any) -> bool | None:
            """Whether the checker accepts the suite's own gold; None where there is none."""
            problem = suite.find(self.data.id)
            gold = suite.gold(problem)
            if gold is None:
                return None
            begun = engine_of(engine).begin(suite, problem, gold)
            return (await asyncio.wrap_future(begun)).correct

    class AssayTaskset(vf.Taskset[AssayTask, vf.TasksetConfig]):  # type: ignore[misc, name-defined]
        """The problems of the suite, in order."""

        def load(self) -> Any:
            for problem in suite:
                data = AssayData(id=problem.id, name=problem.id, prompt=problem.prompt)
                yield AssayTask(data, self.config.task)

    return AssayTaskset
