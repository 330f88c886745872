"""Everything beyond the built-in types that both sides carry by value, in one place."""

from typing import Any

from .array_codec import (  # not in the sandbox: there these texts stand before this one
    ARRAY_KINDS,
    ARRAY_READERS,
    array_writer,
)
from .codec import (
    Packer,
    Unpacker,
    no_foreign,
    no_rebuild,
)
from .frame_codec import (
    FRAME_KINDS,
    FRAME_READERS,
    frame_writer,
)
from .library_values import (
    LIBRARY_KINDS,
    LIBRARY_READERS,
    library_writer,
)
from .notation import (
    ObjectKind,
    Read,
    Tree,
    Write,
)
from .plain_values import (
    OBJECT_KINDS,
)

KNOWN_KINDS: dict[Any, ObjectKind] = {
    **OBJECT_KINDS,
    **LIBRARY_KINDS,
    **ARRAY_KINDS,
    **FRAME_KINDS,
}
"""By tag: every kind of object with a number that needs no help of a side."""
KNOWN_READERS: dict[Any, Read] = {**LIBRARY_READERS, **ARRAY_READERS, **FRAME_READERS}


def known_writer(value: Any) -> tuple[Write, bool] | None:
    """How a value of a library is written and whether it has a number, if it is known at all."""
    return array_writer(value) or frame_writer(value) or library_writer(value)


def known_foreign(packer: Packer, value: Any, depth: int) -> Tree:
    """For a side that sends plain data and values of libraries. Raises TypeError."""
    found = known_writer(value)
    if found is None:
        return no_foreign(packer, value, depth)
    write, numbered = found
    return packer.numbered(value, write, depth) if numbered else write(packer, value, depth)


def known_rebuild(unpacker: Unpacker, tree: list[Any]) -> Any:
    """For a side that takes plain data and values of libraries. Raises MalformedError."""
    tag = tree[0]
    kind = KNOWN_KINDS.get(tag)
    if kind is not None:
        return unpacker.numbered(kind, tree)
    read = KNOWN_READERS.get(tag)
    return no_rebuild(unpacker, tree) if read is None else read(unpacker, tree)


def known_kind(tag: Any) -> ObjectKind | None:
    """The kind of object with a number that has this tag, if there is one."""
    return KNOWN_KINDS.get(tag)
