"""Where a checker's `testlib.h` comes from: the task, a named file, or the system's headers.

testlib is Mike Mirzayanov's library for checkers (MIT licence, github.com/MikeMirzayanov/testlib).
It is not part of this package.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from ....sandbox.errors import UsageError

HEADER = "testlib.h"
VARIABLE = "ASSAY_TESTLIB"
_INCLUDED = re.compile(r'^\s*#\s*include\s*["<]testlib\.h[">]', re.MULTILINE)
_SYSTEM = (Path("/usr/include"), Path("/usr/local/include"))


def headers_for(source: str, given: Mapping[str, str]) -> dict[str, str]:
    """The headers to compile a source with. Raises UsageError if testlib is not to be found."""
    headers = dict(given)
    if HEADER in headers or not _INCLUDED.search(source):
        return headers
    named = os.environ.get(VARIABLE)
    if named:
        headers[HEADER] = _read(named)
    elif not any((folder / HEADER).is_file() for folder in _SYSTEM):
        raise UsageError(
            f"it includes {HEADER}, which is not here: download it from "
            f"github.com/MikeMirzayanov/testlib and set {VARIABLE} to its path"
        )
    return headers


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{VARIABLE}={path!r} cannot be read: {error}") from None
