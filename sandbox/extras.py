"""What an installation holds: optional packages by their extra, and data files."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
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


def packaged(package: str, name: str) -> Traversable:
    """A data file that belongs to `package` of this installation.

    Raises UsageError when the installation lacks it, as a wheel built without its data does.
    """
    file = files(package).joinpath(name)
    if not file.is_file():
        raise UsageError(
            f"this installation lacks {package.replace('.', '/')}/{name}: reinstall assay"
        )
    return file
