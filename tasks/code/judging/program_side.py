"""The side of the program under test: load it, then do what each question says.

This text runs inside the sandbox together with the codec, in the same interpreter as the
program, which may rewrite all of it. That is harmless by design: nothing here knows a test or
an expected value, and whatever comes out is read as the value of one call, never as a verdict.
"""

import collections
import copy
import enum
import io
import itertools
import operator
import sys
import time
import types
from collections.abc import Callable
from typing import Any

from .codec import (  # not in the sandbox: there the codec's text stands before this one
    Packer,
    TooLargeError,
    Tree,
    Unpacker,
    array_tree,
    array_value,
    dumps,
    loads,
)

CHUNK = 256
SECONDS_AHEAD = 0.02
BYTES_AHEAD = 200_000
MAX_HANDLES = 20_000
MAX_PRINTED = 65_536
MAX_MESSAGE = 2_000
ROUNDS_OF_REHEARSAL = 20
_VIEWS = {type({}.keys()): "dk", type({}.values()): "dv", type({}.items()): "di"}
_EXACT: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
)
_BASES: tuple[tuple[type, str], ...] = (
    (collections.Counter, "C"),
    (collections.OrderedDict, "od"),
    (dict, "d"),
    (list, "l"),
    (set, "s"),
)


_OPERATORS: dict[str | None, Callable[..., Any]] = {
    f"__{call.__name__}__": call for call in (bool, len, iter, next, repr, str, abs, int, float)
} | {
    f"__{name}__": getattr(operator, name)
    for name in (
        "getitem", "setitem", "delitem", "contains", "add", "sub", "mul", "truediv", "floordiv",
        "mod", "pow", "neg", "iadd", "xor", "invert", "index", "lshift", "rshift",
    )
} | {
    "__and__": operator.and_,
    "__or__": operator.or_,
    "__reversed__": reversed,
    "__radd__": lambda own, other: other + own,
    "__rmul__": lambda own, other: other * own,
    "__rsub__": lambda own, other: other - own,
}  # fmt: skip


