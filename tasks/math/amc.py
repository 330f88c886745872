"""AMC 2023: the 40 problems of the AMC 12 that have whole-number answers."""

from ._open import open_suite
from ._published import PublishedSuite, hub

NAME = "amc"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """From `amc23/test.jsonl` of the data folder, a file `path`, or the hub."""
    candidates = (
        "amc23/test.jsonl",
        "evaluation/data/amc23/test.jsonl",
        "amc23.jsonl",
    )
    source = hub(NAME, "math-ai/amc23", "test")
    return open_suite(NAME, candidates, source, split, data_dir, path)
