"""OlympiadBench: English competition problems without images (He et al. 2024, arXiv:2402.14008)."""

from ._open import open_suite
from ._published import PublishedSuite, hub

NAME = "olympiadbench"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """From `olympiadbench/test.jsonl` of the data folder, a file `path`, or the hub."""
    candidates = (
        "olympiadbench/test.jsonl",
        "evaluation/data/olympiadbench/test.jsonl",
        "olympiadbench.jsonl",
    )
    source = hub(NAME, "Hothan/OlympiadBench", "train", "OE_TO_maths_en_COMP")
    return open_suite(NAME, candidates, source, split, data_dir, path)
