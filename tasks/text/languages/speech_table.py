"""Who says a sentence, and in which mood: the words that tell it, as data, one table per language."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Speech:
    """The words of one language that take a sentence from its author, or that leave it to him."""

    reports: tuple[str, ...] = ()
    """Verbs of saying, writing and thinking, and sources: "claims", "according to"."""
    supposes: tuple[str, ...] = ()
    """What makes a sentence a supposition or a fiction: "suppose", "if", "in a world where"."""
    conditions: tuple[str, ...] = ()
    """The words for "if": a condition about values is reasoning, any other supposes."""
    unreal: tuple[str, ...] = ()
    """Verb forms that make a condition contrary to fact."""
    concludes: tuple[str, ...] = ()
    """What begins a clause of the author's own after a report or a condition: "so", "thus"."""
    selves: tuple[str, ...] = ()
    """The first person: a report of its own is an assertion, a later word of it may take back."""
    persons: tuple[str, ...] = ()
    """Nouns of people: a label that names one is a speaker."""
    labels: tuple[str, ...] = ()
    """What may stand before a colon and an answer beside the nouns for "answer"."""
    authorities: tuple[str, ...] = ()
    """What is no person and may be cited: "theorem", "formula"."""
    courtesies: tuple[str, ...] = ()
    """What opens a closing courtesy: "let me know", "hope this helps"."""
    approves: tuple[str, ...] = ()
    """The words of a closing remark that leaves the answer as it is."""
    tentative: tuple[str, ...] = ()
    """What makes any quantity another than the final one: "draft", "estimated", "wrong"."""
    otherwise: tuple[str, ...] = ()
    """What makes an answer another than the final one: "first", "someone else's"."""
    either: tuple[str, ...] = ()
    """The words for "or" between two values."""
    both: tuple[str, ...] = ()
    """The words for "and" between two values."""
