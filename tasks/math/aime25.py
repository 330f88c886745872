"""AIME 2025: the 30 problems of both papers (Mathematical Association of America)."""

from ._aime import aime_suite
from ._published import PublishedSuite

NAME = "aime25"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """AIME 2025 from the data folder, a file `path`, or the hub."""
    candidates = (
        "aime25/aime25_qwq.jsonl",
        "aime25/test.jsonl",
        "evaluation/data/aime25/test.jsonl",
        "eval/data/aime25.jsonl",
        "aime25.jsonl",
    )
    return aime_suite(NAME, ("math-ai/aime25", "test"), candidates, split, data_dir, path)
