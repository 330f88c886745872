"""Minerva Math: MIT OpenCourseWare problems (Lewkowycz et al. 2022, arXiv:2206.14858)."""

from ._open import open_suite
from ._published import PublishedSuite, hub

NAME = "minerva"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """From `minerva_math/test.jsonl` of the data folder, a file `path`, or the hub."""
    candidates = (
        "minerva_math/test.jsonl",
        "evaluation/data/minerva_math/test.jsonl",
        "minerva_math.jsonl",
    )
    source = hub(NAME, "math-ai/minervamath", "test")
    return open_suite(NAME, candidates, source, split, data_dir, path)
