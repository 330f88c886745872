"""Reward workers with rewards that work, fail, hang or crash."""

import time

import pytest
from assay.harness.training.reward_pool import RewardPool
from assay.harness.training.reward_worker import RewardRequest
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load

PROBLEM = Problem("p-1", "s", "say 1", "1")


def judge(source, count=1, timeout=30.0, workers=1):
    with RewardPool(source, workers, timeout) as pool:
        jobs = [RewardRequest({}, PROBLEM, "1" * i, source) for i in range(count)]
        return [future.result() for future in [pool.submit(request) for request in jobs]]


def test_callable(rewards):
    results = judge("training_rewards:by_length", 3)
    assert [r.score for r in results] == [0.0, 1.01, 2.02]


@pytest.mark.parametrize(
    ("name", "status"), [("none", "none"), ("raises", "raised"), ("nan", "not_finite")]
)
def test_no_reward_is_reported_not_zero(rewards, name, status):
    for result in judge(f"training_rewards:{name}", 2):
        assert (result.status, result.score) == (status, None)
        assert result.reason


def test_hang_is_killed_and_the_next_one_is_served(rewards):
    started = time.perf_counter()
    results = judge("training_rewards:hangs", 2, timeout=2.0)
    assert [r.status for r in results] == ["hung", "hung"]
    assert [r.score for r in results] == [None, None]
    assert time.perf_counter() - started < 60


def test_dead_worker_is_replaced(rewards):
    results = judge("training_rewards:dies", 2)
    assert [(r.status, r.score) for r in results] == [("died", None)] * 2
    assert "code 7" in results[0].reason


def test_what_a_reward_prints_is_not_an_answer(rewards):
    assert [r.score for r in judge("training_rewards:talks", 2)] == [0.25, 0.25]


def test_verdicts_are_those_of_the_suite():
    spec = {"name": "boolean_circuits", "split": "train", "seed": 3, "size": 4, "difficulty": 1}
    suite = load(**spec)
    with RewardPool("verdict", 2) as pool:
        futures = []
        for problem in suite:
            for text in (suite.gold(problem), suite.wrong(problem), "", "<think>never ends"):
                futures.append(
                    (problem, text, pool.submit(RewardRequest(spec, problem, text, "verdict")))
                )
        for problem, text, future in futures:
            verdict = suite.verify(problem, text)
            assert (future.result().status, future.result().score) == (
                verdict.status,
                verdict.score,
            )


@pytest.mark.parametrize("source", ["nowhere", "no_such_module:f", "os:no_such_function", "os:sep"])
def test_bad_source_is_refused(source):
    with pytest.raises(UsageError, match="reward source"):
        RewardPool(source, 1)
