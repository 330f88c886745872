"""Adds errors to worked solutions, so that a model trained on them leaves room for RL.

Four kinds of example: `clean` (the gold), `direct` (the answer alone), `corrected` (a wrong
step, "wait", the right step), `uncorrected` (a wrong step and a wrong answer).
"""

import random
import re

from ...tasks import Problem, Suite
from .settings import NoiseSettings

WAIT = "wait, that is wrong"
_THOUGHT = re.compile(r"\A<think>\n(.*?)\n</think>\n(.*)\Z", re.S)
_VALUE = re.compile(r"\d+|\b(?:True|False|true|false|yes|no|Yes|No|knight|knave)\b")
_OPPOSITE = {
    "True": "False", "true": "false", "yes": "no", "Yes": "No", "knight": "knave",
}  # fmt: skip
_OPPOSITE |= {b: a for a, b in _OPPOSITE.items()}


def add_noise(
    suite: Suite, problem: Problem, gold: str, rng: random.Random, noise: NoiseSettings
) -> tuple[str, str]:
    """A completion and its kind. Falls back to the gold when a kind is not possible."""
    parts = split_thought(gold)
    draw = rng.random()
    if parts is None:
        return gold, "clean"
    steps, rest = parts
    if draw < noise.direct:
        return rest, "direct"
    draw -= noise.direct
    if draw >= noise.corrected + noise.uncorrected:
        return gold, "clean"
    broken = break_step(steps, rng)
    if broken is None:
        return gold, "clean"
    place, line = broken
    if draw < noise.corrected:
        return join_thought([*steps[:place], line, WAIT, *steps[place:]], rest), "corrected"
    wrong_rest = _wrong_rest(suite, problem, rest, rng)
    if wrong_rest is None:
        return gold, "clean"
    return join_thought([*steps[:place], line, *steps[place + 1 :]], wrong_rest), "uncorrected"


def _wrong_rest(suite: Suite, problem: Problem, rest: str, rng: random.Random) -> str | None:
    """The text after the thought, with a wrong answer."""
    if suite.domain == "code" and "\n" in rest:  # a program: change one of its values
        lines = rest.split("\n")
        broken = break_step(lines, rng)
        if broken is None:
            return None
        lines[broken[0]] = broken[1]
        return "\n".join(lines)
    bad = suite.wrong(problem)
    if bad is None:
        return None
    parts = split_thought(bad)
    return bad if parts is None else parts[1]


def split_thought(completion: str) -> tuple[list[str], str] | None:
    """The steps of a worked solution and the text after the thought; None without a thought."""
    match = _THOUGHT.match(completion)
    return None if match is None else (match[1].split("\n"), match[2])


def join_thought(steps: list[str], rest: str) -> str:
    """The inverse of `split_thought`."""
    return "<think>\n" + "\n".join(steps) + "\n</think>\n" + rest


def break_step(steps: list[str], rng: random.Random) -> tuple[int, str] | None:
    """The index of a step and a wrong version of it, in which the last value is changed."""
    places = [i for i, line in enumerate(steps) if _VALUE.search(line)]
    if not places:
        return None
    place = rng.choice(places)
    line = steps[place]
    last = list(_VALUE.finditer(line))[-1]
    value = last[0]
    if value in ("0", "1") and rng.random() < 0.5:
        changed = "1" if value == "0" else "0"  # as a truth value
    elif value.isdigit():
        shift = rng.choice((-10, -2, -1, 1, 2, 10))
        changed = str(abs(int(value) + shift)) if len(value) < 19 else value[::-1] + "1"
        if changed == value:
            changed = value + "1"
    else:
        changed = _OPPOSITE[value]
    return place, line[: last.start()] + changed + line[last.end() :]
