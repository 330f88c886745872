"""The two texts that run inside sandboxes: the codec, then one side, then its start."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_CODEC_IMPORT = "from .codec import ("


@cache
def driver(side: str) -> str:
    """The text of `program_side` or `judge_side`, complete in itself."""
    codec = (_FOLDER / "codec.py").read_text(encoding="utf-8")
    text = (_FOLDER / f"{side}.py").read_text(encoding="utf-8")
    head, _, rest = text.partition(_CODEC_IMPORT)
    _, _, body = rest.partition("\n)\n")
    if not body:
        raise AssertionError(f"{side}.py does not import the codec as drivers expect")
    return f"{codec}\n{head}\n{body}\nstart(exchange)  # noqa: F821\n"
