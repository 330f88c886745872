"""The texts that run inside sandboxes: a side after the texts it builds on, then its start."""

import re
from functools import cache
from pathlib import Path

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
    return "\n".join(_OURS.sub("", part) for part in parts) + "\nstart(exchange)  # noqa: F821\n"


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
