"""On the program's side: what stands for the functions and objects that the tests pass in.

A call of such a function, or of a method of such an object, is a question back to the judge, so
that the tests' own code runs where the tests are.
"""

import collections
import enum
from collections.abc import Callable, Iterator
from typing import Any

from .notation import (  # not in the sandbox: there that text stands before this one
    ObjectKind,
    UnpackerView,
)

AskBack = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
"""Asks the judge to call something of the tests: (what, arguments, named ones) -> its value."""
MOST_PULLED = 256


class _AskedAttribute:
    """An attribute of the tests' class, asked for where the object has none of its own."""

    def __init__(self, ask: Callable[[Any], Any]) -> None:
        self._ask = ask

    def __get__(self, instance: Any, kind: Any = None) -> Any:
        return self if instance is None else self._ask(instance)


class TestStandIns:
    """The stand-ins of one program, each made once."""

    def __init__(self, space: dict[str, Any], ask_back: AskBack, callbacks: dict[int, int]) -> None:
        self._space = space
        self._ask_back = ask_back
        self._callbacks = callbacks
        self._functions: dict[int, Callable[..., Any]] = {}
        self._classes: dict[str, type] = {}
        self._members: dict[tuple[str, str], Any] = {}
        self.instances = ObjectKind(self._blank, self._fill)

    def function(self, number: int, name: str) -> Callable[..., Any]:
        """A function that stands for one of the tests."""
        if number not in self._functions:

            def call_back(*positional: Any, **keywords: Any) -> Any:
                return self._ask_back(number, positional, keywords)

            call_back.__name__ = call_back.__qualname__ = name
            self._functions[number] = call_back
            self._callbacks[id(call_back)] = number
        return self._functions[number]

    def iterator(self, number: int) -> Iterator[Any]:
        """The items of an iterator of the tests, which is read no further than is asked for."""
        count = 1
        for served in range(10**9):
            items, more = self._ask_back(number, (count,), {})
            yield from items
            if not more:
                return
            if served >= 32:
                count = min(2 * count, MOST_PULLED)

    def _blank(self, tree: list[Any]) -> Any:
        """An empty instance of the class that an instance of the tests is of."""
        name, told = tree[1], tree[2]
        if told is not None:
            self._classes[name] = self._class(name, *told)
        found = self._classes.get(name)
        if found is None:
            found = self._classes[name] = self._class(name, [], [])
        return object.__new__(found)

    def _class(self, name: str, methods: list[str], properties: list[str]) -> type:
        """The program's class of that name, with what the tests' class has besides."""
        own = self._space.get(name)
        base = own if isinstance(own, type) and _is_blank(own) else object
        missing = [one for one in (*methods, *properties) if not _has(base, one)]
        if base is not object and not missing:
            return base
        body: dict[str, Any] = {one: self._method(one) for one in methods if one in missing}
        body.update({one: self._property(one) for one in properties if one in missing})
        if "__eq__" in body and "__hash__" not in body:
            body["__hash__"] = None
        body.setdefault("__module__", "__main__")
        if base is object and "__repr__" not in body:
            body["__repr__"] = lambda one: f"{name}({vars(one)!r})"
        return type(name, (base,), body)

    def _method(self, name: str) -> Callable[..., Any]:
        def method(*positional: Any, **keywords: Any) -> Any:
            return self._ask_back(name, positional, keywords)

        method.__name__ = name
        return method

    def _property(self, name: str) -> Any:
        return _AskedAttribute(lambda one: self._ask_back(f".{name}", (one,), {}))

    def _fill(self, unpacker: UnpackerView, value: Any, tree: list[Any]) -> None:
        fields: dict[str, Any] = {}
        unpacker.pairs(fields, tree[3:])
        if hasattr(value, "__dict__"):
            vars(value).clear()
            vars(value).update(fields)
            return
        for name, content in fields.items():
            object.__setattr__(value, name, content)

    def named_tuple(self, name: str, fields: list[str]) -> Callable[[list[Any]], Any]:
        """What makes a named tuple of the program's class of that name, or of one made up."""
        maker: Any = self._space.get(name)
        if not hasattr(maker, "_make"):
            maker = self._classes.get(name)
        if maker is None or not hasattr(maker, "_make"):
            maker = self._classes[name] = collections.namedtuple(name, fields)
        made: Callable[[list[Any]], Any] = maker._make
        return made

    def member(self, kind: str, name: str, value: Any, base: str) -> Any:
        """A member of the program's own enumeration, or of one made up for it."""
        own = self._space.get(kind)
        if isinstance(own, enum.EnumMeta):
            return own[name]
        if (kind, name) not in self._members:
            mixed = {"int": int, "str": str}.get(base)
            make: Any = enum.Enum
            self._members[kind, name] = make(kind, {name: value}, type=mixed)[name]
        return self._members[kind, name]


def _is_blank(kind: type) -> bool:
    """Whether an empty instance of a class can be made."""
    try:
        object.__new__(kind)
    except TypeError:
        return False
    return True


def _has(kind: type, name: str) -> bool:
    return any(name in one.__dict__ for one in kind.__mro__[:-1])
