"""Beside a program: `known_values` and the texts it builds on, read once a value asks for them.

Every check is a fork that has to copy what it touches, and few programs return arrays, paths or
symbolic numbers. So these texts are code in one piece until then, and are read in advance only
where the sandbox holds a library that they are about.
"""

import marshal
import sys
from collections.abc import Callable
from typing import Any

from .codec import (  # not in the sandbox: there these texts stand before this one
    Packer,
    Unpacker,
)
from .notation import (
    ObjectKind,
    Tree,
    Write,
)

DEFERRED = b""
"""The code of these texts; the bundle puts it here."""
_SUBJECTS = ("numpy", "pandas", "scipy", "sympy", "mpmath")


def known_writer(value: Any) -> tuple[Write, bool] | None:
    """As that of `known_values`, which knows no class of a program."""
    if all(kind.__module__ == "solution" for kind in type(value).__mro__[:-1]):
        return None
    found: tuple[Write, bool] | None = _known("known_writer")(value)
    return found


def known_foreign(packer: Packer, value: Any, depth: int) -> Tree:
    """As that of `known_values`."""
    return _known("known_foreign")(packer, value, depth)


def known_rebuild(unpacker: Unpacker, tree: list[Any]) -> Any:
    """As that of `known_values`."""
    return _known("known_rebuild")(unpacker, tree)


def known_kind(tag: Any) -> ObjectKind | None:
    """As that of `known_values`."""
    found: ObjectKind | None = _known("known_kind")(tag)
    return found


def _known(name: str) -> Callable[..., Any]:
    """What the texts define under a name; they take the place of what stands here."""
    space = globals()
    exec(marshal.loads(DEFERRED), space)
    found: Callable[..., Any] = space[name]
    return found


def read_in_advance() -> None:
    """Read the texts now if a library that they are about is here."""
    if any(name in sys.modules for name in _SUBJECTS):
        _known("known_kind")
