"""A rehearsal of the program's side, so that every check begins with warm code.

The interpreter adapts its code as it runs, and a fork that does it again copies the pages.
"""

import sys
from collections.abc import Callable
from typing import Any

from .codec import (  # not in the sandbox: there these texts stand before this one
    Packer,
    no_foreign,
)
from .notation import (
    Tree,
    dumps,
)
from .program_side import (
    ProgramSide,
)

ROUNDS_OF_REHEARSAL = 20
_REHEARSED = """
from typing import Any, Dict, List, Optional, Set, Tuple
class Point:
    def __init__(self, x): self.x = x
def f(numbers: List[int], text="a", *rest):
    return sorted(numbers) if text else [text, 1.5, None, (True,), {"a": {1}}]
def usual(
    a: List[str], b: List[float], c: List[List[int]], d: Tuple[int, int], e: Dict[str, int],
    f: Optional[int], g: Optional[str], h: List[Tuple[int, int]], i: Set[int], j: List[Any],
    k: Tuple[List[int], int], l: Optional[List[int]], m: Dict[str, List[str]],
): pass
def g(numbers):
    numbers.append(len(numbers))
    raise ValueError("rehearsed")
"""


def rehearsed() -> Callable[[Any], None]:
    """Check a program of our own a few times; gives the `main` of a side that met none yet."""
    plain = Packer(no_foreign).pack
    given, named = plain([[3, 1, 2], "text"]), plain({})
    questions: list[Tree] = [
        ["load", _REHEARSED, "", []],
        ["call", ["g", "f"], None, given, named, None],
        ["call", ["g", "f"], None, plain([[1], ""]), plain({}), []],
        ["call", ["g", "g"], None, plain([[1, 2]]), named, []],
        ["ahead", ["g", "f"], [[given, named], [given, named]]],
        ["load_and_ahead", [_REHEARSED, "", []], [["g", "f"], [[given, named], [given, named]]]],
    ]
    printed, limit = sys.stdout, sys.getrecursionlimit()
    for _ in range(ROUNDS_OF_REHEARSAL):
        left = map(dumps, questions)

        def exchange(reply: bytes | None, left: Any = left) -> bytes:
            question = next(left, None)
            if question is None:
                raise SystemExit
            return question  # type: ignore[no-any-return]

        try:
            ProgramSide().run(exchange)
        except SystemExit:
            sys.stdout = printed
            sys.setrecursionlimit(limit)
    sys.modules.pop("solution", None)
    return ProgramSide().run
