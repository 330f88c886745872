"""Shared fixtures: where the real benchmark files are, when they are here."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples everywhere, and as much time as a busy machine takes.
settings.register_profile("assay", deadline=None, derandomize=True, database=None)
settings.load_profile("assay")

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> str:
    """The folder of real benchmark files; the test skips where there is none."""
    folder = os.environ.get("ASSAY_DATA") or (str(_BESIDE) if _BESIDE.is_dir() else None)
    if folder is None:
        pytest.skip("no benchmark files: set ASSAY_DATA to a folder that holds them")
    return folder