class Printed(io.TextIOBase):
    """What the program prints during one call; the excess goes to the real stdout, under limits."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> int:
        self.size += len(text)
        if self.size <= MAX_PRINTED:
            self.parts.append(text)
        else:
            self.real.write(text)
        return len(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        return text

    @property
    def buffer(self) -> Any:
        return self.real.buffer


class ProgramSide:
    """The program, and the objects of it that the judge holds handles of."""

    def __init__(self, exchange: Callable[[bytes | None], bytes]) -> None:
        self.exchange = exchange
        self.handles: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.members: dict[tuple[str, str], Any] = {}
        self.declared: frozenset[str] = frozenset()
        self.module = types.ModuleType("solution")
        self.printed = Printed(sys.stdout)
        self.clock = time.perf_counter

    # Questions -----------------------------------------------------------------------------

    def load(self, source: str, setup: str, declared: list[str]) -> Tree:
        """Run the program's text as a module; say which names it defines and what they are."""
        self.declared = frozenset(declared)
        sys.modules["solution"] = self.module
        sys.stdout = self.printed
        space = self.module.__dict__
        for text, name in ((setup, "setup.py"), (source, "solution.py")):
            if text:
                try:
                    code = compile(text, name, "exec")
                except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                    return ["bad", type(error).__name__, str(error)[:MAX_MESSAGE]]
                try:
                    exec(code, space)
                except BaseException as error:
                    return ["x", *_described(error)]
        names = itertools.islice(space.items(), 2_000)
        return ["ok", {name: _kind(value) for name, value in names if type(name) is str}]

    def load_and_ahead(self, load: list[Any], ahead: list[Any]) -> bytes:
        """Two questions in one: the second reply is on a line of its own, if the first is good."""
        loaded = self.load(*load)
        if loaded[0] != "ok":
            return dumps(loaded)
        return dumps(loaded) + b"\n" + self.ahead(*ahead)

    def call(self, target: Tree, name: str | None, arguments: Tree, named: Tree) -> Tree:
        """Call a function, a class, a held object or its method; arguments changed come back."""
        unpacker = Unpacker(self.rebuild)
        positional = unpacker.unpack(arguments)
        keywords = unpacker.unpack(named)
        before = [_content(container) for container in unpacker.containers]
        try:
            function = self.resolve(target)
            if name in _OPERATORS:
                result = _OPERATORS[name](function, *positional)
            else:
                method = function if name is None else getattr(function, name)
                result = method(*positional, **keywords)
            return self.reply("v", result, unpacker.containers, before)
        except BaseException as error:
            return self.reply("x", error, unpacker.containers, before)

    def ahead(self, target: Tree, calls: list[Tree]) -> bytes:
        """Several calls in a row; what takes long or gives much is left to questions of its own."""
        until = self.clock() + SECONDS_AHEAD
        replies: list[bytes] = []
        size = 0
        for arguments, named in calls:
            replies.append(dumps(self.call(target, None, arguments, named)))
            size += len(replies[-1])
            if self.clock() > until or size > BYTES_AHEAD:
                break
        return b'["ahead",[' + b",".join(replies) + b"]]"

    def get(self, target: Tree, name: str) -> Tree:
        """The value of an attribute."""
        try:
            held = self.resolve(target)
            return self.reply("v", held if name == "__self__" else getattr(held, name))
        except BaseException as error:
            return self.reply("x", error)

    def set(self, target: Tree, name: str, value: Tree) -> Tree:
        """Set an attribute."""
        try:
            setattr(self.resolve(target), name, Unpacker(self.rebuild).unpack(value))
            return self.reply("v", None)
        except BaseException as error:
            return self.reply("x", error)

    def more(self, number: int) -> Tree:
        """The next items of an iterator that is held: [items, handle or None]."""
        packer = Packer(self.foreign)
        return ["m", self.chunk(packer, self.handles[number], 0, number)]

    def many(self, name: str, inputs: list[Tree]) -> Tree:
        """Call one function once for each argument list."""
        replies: list[Tree] = []
        for arguments in inputs:
            try:
                given = Unpacker(self.rebuild).unpack(arguments)
                result = self.module.__dict__[name](*given)
                replies.append(["v", Packer(self.foreign).pack(result)])
            except BaseException as error:
                replies.append(["x", *_described(error)])
        return ["many", replies]

    # Values --------------------------------------------------------------------------------

    def reply(self, tag: str, value: Any, containers: Any = (), before: Any = ()) -> Tree:
        """A reply with the value or the exception, the changed arguments and what was printed."""
        packer = Packer(self.foreign, containers)
        try:
            head = [tag, packer.pack(value)] if tag == "v" else [tag, *_described(value)]
            changes: list[Tree] = []
            for number, old in enumerate(before):
                if not _same(containers[number], old):
                    changes += [number, packer.pack(_content(containers[number]))]
        except (TooLargeError, RecursionError) as error:
            return [
                "x",
                ["builtins.ValueError"],
                f"the result cannot be sent: {error}",
                None,
                [],
                "",
            ]
        return [*head, changes, self.printed.take()]

    def resolve(self, target: Tree) -> Any:
        """The object that a target names."""
        kind, which = target
        return self.module.__dict__[which] if kind == "g" else self.handles[which]

    def hold(self, value: Any) -> int:
        """The number of a new handle."""
        number = self.numbers.get(id(value))
        if number is not None:
            return number
        if len(self.handles) >= MAX_HANDLES:
            raise TooLargeError("too many objects that are not plain data")
        self.handles.append(value)
        self.numbers[id(value)] = len(self.handles) - 1
        return len(self.handles) - 1

    def foreign(self, packer: Packer, value: Any, depth: int) -> Tree:
        """What is not an exact built-in value: its base value, or a handle."""
        tree = array_tree(packer, value, depth)
        if tree is not None:
            return tree
        kind = type(value)
        name = kind.__name__
        if isinstance(value, enum.Enum) and name in self.declared:
            return ["e", name, value.name]
        for plain, exact in _EXACT:
            if isinstance(value, plain):
                return packer.pack(exact(value), depth)
        if isinstance(value, bytes | memoryview):
            return packer.pack(b"".join([value]), depth)
        if isinstance(value, tuple | frozenset):
            if name in self.declared and hasattr(kind, "_fields"):
                return packer.items(["N", name], value, depth)
            return packer.items(["t" if isinstance(value, tuple) else "f"], value, depth)
        for base, tag in _BASES:
            if isinstance(value, base):
                packer.number(value)
                if issubclass(base, dict):
                    mapping: Any = value
                    return packer.pairs([tag], dict(mapping), depth)
                iterate: Callable[[Any], Any] = base.__iter__  # type: ignore[attr-defined]
                return packer.items([tag], iterate(value), depth)
        return self.object_tree(packer, value, depth)

    def object_tree(self, packer: Packer, value: Any, depth: int) -> Tree:
        """Views, iterators, callables and instances."""
        kind = type(value)
        if kind in _VIEWS:
            return packer.items([_VIEWS[kind]], value, depth)
        if hasattr(kind, "__next__"):
            return ["it", self.chunk(packer, value, depth, None)]
        if isinstance(value, type) or callable(value):
            label = getattr(value, "__name__", kind.__name__)
            return ["h", self.hold(value), str(label)[:100], _kind(value)]
        fields: Tree = None
        if kind.__name__ in self.declared:
            packer.number(value)
            return ["O", kind.__name__, packer.pairs(["d"], _fields(value), depth)]
        return ["h", self.hold(value), kind.__name__[:100], "object", fields]

    def chunk(self, packer: Packer, iterator: Any, depth: int, held: int | None) -> Tree:
        """The next items: [items, handle if there may be more, exception if one ended it]."""
        items: list[Any] = []
        try:
            for item in itertools.islice(iterator, CHUNK):
                items.append(item)
        except BaseException as error:
            return [packer.items([], items, depth), None, _described(error)]
        if len(items) == CHUNK and held is None:
            held = self.hold(iterator)
        return [packer.items([], items, depth), held if len(items) == CHUNK else None, None]

    def rebuild(self, unpacker: Unpacker, tree: list[Any]) -> Any:
        """The program's view of what is not plain data on the other side."""
        tag = tree[0]
        if tag == "h":
            return self.handles[tree[1]]
        if tag == "gl":
            return self.module.__dict__[tree[1]]
        if tag == "k":
            return self.callback(tree[1], tree[2])
        if tag == "it":
            return iter(unpacker.items(tree[1:]))
        if tag == "O":
            value = self.blank(tree[1], "__dict__")
            unpacker.containers.append(value)
            vars(value).update(unpacker.value(tree[2]))
            return value
        if tag == "N":
            values = unpacker.items(tree[3:])
            maker: Any = self.module.__dict__.get(tree[1])
            if not hasattr(maker, "_make"):
                maker = collections.namedtuple(tree[1], tree[2])  # type: ignore[misc, no-redef]
            return maker._make(values)
        if tag == "e":
            return self.member(tree[1], tree[2], unpacker.value(tree[3]), tree[4])
        return array_value(unpacker, tree)

    def member(self, kind: str, name: str, value: Any, base: str) -> Any:
        """A member of the program's own enumeration, or of one made up for it."""
        own = self.module.__dict__.get(kind)
        if isinstance(own, enum.EnumMeta):
            return own[name]
        if (kind, name) not in self.members:
            mixed = {"int": int, "str": str}.get(base)
            make: Any = enum.Enum
            made = make(kind, {name: value}, type=mixed)
            self.members[kind, name] = made[name]
        return self.members[kind, name]

    def blank(self, name: str, needs: str) -> Any:
        """An empty instance of the program's class of that name, or of one made up for it."""
        own = self.module.__dict__.get(name)
        if isinstance(own, type):
            try:
                value: Any = object.__new__(own)
                if hasattr(value, needs):
                    return value
            except TypeError:
                pass
        return type(name, (), {"__repr__": lambda s: f"{name}({vars(s)!r})"})()

    def callback(self, number: int, name: str) -> Callable[..., Any]:
        """A function that stands for one on the judge's side."""

        def call_back(*positional: Any, **keywords: Any) -> Any:
            packer = Packer(self.foreign)
            question = ["cb", number, packer.pack(list(positional)), packer.pack(keywords)]
            answer = loads(self.exchange(dumps(question)))
            # Between asking and the answer the judge may have questions of its own.
            while answer[0] not in ("cv", "cx"):
                answer = loads(self.exchange(dumps(self.answer(answer))))
            if answer[0] == "cv":
                return Unpacker(self.rebuild).unpack(answer[1])
            raised = getattr(sys.modules["builtins"], answer[1], RuntimeError)
            raise raised(answer[2])

        call_back.__name__ = name
        return call_back

    def answer(self, question: Tree) -> Tree:
        """Do what a question says."""
        actions: dict[str, Callable[..., Tree]] = {
            "load": self.load, "call": self.call, "get": self.get, "set": self.set,
            "more": self.more, "many": self.many, "ahead": self.ahead,
            "load_and_ahead": self.load_and_ahead,
        }  # fmt: skip
        return actions[question[0]](*question[1:])

    def run(self) -> None:
        """Answer questions until the channel closes."""
        reply = None
        while True:
            tree = self.answer(loads(self.exchange(reply)))
            reply = tree if isinstance(tree, bytes) else dumps(tree)


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "class"
    return "function" if callable(value) else "value"


