"""AIME 2024: the 30 problems of both papers (Mathematical Association of America)."""

from ._aime import aime_suite
from ._published import PublishedSuite

NAME = "aime24"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """AIME 2024 from the data folder, a file `path`, or the hub."""
    candidates = (
        "aime24/aime24_with_solutions.jsonl",
        "aime24/aime24_qwq.jsonl",
        "aime24/test.jsonl",
        "evaluation/data/aime24/test.jsonl",
        "eval/data/aime24.jsonl",
        "aime24.jsonl",
    )
    source = ("HuggingFaceH4/aime_2024", "train")
    return aime_suite(NAME, source, candidates, split, data_dir, path)
