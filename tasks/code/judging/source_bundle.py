"""The texts that run inside sandboxes: each side as a prelude, after the texts it builds on."""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_OURS = re.compile(r"^from \.(\w+) import (?:\(.*?^\)|[^(\n]*)\n", re.MULTILINE | re.DOTALL)

_FINAL = {"program_side": "rehearsal", "judge_side": "judge_side"}
"""The last text of each side."""


@cache
def bundle(side: str) -> str:
    """The text of `program_side` or `judge_side`, complete in itself."""
    rehearsal = "\nrehearse()  # noqa: F821\n" if side == "program_side" else ""
    return "\n".join(_OURS.sub("", _text(name)) for name in parts(_FINAL[side])) + rehearsal


def parts(side: str) -> list[str]:
    """The texts of a side, each after those that it imports."""
    found: list[str] = []

    def add(name: str) -> None:
        if name not in found:
            for need in _OURS.findall(_text(name)):
                add(need)
            found.append(name)

    add(side)
    return found


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