def _described(error: BaseException) -> list[Any]:
    """The names of an exception's classes, its message, and its arguments where they are plain."""
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__[:-1]]
    plain = all(type(item) in (str, int, float, bool, type(None)) for item in error.args)
    try:
        message = str(error)[:MAX_MESSAGE]
    except BaseException:
        message = ""
    brief = plain and len(error.args) <= 8 and len(str(error.args)) <= MAX_MESSAGE
    return [names[:20], message, list(error.args) if brief else None]


def _fields(value: Any) -> dict[str, Any]:
    if hasattr(value, "__dict__"):
        return dict(vars(value))
    slots = getattr(type(value), "__slots__", ())
    return {name: getattr(value, name) for name in slots if hasattr(value, name)}


def _content(container: Any) -> Any:
    """A shallow copy, to tell later whether the container was changed."""
    kind = type(container)
    if kind in (list, dict, set, bytearray) or kind.__module__ in ("collections", "numpy", "array"):
        return copy.copy(container)
    return dict(vars(container))


def _same(container: Any, old: Any) -> bool:
    kind = type(container)
    if kind in (list, collections.deque):
        return len(container) == len(old) and all(map(operator.is_, container, old))
    if kind.__module__ == "numpy":
        return bool(container.tobytes() == old.tobytes())
    if kind in (set, bytearray) or kind.__module__ == "array":
        return bool(container == old)
    new = container if isinstance(container, dict) else vars(container)
    return len(new) == len(old) and all(map(_same_pair, new.items(), old.items()))


