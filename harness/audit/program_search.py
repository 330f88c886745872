"""Search for programs that a checker pays for without being right, and shorten what was found.

Programs that solve nothing are changed at random, with the words and the numbers that the checker's
own code holds: printed, raised, imported, exited with, written into the source or beside it. One
that runs lines of the checker which no earlier one ran is kept and changed further, so that a
condition behind another is reached step by step.
"""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from .guard import GuardedCall
from .mining import Mined
from .programs import fenced
from .search import Observe

_PRAISE = ("PASSED", "OK", "success", "True", "1", "correct", "All tests passed", "verified")
_LONGEST = 20_000
_KEPT = 200
_WORDS = 16
_REPEATED = (2, 5, 20)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A program, and the text around its fence."""

    lines: tuple[str, ...]
    before: str = ""
    after: str = ""

    def text(self) -> str:
        """As a model writes it."""
        return f"{self.before}{fenced(chr(10).join(self.lines))}{self.after}"


_FIRST = (
    _Draft(("print('?')",)),
    _Draft(("pass",)),
    _Draft(("import sys", "print(sys.stdin.read())")),
    _Draft(("def main():", "    print('?')", "main()")),
)


def search_programs(
    observe: Observe, mined: Mined, rng: random.Random, budget: int
) -> Iterator[tuple[str, GuardedCall]]:
    """The completions that scored, of `budget` tried. None of them uses its input."""
    corpus, reached, asked = list(_FIRST), set[int](), set[str]()
    first = deque((*_FIRST, *_plain(mined)))
    for turn in range(budget):
        start = max(0, len(corpus) - (4, 12, _KEPT)[turn % 3])
        drawn = corpus[rng.randrange(start, len(corpus))]
        draft = first.popleft() if first else _changed(drawn, mined, rng)
        text = draft.text()
        if text in asked or len(text) > _LONGEST:
            continue
        asked.add(text)
        seen = observe(text)
        if seen is None:
            continue
        if not seen.lines <= reached and len(corpus) < _KEPT:
            reached |= seen.lines
            if draft not in _FIRST:
                corpus.append(draft)
                first.extend(_with_each_word(draft, mined))
        if seen.score is not None and seen.score > 0:
            yield text, seen


def _plain(mined: Mined) -> Iterator[_Draft]:
    """What is tried before any chance: words beside the program or on its first line, and codes."""
    for word in mined.words[:_WORDS]:
        yield _Draft(("pass",), after=f"\n{word}")
        yield _Draft((word, "pass"))
    for number in mined.numbers[:_WORDS]:
        yield _Draft((f"import sys; sys.exit({number % 256})",))


def _with_each_word(draft: _Draft, mined: Mined) -> Iterator[_Draft]:
    """What is tried first of a draft that runs new lines: each word, printed and in the source."""
    for word in mined.words[:_WORDS]:
        for line in (f"print({word!r})", f"# {word!r}"):
            yield replace(draft, lines=(line, *draft.lines))


def _changed(draft: _Draft, mined: Mined, rng: random.Random) -> _Draft:
    """A draft changed in one or two places; most of the words are the checker's own."""
    for _ in range(rng.randint(1, 2)):
        own = mined.words and rng.random() < 0.75
        word = rng.choice(mined.words if own else _PRAISE)
        number = rng.choice([*mined.numbers[:20], *_REPEATED])
        lines = draft.lines
        match rng.randrange(8):
            case 0:
                draft = replace(draft, before=f"{draft.before}{word}\n")
            case 1:
                draft = replace(draft, after=f"{draft.after}\n{word}")
            case 2 if len(lines) > 1:
                place = rng.randrange(len(lines))
                draft = replace(draft, lines=lines[:place] + lines[place + 1 :])
            case 3:
                draft = replace(draft, lines=_longer(lines, number))
            case _:
                # Where no line is indented behind it, so that it still is a program.
                place = rng.choice([n for n in range(len(lines) + 1) if _is_outside(lines, n)])
                new = rng.choice(_statements(word, number))
                draft = replace(draft, lines=(*lines[:place], new, *lines[place:]))
    return draft


def _is_outside(lines: Sequence[str], place: int) -> bool:
    return place == len(lines) or not lines[place].startswith(" ")


def _statements(word: str, number: int) -> list[str]:
    """Lines of a program that use a word or a number of the checker."""
    written = repr(word)
    found = [
        f"print({written})",
        f"import sys; print({written}, file=sys.stderr)",
        f"# {word.splitlines()[0] if word.strip() else ''}",
        f"note = {written}",
        f"raise RuntimeError({written})",
        f"import sys; sys.exit({number % 256})",
        f"print({number})",
        f"print({written} * {min(number, 2_000)})",
        word if "\n" not in word else f"# {written}",
    ]
    if word.isidentifier():
        found += [f"{word} = 1", f"def {word}(*given): return 1", f"import {word}", f"{word}()"]
    return found


def _longer(lines: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The program with its last line again, or with comments, up to a size of the checker's."""
    if number <= 200:
        return lines + lines[-1:] * number
    return (*lines, f"# {'x' * min(number, _LONGEST)}")


def shortest_program(text: str, still: Callable[[str], bool], budget: int = 40) -> str:
    """A completion with fewer lines for which `still` holds; at most `budget` tries."""
    lines = text.split("\n")
    size = max(len(lines) // 2, 1)
    while budget > 0:
        place, shorter = 0, False
        while place < len(lines) and budget > 0:
            candidate = lines[:place] + lines[place + size :]
            budget -= 1
            if candidate and still("\n".join(candidate)):
                lines, shorter = candidate, True
            else:
                place += size
        if size == 1 and not shorter:
            break
        size = max(size // 2, 1)
    return "\n".join(lines)
