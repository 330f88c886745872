"""GSM8K twins: problems of GSM8K with other numbers, whose answers are computed again."""

import random

from ...sandbox.errors import UsageError
from ..problem import Problem
from ._published import HASHES_LINE, PublishedRow, PublishedSuite
from .generating.twins import twin_of
from .gsm8k import load as load_gsm8k

NAME = "gsm8k_twins"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None, seed: int = 0
) -> PublishedSuite:
    """One twin of each problem of GSM8K whose answer can be proved; another seed, other numbers.

    `meta["twin_of"]` is the id of the problem. Reads the files of `gsm8k`. Raises UsageError where
    no problem has a twin.
    """
    originals = load_gsm8k(split, data_dir, path)
    rows = [row for problem in originals if (row := _row(originals, problem, seed)) is not None]
    if not rows:
        raise UsageError(
            f"{NAME!r} split {split!r}: none of {len(originals)} problems has a twin; solutions "
            "must mark their calculations, as <<6*12=72>>"
        )
    return PublishedSuite(NAME, split, rows, HASHES_LINE)


def _row(originals: PublishedSuite, problem: Problem, seed: int) -> PublishedRow | None:
    question = problem.prompt.removesuffix(f"\n{HASHES_LINE}")
    rng = random.Random(f"{NAME}/{seed}/{question}")
    twin = twin_of(question, originals.gold(problem), problem.answer, rng)
    if twin is None:
        return None
    numbers = [list(pair) for pair in twin.numbers]
    return PublishedRow(
        twin.question, twin.answer, twin.gold, (), {"twin_of": problem.id, "numbers": numbers}
    )
