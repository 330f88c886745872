"""Shared fixtures: where the real benchmark files are, when they are here."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples everywhere, and as much time as a busy machine takes.
settings.register_profile("assay", deadline=None, derandomize=True, database=None)
settings.load_profile("assay")

OWN_ROWS = Path(__file__).parent / "data"
"""A few rows of our own in each published format: every reader's tests run with them."""
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def _real_data() -> str | None:
    return os.environ.get("ASSAY_DATA") or (str(_BESIDE) if _BESIDE.is_dir() else None)


@pytest.fixture(scope="session")
def own_rows() -> str:
    """The folder of our own rows."""
    return str(OWN_ROWS)


@pytest.fixture(scope="session")
def data_folders() -> list[str]:
    """Our own rows, and the real benchmark files where they are."""
    real = _real_data()
    return [str(OWN_ROWS), *([real] if real else [])]


@pytest.fixture(scope="session")
def data_dir() -> str:
    """The folder of real benchmark files; the test skips where there is none."""
    folder = _real_data()
    if folder is None:
        pytest.skip("no benchmark files: set ASSAY_DATA to a folder that holds them")
    return folder


@pytest.fixture(autouse=True, scope="session")
def _no_store_of_verdicts() -> None:
    """Tests replace verifiers; what they find must reach no store that anybody else reads."""
    os.environ.setdefault("ASSAY_CACHE", "off")