def _same_pair(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return one[0] is other[0] and one[1] is other[1]


def main(exchange: Callable[[bytes | None], bytes]) -> None:
    """Serve the program's side of a check."""
    ProgramSide(exchange).run()


_REHEARSED = """
from typing import List
class Point:
    def __init__(self, x): self.x = x
def f(numbers: List[int], text="a", *rest):
    return sorted(numbers) if text else [text, 1.5, None, (True,), {"a": {1}}]
def g(numbers):
    numbers.append(len(numbers))
    raise ValueError("rehearsed")
"""


def rehearse() -> None:
    """Check a program of our own a few times, so that every check begins with warm code.

    The interpreter adapts its code as it runs, and a fork that does it again copies the pages.
    """
    plain = Packer(lambda packer, value, depth: None).pack
    given, named = plain([[3, 1, 2], "text"]), plain({})
    questions: list[Tree] = [
        ["load", _REHEARSED, "", []],
        ["call", ["g", "f"], None, given, named],
        ["call", ["g", "f"], None, plain([[1], ""]), plain({})],
        ["call", ["g", "g"], None, plain([[1, 2]]), named],
        ["ahead", ["g", "f"], [[given, named], [given, named]]],
        ["load_and_ahead", [_REHEARSED, "", []], [["g", "f"], [[given, named], [given, named]]]],
    ]
    printed = sys.stdout
    for _ in range(ROUNDS_OF_REHEARSAL):
        left = map(dumps, questions)

        def exchange(reply: bytes | None, left: Any = left) -> bytes:
            question = next(left, None)
            if question is None:
                raise SystemExit
            return question  # type: ignore[no-any-return]

        try:
            ProgramSide(exchange).run()
        except SystemExit:
            sys.stdout = printed
    sys.modules.pop("solution", None)
