"""Closed classes of words."""


def vocabulary(words: str) -> frozenset[str]:
    """The words of a text, which spaces part."""
    return frozenset(words.split())


def by_last_letter(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The phrases by their last letter, each group in the order of the phrases."""
    found: dict[str, list[str]] = {}
    for phrase in filter(None, phrases):
        found.setdefault(phrase[-1], []).append(phrase)
    return {letter: tuple(group) for letter, group in found.items()}
