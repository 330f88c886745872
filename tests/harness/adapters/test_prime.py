"""The taskset with the real `verifiers` package; skips where it is not installed."""

import asyncio

import pytest

vf = pytest.importorskip("verifiers.v1", reason="verifiers 0.4 is not installed")

from assay.harness.adapters.prime import as_taskset  # noqa: E402
from assay.tasks import load  # noqa: E402


def _trace(task: "vf.Task", reply: str) -> "vf.Trace":
    node = vf.MessageNode(
        parent=None, message=vf.AssistantMessage(content=reply), sampled=True, token_ids=[1, 2]
    )
    return vf.Trace(
        task=vf.TraceTask(type="t", data=task.data),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
        nodes=[node],
    )


def test_a_taskset_yields_the_problems_without_their_answers() -> None:
    suite = load("boolean_circuits", size=5)
    tasks = list(as_taskset("boolean_circuits", size=5))
    assert [task.data.prompt for task in tasks] == [problem.prompt for problem in suite]
    assert all("answer" not in task.data.model_dump() for task in tasks)
    assert len({task.key for task in tasks}) == 5


def test_rewards_are_the_verdicts() -> None:
    suite = load("boolean_circuits", size=3)
    for task, problem in zip(as_taskset("boolean_circuits", size=3), suite, strict=True):
        for reply, value in ((suite.gold(problem), 1.0), ("no idea", 0.0)):
            trace = _trace(task, reply)
            asyncio.run(task.score(trace))
            assert trace.rewards["verdict"].value == value
            assert trace.info["assay"]["status"] in ("correct", "no_answer", "incorrect")
        assert asyncio.run(task.validate(None)) is True


def test_a_checker_error_is_no_reward(monkeypatch: pytest.MonkeyPatch) -> None:
    task = next(iter(as_taskset("boolean_circuits", size=1)))
    from assay.tasks.suite import GeneratedSuite

    monkeypatch.setattr(GeneratedSuite, "find", lambda self, problem_id: 1 / 0)
    trace = _trace(task, "anything")
    with pytest.raises(vf.TaskError):
        asyncio.run(task.score(trace))
    assert trace.rewards["verdict"] is None
