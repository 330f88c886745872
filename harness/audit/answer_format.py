"""The battery's completions, with answers written where a given checker looks for them."""

import re
from typing import Literal, get_args

AnswerFormat = Literal["tags", "boxed", "plain"]
FORMATS: tuple[AnswerFormat, ...] = get_args(AnswerFormat)
_TAGGED = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


def in_format(completion: str, answer_format: AnswerFormat) -> str:
    """The completion with each tagged answer put into a LaTeX box, or bare; keeps its type.

    A checker that reads only boxes would refuse every gold in tags, which says nothing about how
    it compares answers.
    """
    if answer_format == "tags" or not _TAGGED.search(completion):
        return completion
    boxed = answer_format == "boxed"
    replaced = _TAGGED.sub(
        lambda found: f"\\boxed{{{found[1]}}}" if boxed else found[1], completion
    )
    return type(completion)(replaced)
