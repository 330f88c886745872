"""Word problems: short stories about counting, sharing, buying and comparing."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ..suite import Draft
from .generating import MathSuite, pose

_PEOPLE = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Ida", "Jon", "Kim", "Leo")
_THINGS = (
    "apples",
    "books",
    "cards",
    "coins",
    "eggs",
    "marbles",
    "pens",
    "shells",
    "stamps",
    "toys",
)
_HOLDERS = ("bags", "boxes", "crates", "packs")


@dataclass(slots=True)
class _Story:
    """A count that events change, with the sentences told and the work written."""

    rng: random.Random
    size: int
    count: int
    things: str
    told: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)

    def turn(self, sentence: str, op: str, number: int) -> None:
        """Apply one operation to the count."""
        before = self.count
        self.count = {
            "+": before + number,
            "-": before - number,
            "*": before * number,
            "/": before // max(number, 1),
        }[op]
        self.told.append(sentence)
        self.steps.append(f"{before}{op}{number}={self.count}")
        self.key.append(f"{op}{number}")

    def number(self) -> int:
        return self.rng.randrange(2, self.size)


_Event = Callable[[_Story], bool]


def _get(story: _Story) -> bool:
    n = story.number()
    verb = story.rng.choice(("finds", "gets", "is given", "picks up"))
    story.turn(f"then {verb} {n} more", "+", n)
    return True


def _lose(story: _Story) -> bool:
    if story.count < 3:
        return False
    n = story.rng.randrange(1, min(story.count, story.size))
    verb = story.rng.choice(("gives away", "loses", "sells"))
    story.turn(f"then {verb} {n}", "-", n)
    return True


def _buy(story: _Story) -> bool:
    holders, each = story.rng.randrange(2, 10), story.number()
    kind = story.rng.choice(_HOLDERS)
    story.steps.append(f"{holders}*{each}={holders * each}")
    story.turn(f"then buys {holders} {kind} of {each} each", "+", holders * each)
    story.key[-1] += f"={holders}x{each}"
    return True


def _multiply(story: _Story) -> bool:
    if story.count > 10_000_000:
        return False
    word, n = story.rng.choice((("doubles", 2), ("triples", 3)))
    story.turn(f"then {word} the number by trading", "*", n)
    return True


def _share(story: _Story) -> bool:
    divisors = [n for n in range(2, 13) if story.count % n == 0 and story.count > n]
    if not divisors:
        return False
    n = story.rng.choice(divisors)
    story.turn(f"then shares them equally among {n} people and keeps one share", "/", n)
    return True


def _percent(story: _Story) -> bool:
    fitting = [p for p in (5, 10, 15, 20, 25, 40, 50, 60, 75, 80) if story.count * p % 100 == 0]
    if not fitting or story.count < 4:
        return False
    p = story.rng.choice(fitting)
    part = story.count * p // 100
    story.steps.append(f"{story.count}*{p}/100={part}")
    if story.rng.random() < 0.5:
        story.turn(f"then gives away {p}% of them", "-", part)
    else:
        story.turn(f"then gains {p}% more", "+", part)
    story.key[-1] += "%"
    return True


def _fraction(story: _Story) -> bool:
    fitting = [n for n in range(3, 10) if story.count % n == 0]
    if not fitting:
        return False
    n = story.rng.choice(fitting)
    top = story.rng.randrange(1, n)
    part = story.count // n * top
    story.steps.append(f"{story.count}/{n}*{top}={part}")
    story.turn(f"then gives away {top}/{n} of them", "-", part)
    story.key[-1] += "/"
    return True


_EVENTS: dict[int, tuple[_Event, ...]] = {
    1: (_get, _lose),
    2: (_get, _lose),
    3: (_get, _lose, _buy),
    4: (_get, _lose, _buy, _multiply, _share),
    5: (_get, _lose, _buy, _multiply, _share, _percent),
}
_LATE: tuple[_Event, ...] = (_get, _lose, _buy, _multiply, _share, _percent, _fraction)
_SIZES = {1: 10, 2: 10, 3: 20, 4: 30, 5: 50, 6: 80, 7: 200, 8: 500}
_EVENT_COUNTS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 7, 7: 9, 8: 12}


class WordProblems(MathSuite):
    """Follow a story about a number of things.

    The level sets the number of events (1, 2, 3, 4, 5, 7, 9, 12), the size of the numbers, and
    the kinds of event: gains and losses, from 3 purchases, from 4 multiples and shares, from
    5 percentages, from 6 fractions and a second person to compare with.
    """

    name = "word_problems"
    difficulties = range(1, 9)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        size = _SIZES[difficulty]
        things = rng.choice(_THINGS)
        story = _Story(rng, size, rng.randrange(2, size), things)
        who, other = rng.sample(_PEOPLE, 2)
        story.key.append(str(story.count))
        start = f"{who} has {story.count} {things}"
        events = _EVENTS.get(difficulty, _LATE)
        while len(story.told) < _EVENT_COUNTS[difficulty]:
            # An event that does not fit the count says no, and another is tried.
            rng.choice(events)(story)
        text = ", ".join([start, *story.told]) + "."
        if difficulty >= 6:
            question = _compare(story, who, other)
        else:
            question = f"How many {things} does {who} have now?"
        return pose(f"{text} {question}", story.count, story.steps, key=" ".join(story.key))

    def plausible(self, difficulty: int) -> range:
        return range({1: 20, 2: 30, 3: 200}.get(difficulty, 1000))


def _compare(story: _Story, who: str, other: str) -> str:
    """A second person with a multiple of the count; the answer is what both have."""
    times, more = story.rng.randrange(2, 9), story.rng.randrange(1, story.size)
    theirs = story.count * times + more
    story.steps += [f"{story.count}*{times}={story.count * times}"]
    story.steps += [f"{story.count * times}+{more}={theirs}"]
    story.steps += [f"{story.count}+{theirs}={story.count + theirs}"]
    story.count += theirs
    story.key.append(f"both {times} {more}")
    return (
        f"{other} has {times} times as many as {who} has now, and {more} more. "
        f"How many {story.things} do they have together?"
    )


load = WordProblems
