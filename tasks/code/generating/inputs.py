"""Hidden inputs for generated functions, with the corners of each type among them."""

import random
from typing import Any

_LETTERS = "abcdefghijaeiou"


def _text(rng: random.Random, longest: int) -> str:
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(0, longest)))


def _number(rng: random.Random, top: int) -> int:
    return rng.randint(-top // 3, top)


def one_input(rng: random.Random, kind: str) -> Any:
    """A random value of a type, mostly small."""
    if kind == "int":
        return _number(rng, rng.choice([12, 100, 1000]))
    if kind == "str":
        half = _text(rng, 6)
        return half + half[::-1] if rng.random() < 0.15 else _text(rng, 14)
    if kind == "ints":
        return [_number(rng, 20) for _ in range(rng.randint(0, 12))]
    return [_text(rng, 8) for _ in range(rng.randint(0, 9))]


_CORNERS: dict[str, list[Any]] = {
    "int": [0, 1, -1, 2, 10, -7],
    "str": ["", "a", "abcdefghij", "aabbccddeeaaiioouu"],
    "ints": [[], [0], [3, 1, 2], [2, 2, 5, 5, -4, -4, 12, 12, 7, 8, 9, 10]],
    "strs": [[], [""], ["abc", "de", "abc", "fghij"]],
}


def inputs_for(rng: random.Random, kind: str, count: int) -> list[Any]:
    """`count` different inputs, corners first."""
    found = list(_CORNERS[kind])
    tries = 0
    while len(found) < count and tries < 20 * count:
        tries += 1
        value = one_input(rng, kind)
        if value not in found:
            found.append(value)
    return found
