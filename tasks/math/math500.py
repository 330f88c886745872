"""MATH-500: 500 problems of the MATH test set (Lightman et al. 2023, arXiv:2305.20050)."""

from ._competition import Selection, competition_suite
from ._published import PublishedSuite, check_choice, hub, open_rows

NAME = "math500"


def load(
    split: str = "test",
    data_dir: str | None = None,
    level: Selection = None,
    subject: Selection = None,
    path: str | None = None,
) -> PublishedSuite:
    """MATH-500 from the data folder, the hub, or any file `path` in MATH's format.

    `level` (1 to 5) and `subject` select; see `competition_suite`.
    """
    check_choice(NAME, "split", split, ("test",))
    candidates = (
        "math500/math500_test.jsonl",
        "math500/test.jsonl",
        "data/math_oai/test.jsonl",
        "prm800k/math_splits/test.jsonl",
        "math500.jsonl",
    )
    source = hub(NAME, "HuggingFaceH4/MATH-500", split)
    found = open_rows(NAME, candidates, data_dir, source, path)
    return competition_suite(NAME, split, found, level, subject)
