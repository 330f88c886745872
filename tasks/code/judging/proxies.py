"""What stands for the program's objects on the judge's side.

A proxy answers what the tests ask by asking the program, and the answers are plain data. It has
no equality, order or hash of the program's: no comparison is ever decided by the program.
"""

import types
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from .notation import (  # not in the sandbox: there these texts stand before this one
    Tree,
)
from .program_objects import (
    CONSTRUCT,
)


class ProgramEnded(BaseException):
    """The program has ended, so no further test can be asked."""


class UndecidedComparisonError(Exception):
    """The tests ask the program to judge itself."""


class Asking(Protocol):
    """The conversation with the program, as proxies see it."""

    reused: bool
    """Whether a class gave an object that the tests had already."""
    quiet: bool
    """Whether proxies say what they are without asking."""

    def call(self, target: Tree, name: str | None, positional: Any, keywords: Any) -> Any: ...
    def get(self, target: Tree, name: str) -> Any: ...
    def set(self, target: Tree, name: str, value: Any) -> None: ...
    def delete(self, target: Tree, name: str) -> None: ...
    def leave(self, target: Tree, error: BaseException | None) -> Any: ...
    def under_test(self, label: str) -> bool: ...


_SELF_JUDGED = (
    "the tests compare two objects of the program with each other, "
    "which only the program itself could decide"
)
_ASKED_WITH_VALUES = "would be told a value of the tests, and could answer what they want to hear"


def blamed(error: BaseException, label: str | None = None) -> BaseException:
    """The exception, marked as one that the program's value led to."""
    error._from_program = label or type(error).__name__  # type: ignore[attr-defined]
    return error


class Facts:
    """What is known of one object of the program."""

    __slots__ = ("again", "asking", "equality", "kind", "label", "names", "own", "target")

    def __init__(self, asking: Asking, target: Tree, label: str, kind: str) -> None:
        self.asking = asking
        self.target = target
        self.label = label
        self.kind = kind
        """"class", "function" or "object"."""
        self.names: list[str] = []
        """Of its class and of those it inherits from."""
        self.equality = "identity"
        self.own = False
        """Whether it is an object of a class under test.

        Only such an object is asked with values of the tests: anything else that the program
        returns could stand in place of a plain value, and would be told what is expected of it.
        """
        self.again = False


class Proxy:
    """An object of the program that is not plain data. Only identity says whether two are equal."""

    _facts: Facts

    def __init__(self, facts: Facts) -> None:
        object.__setattr__(self, "_facts", facts)

    def __repr__(self) -> str:
        return _text(self, "__repr__") or f"<{self._facts.label} of the program>"

    def __str__(self) -> str:
        return _text(self, "__str__") or repr(self)

    def __format__(self, wanted: str) -> str:
        facts = self._facts
        if facts.kind == "object" and not facts.asking.quiet:
            text = facts.asking.call(facts.target, "__format__", (wanted,), {})
            if type(text) is str:
                return text
        return format(str(self), wanted)

    def __call__(self, *positional: Any, **keywords: Any) -> Any:
        facts = self._facts
        if facts.kind == "object":
            raise blamed(TypeError(f"{facts.label!r} object is not callable"))
        constructs = facts.kind == "class" and facts.asking.under_test(facts.label)
        value = facts.asking.call(
            facts.target, CONSTRUCT if constructs else None, positional, keywords
        )
        if facts.kind == "class" and isinstance(value, Proxy):
            owned(value, constructs)
            if value._facts.again:
                facts.asking.reused = True
            return value
        return owned(value, facts.own)

    def __getattr__(self, name: str) -> Any:
        facts = self._facts
        if name == "__name__" and facts.kind != "object":
            return facts.label
        if name.startswith("__") and name not in _OPEN_NAMES:
            raise blamed(
                AttributeError(f"{facts.label!r} object has no {name!r} that is plain data")
            )
        value = facts.asking.get(facts.target, name)
        plain_object = facts.kind == "object" and not facts.own
        if isinstance(value, MethodOf) or (plain_object and _is_function(value)):
            return BoundMethod(self, name)
        return owned(value, facts.own)

    def __setattr__(self, name: str, value: Any) -> None:
        self._facts.asking.set(self._facts.target, name, value)

    def __delattr__(self, name: str) -> None:
        self._facts.asking.delete(self._facts.target, name)

    def __instancecheck__(self, value: Any) -> bool:
        names = self._facts.names
        return isinstance(value, Proxy) and bool(names) and names[0] in value._facts.names

    def __subclasscheck__(self, value: Any) -> bool:
        return self.__instancecheck__(value)

    def __hash__(self) -> int:
        # All that may be equal by the program's word meet in one place, and are not decided.
        return id(self) if self._facts.equality == "identity" else hash(self._facts.label)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Proxy):
            return _same_object(self._facts, other._facts)
        if self._facts.equality == "value":
            return bool(self._facts.asking.get(self._facts.target, "__plain__") == other)
        return False

    def __lt__(self, other: object) -> bool:
        if isinstance(other, Proxy):
            raise UndecidedComparisonError(_SELF_JUDGED)
        return NotImplemented

    __le__ = __gt__ = __ge__ = __lt__

    def __get__(self, instance: Any, kind: Any = None) -> Any:
        """As a function, so that one that is put into a class of the tests is a method there."""
        if instance is None or self._facts.kind != "function":
            return self
        return types.MethodType(self, instance)


