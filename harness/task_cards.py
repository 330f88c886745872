"""What is known of a task before it is loaded, and whether its data is here."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks import Suite, load
from ..tasks.registry import options_of, splits_of, summary_of, variants_of
from .task_groups import reads_files

GENERATED = "Apache-2.0 (made here)"
LICENCES = {
    "aime24": "Apache-2.0 (problem texts: MAA)",
    "aime25": "Apache-2.0 (problem texts: MAA)",
    "aqua": "Apache-2.0",
    "arc": "Apache-2.0",
    "babi": "CC-BY-3.0",
    "bbh": "MIT",
    "bigcodebench": "Apache-2.0",
    "classeval": "CC-BY-NC",
    "code_contests": "CC-BY-4.0",
    "cruxeval": "MIT",
    "folio": "CC-BY-SA-4.0",
    "game24": "MIT",
    "gsm8k": "MIT",
    "humaneval": "MIT",
    "humanevalpack": "MIT",
    "imo_answerbench": "CC-BY-4.0",
    "math": "MIT",
    "math500": "MIT",
    "mbpp": "CC-BY-4.0",
    "mgsm": "CC-BY-4.0",
    "sudoku": "MIT",
}
"""As the licence file or the card of the published data states it, where that was read."""
UNKNOWN = "unknown: see its source"


@dataclass(frozen=True, slots=True)
class TaskCard:
    """One task in a list."""

    name: str
    domain: str
    about: str
    """One sentence."""
    size: int | None
    """Problems of the usual split; None where they cannot be counted here."""
    splits: tuple[str, ...]
    variants: tuple[str, ...]
    licence: str
    data: str
    """made here, here, or missing: why."""


def card_of(name: str, domain: str, data_dir: str | None = None) -> TaskCard:
    """Load a task without the network and say what it is."""
    size, data, splits = None, "made here", splits_of(name)
    if not reads_files(name):
        suite: Any = load(name, size=1)
        size, splits = suite.default_size, tuple(suite.splits)
    else:
        try:
            size, data = len(_offline(name, data_dir)), "here"
        except UsageError as error:
            data = f"missing: {error}"
    licence = LICENCES.get(name, UNKNOWN if reads_files(name) else GENERATED)
    variants = variants_of(name)
    return TaskCard(name, domain, summary_of(name), size, splits, variants, licence, data)


def _offline(name: str, data_dir: str | None) -> Suite:
    with _without_hub():
        return load(name, data_dir=data_dir if "data_dir" in options_of(name) else None)


@contextmanager
def _without_hub() -> Iterator[None]:
    """No downloads, and no lines about them."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before
