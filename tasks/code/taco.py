"""TACO: programs and functions from programming sites (Li et al. 2023), in the format of APPS."""

from .apps import read_suite
from .formats.input_output import InputOutputSuite


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read TACO. Raises UsageError."""
    return read_suite("taco", split, data_dir, path, "BAAI/TACO")
