"""Closed classes of words."""


def vocabulary(words: str) -> frozenset[str]:
    """The words of a text, which spaces part."""
    return frozenset(words.split())
