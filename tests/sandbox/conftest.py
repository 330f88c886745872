"""Each backend that works here, open for the tests of this folder; the others skip."""

from collections.abc import Iterator

import pytest
from assay.sandbox import Sandbox, UsageError, open_sandbox


@pytest.fixture(scope="session", params=["process", "docker"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    try:
        opened = open_sandbox(request.param, workers=2)
    except UsageError as problem:
        pytest.skip(str(problem))
    with opened:
        yield opened
