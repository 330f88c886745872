"""The texts that run inside sandboxes: each side as a prelude, after the texts it builds on."""

import re
from functools import cache
from pathlib import Path

START = "start(exchange)\n"
"""The program that goes with either prelude."""
_FOLDER = Path(__file__).parent
_OURS = re.compile(r"^from \.(\w+) import \(.*?^\)\n", re.MULTILINE | re.DOTALL)


@cache
def driver(side: str) -> str:
    """The text of `program_side` or `judge_side`, complete in itself."""
    text = _text(side)
    needs = _OURS.findall(text)
    if not needs:
        raise AssertionError(f"{side}.py does not import the codec as drivers expect")
    parts = [*map(_text, needs), text]
    rehearsal = "\nrehearse()  # noqa: F821\n" if side == "program_side" else ""
    return "\n".join(_OURS.sub("", part) for part in parts) + rehearsal


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