_OPEN_NAMES = frozenset({"__name__", "__doc__", "__qualname__", "__annotations__", "__dict__"})


def _is_function(value: Any) -> bool:
    return isinstance(value, Proxy) and value._facts.kind == "function"


def _text(proxy: Proxy, method: str) -> str:
    facts = proxy._facts
    if facts.kind == "object" and not facts.asking.quiet:
        text = facts.asking.call(facts.target, method, (), {})
        if type(text) is str:
            return text
    return ""


def _same_object(one: Facts, other: Facts) -> bool:
    """Whether two objects are equal, as far as the program has no say in it."""
    judged = one.own and other.own
    if one.target == other.target:
        if one.asking.reused and (judged or one.equality != "identity"):
            raise UndecidedComparisonError(_SELF_JUDGED)  # one object in place of several
        return True
    if judged and "own" in (one.equality, other.equality):
        raise UndecidedComparisonError(_SELF_JUDGED)
    if one.equality == other.equality == "value":
        return bool(
            one.asking.get(one.target, "__plain__") == other.asking.get(other.target, "__plain__")
        )
    return False


class MethodOf(str):
    """The name of a method, as the program's reply gives it."""


class BoundMethod:
    """A method of an object of the program."""

    def __init__(self, proxy: Proxy, name: str) -> None:
        self.__self__ = proxy
        self.__name__ = self.__qualname__ = name

    def __repr__(self) -> str:
        return f"<method {self.__name__} of the program>"

    def __call__(self, *positional: Any, **keywords: Any) -> Any:
        facts = self.__self__._facts
        told = positional or keywords
        if told and facts.kind == "object" and not facts.own and self.__name__ in _COMPARING:
            raise blamed(TypeError(f"{facts.label!r} object {_ASKED_WITH_VALUES}"))
        value = facts.asking.call(facts.target, self.__name__, positional, keywords)
        return owned(value, facts.own)


_COMPARING = (
    frozenset(
        name for kind in (str, list, dict, set, tuple, int, float, bytes) for name in dir(kind)
    )
    | {"equals", "identical", "compare", "all", "any", "isclose", "match", "fullmatch", "search"}
) - {
    "append", "add", "push", "pop", "get", "insert", "remove", "discard", "extend", "update",
    "setdefault", "clear", "sort", "reverse", "keys", "values", "items", "copy",
}  # fmt: skip
"""Methods of plain values that would be told something to compare with."""


def owned(value: Any, is_own: bool) -> Any:
    """The value; an object of a class under test that such an object gives is one too."""
    if isinstance(value, Proxy) and is_own:
        facts = value._facts
        if facts.kind != "object" or any(
            facts.asking.under_test(name.rpartition(".")[2]) for name in facts.names
        ):
            facts.own = True
    return value


_WITHOUT_VALUES = frozenset(
    f"__{name}__" for name in (
        "len", "iter", "next", "getitem", "setitem", "delitem", "bool", "int", "float", "complex",
        "index", "neg", "pos", "abs", "invert", "round", "bytes", "reversed", "enter", "missing",
        "length_hint",
    )
)  # fmt: skip
"""Special methods that tell the program nothing to compare with."""
_WITH_VALUES = frozenset(
    f"__{prefix}{name}__"
    for name in (
        "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
        "lshift", "rshift",
    )
    for prefix in ("", "r", "i")
) | {"__contains__", "__divmod__"}  # fmt: skip


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Proxy, *positional: Any) -> Any:
        facts = self._facts
        # Two objects of the program may be added: that tells it nothing.
        told = name == "__contains__" or not all(isinstance(one, Proxy) for one in positional)
        if name in _WITH_VALUES and told and not facts.own:
            return _refused(facts, name, positional)
        value = facts.asking.call(facts.target, name, positional, {})
        return owned(value, facts.own)

    return method


def _refused(facts: Facts, name: str, positional: tuple[Any, ...]) -> Any:
    if name == "__contains__":
        items = facts.asking.call(facts.target, "__iter__", (), {})
        return any(item is positional[0] or item == positional[0] for item in items)
    raise blamed(TypeError(f"{facts.label!r} object {_ASKED_WITH_VALUES}"))


def _leave(self: Proxy, kind: Any, error: Any, trace: Any) -> Any:
    return self._facts.asking.leave(self._facts.target, error)


@cache
def proxy_class(special: frozenset[str]) -> type[Proxy]:
    """The class of proxies whose objects have these special methods."""
    body: dict[str, Any] = {
        name: _forwarded(name) for name in special & (_WITHOUT_VALUES | _WITH_VALUES)
    }
    if "__exit__" in special:
        body["__exit__"] = _leave
    return type("Proxy", (Proxy,), body)


CLASS_METHODS = frozenset({"__getitem__", "__iter__", "__len__", "__contains__"})
"""Special methods that a class may have: those of enumerations."""
