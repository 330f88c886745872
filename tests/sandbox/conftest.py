"""One open process backend for the tests of this folder."""

from collections.abc import Iterator

import pytest
from assay.sandbox import Sandbox, UsageError, open_sandbox


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    try:
        opened = open_sandbox("process", workers=2)
    except UsageError as problem:
        pytest.skip(str(problem))
    with opened:
        yield opened
