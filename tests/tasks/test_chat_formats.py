"""What is left of a completion once thinking, channels and special tokens are gone."""

import pytest
from assay.tasks.text.chat_formats import visible_answer

ANALYSIS = "<|channel|>analysis<|message|>It may be 7.<|end|>"
FINAL = "<|start|>assistant<|channel|>final<|message|>"
THINKING = (
    ("<think>", "</think>"), ("<THINK>", "</THINK>"), ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"), ("<reasoning>", "</reasoning>"), ("[THINK]", "[/THINK]"),
    ("<scratchpad>", "</scratchpad>"), ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"), ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"), ("<|inner_prefix|>", "<|inner_suffix|>"),
)  # fmt: skip
END_TOKENS = (
    "<|return|>", "<|im_end|>", "<|EOT|>", "</s>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>",
    "<|end|>", "<|end_of_text|>", "<eos>", "<end_of_turn>", "<|call|>", "[/INST]", "[EOS]", "<pad>",
    "<｜end▁of▁sentence｜>", "<|im_end|>\n<|endoftext|>", " </s></s>\n", "<|END_RESPONSE|>",
)  # fmt: skip


@pytest.mark.parametrize(
    ("completion", "visible"),
    [
        (f"{ANALYSIS}{FINAL}Answer: 8<|return|>", "Answer: 8"),
        (f"{ANALYSIS}{FINAL}Answer: 8", "Answer: 8"),
        (f"<|start|>assistant{ANALYSIS}{FINAL}8<|end|>", "8"),
        ("<|channel|>final<|message|>8<|return|>", "8"),
        ("<|channel|>final <|constrain|>json<|message|>[8]<|return|>", "[8]"),
        ("analysis<|message|>7<|end|><|start|>assistant<|channel|>final<|message|>8", "8"),
        ("final<|message|>8<|return|>", "8"),
        (f"{ANALYSIS}{ANALYSIS}{FINAL}7<|end|>{FINAL}8<|return|>", "8"),
        (f"{ANALYSIS}<|channel|>final<|message|>8", "8"),
        ("analysisPerhaps it is 7.assistantfinalThe answer is 8.", "The answer is 8."),
        ("analysisCall it.assistantcommentary to=f json{}assistantfinal8", "8"),
        ("analysis of the clues gives 8", "analysis of the clues gives 8"),
        ("Analysis: 8", "Analysis: 8"),
    ],
)
def test_only_the_final_channel_of_harmony_counts(completion: str, visible: str) -> None:
    assert visible_answer(completion) == visible


@pytest.mark.parametrize(
    "completion",
    [
        "<|channel|>analysis<|message|>The answer is 8",
        f"{ANALYSIS}<|start|>assistant",
        f"{ANALYSIS}{FINAL.replace('final', 'commentary')}The answer is 8<|call|>",
        f"{FINAL}8<|end|><|start|>assistant<|channel|>analysis<|message|>or 7",
        "<|channel|>final",
        "analysis<|message|>The answer is 8<|return|>",
        "analysisThe answer is 8",
    ],
)
def test_harmony_that_never_comes_to_its_final_message(completion: str) -> None:
    assert visible_answer(completion) is None


@pytest.mark.parametrize(("opening", "closing"), THINKING)
def test_thinking_is_not_seen(opening: str, closing: str) -> None:
    assert visible_answer(f"{opening}It is 7.{closing}8") == "8"
    assert visible_answer(f"It is 7.{closing}\n8") == "\n8"  # the chat template has the opening
    assert visible_answer(f"{opening}7{closing}8{opening}9{closing} 10") == " 10"
    assert visible_answer(f"{opening}It's 7.{closing}") == ""
    for unfinished in (f"{opening}The answer is 8", f"{opening}7{closing}8{opening}9", opening):
        assert visible_answer(unfinished) is None


@pytest.mark.parametrize(
    "text",
    [
        "```python\n# <think> about it\nx = 1\n```",
        'Split at "</think>" first.',
        "The tag `<think>` opens it.",
        "x<think",
        "I think > 3",
    ],
)
def test_a_tag_that_is_only_mentioned_opens_nothing(text: str) -> None:
    assert visible_answer(text) == text


@pytest.mark.parametrize("token", END_TOKENS)
def test_end_tokens_go(token: str) -> None:
    assert visible_answer(f"The answer is 8.{token}") == "The answer is 8."
    assert visible_answer(f"**8{token.strip()}**") == "**8**"
    assert visible_answer(f"**8**{token}") == "**8**"
    assert visible_answer(f"```\n8\n```{token}") == "```\n8\n```"


def test_turns_and_start_tokens_go() -> None:
    turns = "<|im_start|>assistant\n8<|im_end|>\n<|im_start|>user\nThanks, 9?<|im_end|>"
    assert visible_answer(turns) == "8"
    assert visible_answer("8<|endoftext|>Human: and 9?") == "8"
    assert visible_answer("<|START_RESPONSE|>8<|END_RESPONSE|>") == "8"
    assert visible_answer("    return x<|endoftext|>") == "    return x"
    assert visible_answer('print("<|im_end|>", 1)') == 'print("<|im_end|>", 1)'
    assert (
        visible_answer('print("<|channel|>", "<|message|>")')
        == 'print("<|channel|>", "<|message|>")'
    )
    assert visible_answer("") == ""


@pytest.mark.parametrize(
    "piece",
    [
        "<think>", "</think>", '"<think>"', "[THINK]", "```\n<think>\n", "<|im_end|>", "<s>", " * ",
        "<|channel|>analysis<|message|>", "<|message|>", "assistantfinal", "analysisA", "\n", "<|",
    ],
)  # fmt: skip
def test_repeated_marks_of_any_kind_are_read(piece: str) -> None:
    seen = visible_answer(piece * 100_000)
    assert seen is None or len(seen) <= 100_000 * len(piece)


def test_many_tokens_that_open_and_close_alike_are_read_in_steady_time() -> None:
    text = "x" + "<s>" * 600 + " the answer"
    assert visible_answer(text) == text
