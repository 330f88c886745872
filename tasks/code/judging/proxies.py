"""What stands for the program's objects on the judge's side.

A stand-in has no equality or order of its own: no comparison is ever decided by the program.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .codec import (  # not in the sandbox: there the codec's text stands before this one
    Tree,
    Unpacker,
)

if TYPE_CHECKING:
    from .judge_side import Judge

MAX_PULLED = 1_000_000


class ProgramEnded(BaseException):
    """The program has ended, so no further test can be asked."""


class UndecidedError(Exception):
    """The tests ask the program to judge itself."""


_SELF_JUDGED = (
    "the tests compare two objects of the program with each other, "
    "which only the program itself could decide"
)


def _blamed(error: BaseException) -> BaseException:
    """The exception, marked as one that the program's value led to."""
    error._from_program = type(error).__name__  # type: ignore[attr-defined]
    return error


class Proxy:
    """An object of the program that is not plain data. Only identity says whether two are equal.

    `_own` marks what the tests made themselves, by calling a class of the program. Only such an
    object is asked to do arithmetic or to say what it contains: anything else that the program
    returns could stand in place of a plain value, and would be told what is expected of it.
    """

    def __init__(self, judge: "Judge", target: Tree, label: str, kind: str) -> None:
        object.__setattr__(self, "_proxy", (judge, target, label, kind))
        object.__setattr__(self, "_own", False)
        object.__setattr__(self, "_again", False)

    def __repr__(self) -> str:
        judge, target, label, kind = self._proxy
        if kind == "object" and judge.opens_objects:
            text = judge.ask_program(["call", target, "__repr__", ["l"], ["d"]])
            if type(text) is str:
                return text
        return f"<{label} of the program>"

    def __str__(self) -> str:
        judge, target, _, kind = self._proxy
        if kind == "object" and judge.opens_objects:
            text = judge.ask_program(["call", target, "__str__", ["l"], ["d"]])
            if type(text) is str:
                return text
        return repr(self)

    def __call__(self, *positional: Any, **keywords: Any) -> Any:
        judge, target, label, kind = self._proxy
        if kind == "object" and not judge.opens_objects:
            raise _blamed(TypeError(f"{label!r} object of the program is not plain data"))
        value = _owned(judge.call(target, None, positional, keywords), kind == "class")
        if kind == "class" and isinstance(value, Proxy) and value._again:
            judge.reused = True
        return value

    def __getattr__(self, name: str) -> Any:
        judge, target, label, kind = self._proxy
        plain = name in _PLAIN_METHODS and not self._own and kind == "object"
        hidden = name.startswith("__") and name not in ("__name__", "__doc__")
        if not judge.opens_objects or hidden or plain:
            raise _blamed(
                AttributeError(f"{label!r} object of the program is not plain data, so no {name!r}")
            )
        return judge.ask_program(["get", target, name])

    def __setattr__(self, name: str, value: Any) -> None:
        judge, target, label, _ = self._proxy
        if not judge.opens_objects:
            raise _blamed(AttributeError(f"{label!r} object of the program is not plain data"))
        judge.ask_program(["set", target, name, judge.pack(value)])

    def __instancecheck__(self, value: Any) -> bool:
        label = self._proxy[2]
        return isinstance(value, Proxy) and value._proxy[2] == label

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Proxy) and self._proxy[1] == other._proxy[1]:
            if self._proxy[0].reused and self._proxy[0].opens_objects:
                raise UndecidedError(_SELF_JUDGED)  # one object in place of several
            return True
        if isinstance(other, Proxy) and self._proxy[0].opens_objects:
            raise UndecidedError(_SELF_JUDGED)
        return False

    def __lt__(self, other: object) -> bool:
        if isinstance(other, Proxy) and self._proxy[0].opens_objects:
            raise UndecidedError(_SELF_JUDGED)
        return NotImplemented

    __le__ = __gt__ = __ge__ = __lt__


_PLAIN_METHODS = frozenset(
    name for kind in (str, list, dict, set, tuple, int, float, bytes) for name in dir(kind)
) | {"equals", "identical", "compare", "all", "any", "isclose", "match", "fullmatch", "search"}
_HARMLESS = frozenset(f"__{name}__" for name in ("len", "iter", "next", "getitem", "bool"))


def _owned(value: Any, made_here: bool) -> Any:
    if made_here and isinstance(value, Proxy):
        object.__setattr__(value, "_own", True)
    return value


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Proxy, *positional: Any) -> Any:
        judge, target, label, _ = self._proxy
        if not judge.opens_objects or not (self._own or name in _HARMLESS):
            raise _blamed(TypeError(f"{label!r} object of the program is not plain data"))
        return _owned(judge.call(target, name, positional, {}), self._own)

    return method


class OpenProxy(Proxy):
    """An instance of a class under test: its operators are questions to the program."""


for _name in (
    "len", "getitem", "setitem", "delitem", "contains", "iter", "bool", "add", "sub", "mul",
    "truediv", "floordiv", "mod", "pow", "neg", "abs", "int", "float", "enter", "exit", "iadd",
    "radd", "rmul", "and", "or", "xor", "invert", "index", "reversed", "next", "lshift", "rshift",
):  # fmt: skip
    setattr(OpenProxy, f"__{_name}__", _forwarded(f"__{_name}__"))


def pulled(judge: "Judge", items: list[Any], more: Any, error: Any) -> Iterator[Any]:
    """An iterator of the program, pulled a chunk at a time and only up to a cap."""
    count = 0
    while True:
        yield from items
        count += len(items)
        if error is not None:
            raise judge.exception(*error)
        if more is None:
            return
        if count >= MAX_PULLED:
            raise ValueError("the program's iterator does not end")
        reply = judge.exchange_with_program(["more", more])
        items, more, error = judge.chunk(Unpacker(judge.rebuild), reply[1:])
