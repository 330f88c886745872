"""Each backend that works here, open for the tests of this folder; the others skip."""

from collections.abc import Iterator

import pytest
from assay.sandbox import Sandbox, UsageError, open_sandbox


@pytest.fixture(scope="session", params=["namespaces", "landlock", "docker"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    docker = request.param == "docker"
    try:
        if docker:
            opened = open_sandbox("docker", workers=2)
        else:
            opened = open_sandbox("process", level=request.param, workers=2)
    except UsageError as problem:
        pytest.skip(str(problem))
    with opened:
        yield opened
