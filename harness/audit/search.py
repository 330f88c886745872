"""Search for completions that a checker pays for without being right.

Wrong completions are changed at random, with the words that the checker's own code holds. One that
runs lines which no earlier one ran is kept and changed further, so that a condition behind another
is reached step by step.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from .guard import GuardedCall
from .mining import Mined
from .probes import BROKEN, PRAISE, Target

Observe = Callable[[str], GuardedCall | None]
"""Calls the checker; None when it raised or hung."""
_KEPT = 400
_LONGEST = 20_000


def search(
    observe: Observe, target: Target, mined: Mined, rng: random.Random, budget: int
) -> Iterator[tuple[str, GuardedCall]]:
    """The completions that scored, of `budget` tried. None of them holds the gold."""
    corpus = [target.write(target.wrong), target.wrong, f"So.\n{target.write(target.wrong)}", ""]
    usual = [*PRAISE, *BROKEN, target.write(target.wrong), target.write("")]
    usual += [letter for word in mined.words for letter in dict.fromkeys(word)][:200]
    reached: set[int] = set()
    for turn in range(budget):
        start = max(0, len(corpus) - (4, 30, 4, _KEPT)[turn % 4])
        text = _changed(
            corpus[rng.randrange(start, len(corpus))], (mined.words, usual), mined.numbers, rng
        )
        if target.gold in text or len(text) > _LONGEST:
            continue
        seen = observe(text)
        if seen is None:
            continue
        if not seen.lines <= reached and len(corpus) < _KEPT:
            reached |= seen.lines
            corpus.append(text)
        if seen.score is not None and seen.score > 0:
            yield text, seen


def _changed(
    text: str,
    words: tuple[Sequence[str], Sequence[str]],
    numbers: Sequence[int],
    rng: random.Random,
) -> str:
    """A text changed in one to three places; half of the words are the checker's own."""
    own, usual = words
    for _ in range(rng.randint(1, 3)):
        word = rng.choice(own if own and rng.random() < 0.5 else usual)
        place = rng.randint(0, len(text))
        match rng.randrange(9):
            case 0 | 1:
                text = f"{text}{rng.choice([' ', chr(10), ''])}{word}"
            case 2:
                text = f"{word}{rng.choice([' ', chr(10), ''])}{text}"
            case 3:
                text = text[:place] + word + text[place:]
            case 4:
                text = text[:place] + text[place + rng.randint(1, 8) :]
            case 5:
                text = f"{text}\n{text}"
            case 6 | 8:
                text = f"{text}\n" + f"{word} " * rng.choice([3, 5, 10, *numbers[:20]])
            case 7:
                text = rng.choice([text.upper(), text.lower(), text[::-1], word])
        text = text[:_LONGEST]
    return text


def shortest(text: str, still: Callable[[str], bool], budget: int = 120) -> str:
    """A shorter text for which `still` holds, by taking pieces out; at most `budget` tries."""
    size = max(len(text) // 2, 1)
    while size >= 1 and budget > 0:
        place, shorter = 0, False
        while place < len(text) and budget > 0:
            candidate = text[:place] + text[place + size :]
            budget -= 1
            if still(candidate):
                text, shorter = candidate, True
            else:
                place += size
        if size == 1 and not shorter:
            break
        size = max(size // 2, 1) if size > 1 else (1 if shorter else 0)
    return text
