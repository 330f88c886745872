"""The one definition of reward: correctness, format, length; None for our own failures."""

import pytest
from assay.harness.rewards import RewardRules, format_reward, overlong_punishment, reward
from assay.tasks.verdict import checker_error, correct, wrong
from pydantic import ValidationError


def test_a_checker_error_is_no_reward_at_all() -> None:
    rules = RewardRules(format=0.5, max_tokens=10, overlong_buffer=4)
    text = "<think>a</think><answer>b</answer>"
    assert reward(checker_error("the daemon is gone"), text, 5, rules) is None


def test_correctness_is_the_score() -> None:
    assert reward(correct("4", "right")) == 1.0
    assert reward(wrong("incorrect", "5", "not 4")) == 0.0


@pytest.mark.parametrize(
    ("completion", "value"),
    [
        ("<think>2+2</think>\n<answer>4</answer>", 1.0),
        (" 2+2 </think><answer>4</answer>", 1.0),  # the template opened the thought
        ("<think>2+2</think> 4", 0.0),
        ("<answer>4</answer><think>2</think>", 0.0),
        ("<think></think><answer>4</answer>", 0.0),
        ("<think>a</think><answer></answer>", 0.0),
        ("<think>a</think><answer>4</answer> and more", 0.0),
        ("<think>a<think>b</think><answer>4</answer>", 0.0),
        ("<think>a</think><answer>4</answer><answer>5</answer>", 0.0),
        ("", 0.0),
    ],
)
def test_format_reward(completion: str, value: float) -> None:
    assert format_reward(completion) == value


def test_overlong_punishment_is_equation_13_of_dapo() -> None:
    assert overlong_punishment(80, 100, 20) == 0.0
    assert overlong_punishment(90, 100, 20) == pytest.approx(-0.5)
    assert overlong_punishment(100, 100, 20) == pytest.approx(-1.0)
    assert overlong_punishment(101, 100, 20) == -1.0
    assert overlong_punishment(100, 100, 0) == 0.0


def test_parts_add_up_with_their_weights() -> None:
    rules = RewardRules(correctness=2.0, format=0.5, max_tokens=100, overlong_buffer=20)
    text = "<think>a</think><answer>4</answer>"
    assert reward(correct("4", "right"), text, 90, rules) == pytest.approx(2.0 + 0.5 - 0.5)


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(ValidationError):
        RewardRules(lenght=1.0)  # type: ignore[call-arg]
