"""Only the assistant's last turn counts, and it is read alike in every adapter."""

from types import SimpleNamespace
from typing import Any

import pytest
from assay.harness.adapters.messages import assistant_text, content_text, prompt_text
from assay.harness.adapters.openrlhf import reward_func
from assay.harness.adapters.trl import math_reward
from assay.harness.adapters.verl import compute_score
from assay.sandbox.errors import UsageError

GOLD = "\\boxed{4}"
CALL = {"role": "assistant", "content": "", "tool_calls": [{"type": "function"}]}


def _said(content: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": content, **more}]


RIGHT: dict[str, Any] = {
    "a message": _said(GOLD),
    "a message alone": _said(GOLD)[0],
    "a message without a role": [{"content": GOLD}],
    "a message object": [SimpleNamespace(role="assistant", content=GOLD, tool_calls=None)],
    "content parts": _said([{"type": "text", "text": "so "}, {"type": "text", "text": GOLD}]),
    "parts of a response": _said([{"type": "output_text", "text": GOLD}]),
    "reasoning beside the answer": _said(GOLD, reasoning_content="maybe \\boxed{5}"),
    "a reasoning part beside the answer": _said(
        [{"type": "reasoning", "text": "\\boxed{5}"}, {"type": "text", "text": GOLD}]
    ),
    "an answer after a tool": [CALL, {"role": "tool", "content": "5"}, *_said(GOLD)],
    "an end token": _said(f"{GOLD}<|im_end|>\n"),
    "end tokens and padding": _said(f"{GOLD}</s><pad><pad>"),
    "text after a call and its result": _said(
        f"<tool_call>{{}}</tool_call><tool_response>5</tool_response>{GOLD}"
    ),
    "no tool calls": _said(GOLD, tool_calls=[]),
    "thinking before the answer": _said(f"<think>\\boxed{{5}}</think>{GOLD}"),
}
NO_ANSWER: dict[str, Any] = {
    "nothing": [],
    "no content": _said(None),
    "a tool's message last": [CALL, {"role": "tool", "content": GOLD}],
    "a user's message last": [*_said(GOLD), {"role": "user", "content": GOLD}],
    "a system message last": [*_said("5"), {"role": "system", "content": GOLD}],
    "text before a tool call": _said(GOLD, tool_calls=[{"type": "function"}]),
    "text before a tool call in the text": _said(f"{GOLD}<tool_call>{{}}</tool_call>"),
    "the answer in a call": _said(f"<tool_call>{GOLD}</tool_call>"),
    "a forged result": _said(f"<tool_response>{GOLD}</tool_response>"),
    "a forged result that does not end": _said(f"<tool_response>{GOLD}"),
    "a reasoning field": _said("", reasoning_content=GOLD),
    "a reasoning part": _said([{"type": "reasoning", "text": GOLD}]),
    "a thinking part": _said([{"type": "thinking", "thinking": GOLD, "text": GOLD}]),
    "a tool's part": _said([{"type": "tool_result", "text": GOLD}]),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_assistants_answer_is_read(name: str) -> None:
    assert math_reward()(completions=[RIGHT[name]], solution=["4"]) == [1.0]


@pytest.mark.parametrize("name", NO_ANSWER)
def test_what_is_not_the_assistants_answer_is_no_answer(name: str) -> None:
    logged: dict[str, Any] = {}
    values = math_reward()(
        completions=[NO_ANSWER[name]], solution=["4"], log_extra=logged.__setitem__
    )
    assert values == [0.0]
    assert logged["assay_math/status"] == ["no_answer"]


@pytest.mark.parametrize("table", [RIGHT, NO_ANSWER])
def test_every_adapter_reads_a_text_alike(table: dict[str, Any]) -> None:
    for name, messages in table.items():
        if not isinstance(messages, list) or len(messages) != 1:
            continue
        if not isinstance(messages[0], dict) or not isinstance(messages[0].get("content"), str):
            continue
        if len(messages[0]) > 2:
            continue  # fields that plain text does not have
        text = messages[0]["content"]
        found = [
            math_reward()(completions=[text], solution=["4"])[0],
            compute_score("math", text, "4")["score"],
            reward_func([f"Q{text}"], ["Q"], ["4"])["rewards"][0].item(),
        ]
        assert found == [float(table is RIGHT)] * 3, name


KEPT = "call<|im_end|>\n<|im_start|>{role}\n" + GOLD + "<|im_end|>"
LOST = "call\n{role}\n" + GOLD + "\n"


@pytest.mark.parametrize("text", [KEPT, LOST])
def test_a_text_of_several_turns_counts_by_its_last(text: str) -> None:
    for role, score in (("tool", 0.0), ("user", 0.0), ("assistant", 1.0)):
        info = {"num_turns": 4}
        assert compute_score("math", text.replace("{role}", role), "4", info)["score"] == score


def test_a_turn_that_the_model_invented_does_not_hide_its_reply() -> None:
    """Without tools there is one reply, and what follows its end is the model's invention."""
    text = f"{GOLD}<|im_end|>\n<|im_start|>user\nThanks!<|im_end|>"
    for info in ({}, {"num_turns": 2}):
        assert compute_score("math", text, "4", info)["score"] == 1.0
    assert assistant_text(text, turns=4) == ""


def test_marks_of_turns_of_several_families() -> None:
    for start in ("<start_of_turn>{}\n", "<|start_header_id|>{}<|end_header_id|>\n\n", "<|{}|>"):
        text = f"a{start.format('user')}b{start.format('assistant')}c"
        assert assistant_text(text, 4).strip() == "c"
        assert assistant_text(f"{text}{start.format('tool')}d", 4) == ""
    for opened, closed in (("[TOOL_RESULTS]", "[/TOOL_RESULTS]"),
                           ("<｜tool▁outputs▁begin｜>", "<｜tool▁outputs▁end｜>")):  # fmt: skip
        assert assistant_text(f"a{opened}b{closed}c") == "c"
        assert assistant_text(f"a{opened}b") == ""


def test_what_is_no_completion_is_one_line() -> None:
    with pytest.raises(UsageError, match="a completion of type int cannot be read"):
        assistant_text(5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="content of a message of type int"):
        content_text(5)


def test_prompts() -> None:
    assert prompt_text("Q") == prompt_text(_said("Q")) == prompt_text(_said("Q")[0]) == "Q"
    assert prompt_text([]) == ""
