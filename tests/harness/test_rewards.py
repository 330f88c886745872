"""The only definition of a reward: correctness, format, length; None for our own failures."""

import ast
from pathlib import Path

import assay.harness
import pytest
from assay.harness.rewards import (
    RewardRules,
    format_reward,
    overlong_punishment,
    reward,
    shaped_reward,
)
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
        ("<think>a</think> so <answer>4</answer>", 0.0),
        ("a </think> so <answer>4</answer>", 0.0),
        ("so <think>a</think><answer>4</answer>", 0.0),
        (" \n<think>a</think>\n\n<answer>4</answer>\n", 1.0),
        ("<think> </think><answer>4</answer>", 0.0),
        ("<think>a</think><answer> \n</answer>", 0.0),
        (" </think><answer>4</answer>", 0.0),
        ("<answer>4</answer>", 0.0),
        ("<think>a</think></answer>4<answer>", 0.0),
        ("<think>a</think><answer>4", 0.0),
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


def test_a_wrong_completion_keeps_its_shaping() -> None:
    rules = RewardRules(format=0.5, max_tokens=100, overlong_buffer=20, overlong=2.0)
    text = "<think>a</think><answer>5</answer>"
    assert reward(wrong("incorrect", "5", "not 4"), text, 90, rules) == pytest.approx(0.5 - 1.0)
    assert reward(wrong("incorrect", "5", "not 4"), "5", 10, rules) == 0.0


def test_without_a_length_the_length_is_not_penalized() -> None:
    rules = RewardRules(max_tokens=100, overlong_buffer=20)
    assert reward(correct("4", "right"), "4", None, rules) == 1.0
    assert reward(correct("4", "right"), "4", 0, rules) == 1.0
    assert reward(correct("4", "right"), "4", 101, rules) == 0.0


def test_training_shapes_a_score_as_a_verdict_is_rewarded() -> None:
    rules = RewardRules(correctness=0.5, format=0.25, max_tokens=10, overlong_buffer=4)
    for text in ("4", "<think>a</think><answer>4</answer>"):
        for tokens in (None, 5, 8, 11):
            expected = reward(correct("4", "right"), text, tokens, rules)
            assert shaped_reward(1.0, text, tokens, rules) == expected


def test_only_one_module_composes_rewards() -> None:
    """Other modules call `reward` or `shaped_reward`; none adds up the parts of a reward itself."""
    parts = {"format_reward", "overlong_punishment"}
    fields = {"format_bonus"}
    harness = Path(assay.harness.__path__[0])
    assert (harness / "training" / "rollouts.py").is_file()
    composed = []
    for path in sorted(harness.rglob("*.py")):
        where = path.relative_to(harness).as_posix()
        # The Tinker cookbook adds the format term itself, and asks its environment for it alone.
        if where in ("rewards.py", "adapters/tinker.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = {alias.name for alias in getattr(node, "names", ()) if hasattr(alias, "name")}
            names |= {getattr(node, "id", ""), getattr(node, "attr", "")}
            if names & parts or (names & fields and where != "training/settings.py"):
                composed.append(f"{where}:{node.lineno}")
    assert composed == []


@pytest.mark.parametrize("part", ["correctness", "format", "overlong", "overlong_buffer"])
def test_a_weight_may_be_zero_but_not_negative(part: str) -> None:
    assert getattr(RewardRules(**{part: 0}), part) == 0
    with pytest.raises(ValidationError):
        RewardRules(**{part: -1})


def test_a_limit_of_one_token_is_legal_and_none_at_all_is_not() -> None:
    assert RewardRules(max_tokens=1).max_tokens == 1
    with pytest.raises(ValidationError):
        RewardRules(max_tokens=0)


def test_rules_cannot_be_changed_once_made() -> None:
    with pytest.raises(ValidationError):
        RewardRules().format = 1.0  # type: ignore[misc]


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(ValidationError):
        RewardRules(lenght=1.0)  # type: ignore[call-arg]
