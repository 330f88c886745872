"""The texts that run inside sandboxes: each side as a prelude, after the texts it builds on."""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_OURS = re.compile(r"^from \.(\w+) import (?:\(.*?^\)|[^(\n]*)\n", re.MULTILINE | re.DOTALL)

_FINAL = {"program_side": "rehearsal", "judge_side": "judge_side"}
"""The last text of each side."""
_IN_PLACE = {"program_side": {"known_values": "deferred_values"}, "judge_side": {}}
"""Texts that another stands for, which defines the same names."""
_DEFERRED = """
import marshal
DEFERRED = marshal.dumps(compile({!r}, "main.py", "exec", dont_inherit=True))
read_in_advance()  # noqa: F821
"""


@cache
def bundle(side: str) -> str:
    """The text of `program_side` or `judge_side`, complete in itself."""
    own = parts(side)
    found = "\n".join(map(_stripped, own))
    if side != "program_side":
        return found
    later = [name for name in _after("known_values", {}) if name not in own]
    deferred = _DEFERRED.format("\n".join(map(_stripped, later)))
    return found + deferred + "main = rehearsed()  # noqa: F821\n"


def parts(side: str) -> list[str]:
    """The texts of a side that are read at once, each after those that it imports."""
    return _after(_FINAL[side], _IN_PLACE[side])


def _after(last: str, in_place: dict[str, str]) -> list[str]:
    found: list[str] = []

    def add(name: str) -> None:
        name = in_place.get(name, name)
        if name not in found:
            for need in _OURS.findall(_text(name)):
                add(need)
            found.append(name)

    add(last)
    return found


def _stripped(name: str) -> str:
    return _OURS.sub("", _text(name))


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
