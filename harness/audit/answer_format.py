"""The battery's completions, with answers written where a given checker looks for them."""

import json
import re
from typing import Literal, get_args

AnswerFormat = Literal["tags", "boxed", "plain", "hashes", "answer", "harmony", "json"]
FORMATS: tuple[AnswerFormat, ...] = get_args(AnswerFormat)
_TAGGED = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_THOUGHT = re.compile(r"<think>\n?(.*?)\n?</think>\n?", re.DOTALL)
_FINAL = "<|start|>assistant<|channel|>final<|message|>"


def write(answer: str, answer_format: AnswerFormat) -> str:
    """An answer as a model commits to it in this format."""
    match answer_format:
        case "tags":
            return f"<answer>{answer}</answer>"
        case "boxed":
            return f"\\boxed{{{answer}}}"
        case "hashes":
            return f"#### {answer}"
        case "answer":
            return f"Answer: {answer}"
        case "json":
            return json.dumps({"answer": answer}, ensure_ascii=False)
        case "harmony":
            return f"{_FINAL}{answer}<|return|>"
    return answer


def in_format(completion: str, answer_format: AnswerFormat) -> str:
    """The completion with each tagged answer written in another format; keeps its type.

    A checker that reads only boxes would refuse every gold in tags, which says nothing about how
    it compares answers. In harmony, thoughts become the channel `analysis`.
    """
    if answer_format == "tags" or not _TAGGED.search(completion):
        return completion
    replaced = _TAGGED.sub(lambda found: write(found[1], answer_format), completion)
    if answer_format == "harmony":
        replaced = _THOUGHT.sub(
            lambda found: f"<|channel|>analysis<|message|>{found[1]}<|end|>", replaced
        )
    return type(completion)(replaced)
