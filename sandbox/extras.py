"""Optional packages: import one, or say which extra of assay installs it."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from .errors import UsageError

_OWN = __name__.partition(".")[0]


def require(module: str, extra: str) -> ModuleType:
    """Import `module`, which the extra `extra` installs.

    Raises UsageError with the command to install it when `module`, or a package that it
    imports, is missing.
    """
    with needs(extra):
        return importlib.import_module(module)
    raise AssertionError("unreachable")


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Wrap imports of packages that the extra `extra` installs.

    Raises UsageError with the command to install it when one of them is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or str(error)).partition(".")[0]
        if package == _OWN:
            raise
        raise UsageError(
            f'the package {package!r} is not installed; run: pip install "assay[{extra}]"'
        ) from error
