"""Finds the thought in a completion: `<think>...</think>`, or one that is not closed.

Some chat templates open the thought in the prompt, so a completion may hold only its end.
"""

OPEN, CLOSE = "<think>", "</think>"


def thought_of(text: str, opened: bool = False) -> str | None:
    """The thought that a completion begins with, tags included; None when there is none.

    `opened`: the prompt opened the thought, so without an end tag all of `text` is thought.
    """
    before, closed, _ = text.rpartition(CLOSE)
    if closed:
        return before + closed
    at = text.find(OPEN)
    if at >= 0:
        return text[at:]
    return text if opened and text else None


def estimated_thinking(text: str, tokens: int | None) -> int | None:
    """The thought's tokens, estimated from its share of the characters; None when unknown.

    For servers that do not count the tokens of the thought.
    """
    thought = thought_of(text)
    if tokens is None or thought is None:
        return None
    return round(tokens * len(thought) / len(text))
