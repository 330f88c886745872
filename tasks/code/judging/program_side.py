"""The side of the program under test: load it, then do what each question says.

This text runs inside the sandbox together with the codec, in the same interpreter as the
program, which may rewrite all of it. That is harmless by design: nothing here knows a test or
an expected value, and whatever comes out is read as the value of one call, never as a verdict.
"""

import itertools
import linecache
import sys
import time
import types
from collections.abc import Callable
from typing import Any

from .codec import (  # not in the sandbox: there these texts stand before this one
    Packer,
    Unpacker,
)
from .known_values import (
    known_kind,
    known_rebuild,
)
from .notation import (
    DEEP_RECURSION,
    ObjectKind,
    TooLargeError,
    Tree,
    dumps,
    loads,
)
from .plain_values import (
    OBJECT_KINDS,
)
from .program_objects import (
    CONSTRUCT,
    MAX_MESSAGE,
    OPERATORS,
    MethodName,
    ProgramObjects,
    class_names,
    described,
    sort_of,
)
from .program_surroundings import (
    Printed,
    ProgramText,
)
from .shared_objects import (
    SharedObjects,
    apply_changes,
)
from .test_stand_ins import (
    TestStandIns,
)

SECONDS_AHEAD = 0.02
BYTES_AHEAD = 200_000


class Kinds(dict[Any, ObjectKind]):
    """The kinds of objects with numbers by tag; those of libraries are looked up when needed."""

    def __missing__(self, tag: Any) -> ObjectKind:
        kind = known_kind(tag)
        if kind is None:
            raise KeyError(tag)
        self[tag] = kind
        return kind


class ProgramSide:
    """The program, and the objects that it shares with the tests."""

    def __init__(self) -> None:
        self.exchange: Callable[[bytes | None], bytes] = _nobody
        self.module = types.ModuleType("solution")
        self.text = self.module.__dict__["__loader__"] = ProgramText()
        self.printed = Printed(sys.stdout)
        self.clock = time.perf_counter
        self.limit = sys.getrecursionlimit()
        """The program's own recursion limit: to read and write values takes a higher one."""
        self.objects = ProgramObjects()
        self.shared = SharedObjects()
        self.stand_ins = TestStandIns(self.module.__dict__, self.ask_back, self.objects.callbacks)
        self.kinds = Kinds(OBJECT_KINDS)
        self.kinds["O"] = self.stand_ins.instances
        self.actions: dict[str, Callable[..., Any]] = {
            "load": self.load, "load_and_ahead": self.load_and_ahead, "ahead": self.ahead,
            "call": self.call, "get": self.get, "set": self.set, "del": self.delete,
            "exit": self.leave, "more": self.more, "many": self.many,
        }  # fmt: skip

    # Questions -----------------------------------------------------------------------------

    def load(self, source: str, setup: str, declared: list[str]) -> Tree:
        """Run the program's text as a module; say which names it defines and what they are."""
        self.objects.declared = frozenset(declared)
        sys.modules["solution"] = self.module
        sys.stdout = self.printed
        space = self.module.__dict__
        self.text.text = source
        if setup:
            lines = setup.splitlines(True)
            linecache.cache["setup.py"] = (len(setup), None, lines, "setup.py")
        for text, name in ((setup, "setup.py"), (source, "solution.py")):
            if not text:
                continue
            try:
                code = compile(text, name, "exec")
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                return ["bad", type(error).__name__, str(error)[:MAX_MESSAGE]]
            try:
                self.in_program(lambda code=code: exec(code, space))  # type: ignore[misc]
            except BaseException as error:
                return ["x", *described(error)]
        names = itertools.islice(space.items(), 2_000)
        return ["ok", {name: _named_sort(value) for name, value in names if type(name) is str}]

    def load_and_ahead(self, load: list[Any], ahead: list[Any]) -> bytes:
        """Two questions in one: the second reply is on a line of its own, if the first is good."""
        loaded = self.load(*load)
        if loaded[0] != "ok":
            return dumps(loaded)
        return dumps(loaded) + b"\n" + self.ahead(*ahead)

    def call(
        self, target: Tree, name: str | None, arguments: Tree, named: Tree,
        changes: list[Tree] | None = None,
    ) -> Tree:  # fmt: skip
        """Call a function, a class, a held object or its method; what changed comes back."""
        unpacker = self.begin(changes)
        positional, keywords = unpacker.unpack(arguments), unpacker.unpack(named) or {}
        self.shared.remember()

        def act() -> Any:
            function = self.resolve(target)
            if name in OPERATORS:
                return OPERATORS[name](function, *positional)
            method = function if name in (None, CONSTRUCT) else getattr(function, name)
            return method(*positional, **keywords)

        return self.done(act, made=name == CONSTRUCT)

    def ahead(self, target: Tree, calls: list[Tree]) -> bytes:
        """Several calls in a row; what takes long or gives much is left to questions of its own.

        Each has objects of its own: nothing that it changes is seen again.
        """
        until = self.clock() + SECONDS_AHEAD
        replies: list[bytes] = []
        size = 0
        shared, told = self.shared, self.objects.told
        self.objects.told = None
        try:
            for arguments, named in calls:
                self.shared = SharedObjects()
                replies.append(dumps(self.call(target, None, arguments, named)))
                size += len(replies[-1])
                if self.clock() > until or size > BYTES_AHEAD:
                    break
        finally:
            self.shared, self.objects.told = shared, told
        return b'["ahead",[' + b",".join(replies) + b"]]"

    def get(self, target: Tree, name: str, changes: list[Tree] | None) -> Tree:
        """The value of an attribute; of a method only that it is one."""
        self.begin(changes)
        self.shared.remember()

        def act() -> Any:
            held = self.resolve(target)
            return held if name in ("__self__", "__plain__") else getattr(held, name)

        return self.done(act, method_of=self.resolve(target, None), name=name)

    def set(self, target: Tree, name: str, value: Tree, changes: list[Tree] | None) -> Tree:
        """Set an attribute."""
        content = self.begin(changes).unpack(value)
        self.shared.remember()
        return self.done(lambda: setattr(self.resolve(target), name, content))

    def delete(self, target: Tree, name: str, changes: list[Tree] | None) -> Tree:
        """Delete an attribute."""
        self.begin(changes)
        self.shared.remember()
        return self.done(lambda: delattr(self.resolve(target), name))

    def leave(self, target: Tree, error: Tree, changes: list[Tree] | None) -> Tree:
        """Leave a context manager, with the exception that ends its block, if one does."""
        raised = self.begin(changes).unpack(error)
        self.shared.remember()
        given = (None, None, None) if raised is None else (type(raised), raised, None)
        return self.done(lambda: self.resolve(target).__exit__(*given))

    def more(self, number: int, changes: list[Tree] | None) -> Tree:
        """The next items of an iterator that is held: [items, handle or None]."""
        self.begin(changes)
        packer = Packer(self.objects.foreign, self.shared)
        chunk = self.objects.chunk(packer, self.objects.handles[number], 0, number)
        self.shared.remember()
        return ["m", chunk]

    def many(self, name: str, inputs: list[Tree]) -> Tree:
        """Call one function once for each argument list."""
        replies: list[Tree] = []
        for arguments in inputs:
            try:
                given = Unpacker(self.rebuild, None, self.kinds).unpack(arguments)
                result = self.module.__dict__[name](*given)
                replies.append(["v", Packer(self.objects.foreign).pack(result)])
            except BaseException as error:
                replies.append(["x", *described(error)])
        return ["many", replies]

    # Values --------------------------------------------------------------------------------

    def begin(self, changes: list[Tree] | None) -> Unpacker:
        """Take over what the tests changed; `None` begins with no shared objects."""
        if changes is None:
            self.shared = SharedObjects()
        unpacker = Unpacker(self.rebuild, self.shared, self.kinds)
        if changes:
            apply_changes(changes, unpacker)
        return unpacker

    def done(
        self, act: Callable[[], Any], made: bool = False, method_of: Any = None, name: str = ""
    ) -> Tree:
        """Act, and reply with the value or the exception.

        `made` has a new instance of a class arrive as an object even if it is a built-in value
        besides. A method of `method_of` arrives as its name.
        """
        try:
            value = self.in_program(act)
        except BaseException as error:
            return self.reply("x", error)
        own = getattr(value, "__self__", None)
        if method_of is not None and own is method_of and _is_method(value, name):
            value = MethodName(name)
        return self.reply("v", value, made)

    def in_program(self, act: Callable[[], Any]) -> Any:
        """Act under the recursion limit of the program."""
        sys.setrecursionlimit(self.limit)
        try:
            return act()
        finally:
            self.limit = sys.getrecursionlimit()
            sys.setrecursionlimit(max(self.limit, DEEP_RECURSION))

    def reply(self, tag: str, value: Any, made: bool = False) -> Tree:
        """A reply with the value or the exception, what changed, and what was printed."""
        length = len(self.shared.objects)
        packer = Packer(self.objects.foreign, self.shared)
        try:
            if tag == "v":
                kind = type(value)
                declared = kind.__name__ in self.objects.declared
                as_object = made and kind.__module__ == "solution" and not declared
                tree = self.objects.handle(value, kind) if as_object else packer.pack(value)
                head = ["v", tree]
            else:
                own = {name: one for name, one in vars(value).items() if name[:2] != "__"}
                head = ["x", *described(value), packer.pack(own) if own else None]
            changes = self.shared.changes(packer, self.objects.writer_of)
        except (TooLargeError, RecursionError) as error:
            self.shared.cut(length)
            message = f"the result cannot be sent: {error}"
            return ["x", ["builtins.ValueError"], message, None, None, [], ""]
        return [*head, changes, self.printed.take()]

    def resolve(self, target: Tree, *otherwise: Any) -> Any:
        """The object that a target names."""
        kind, which = target
        if kind != "g":
            return self.objects.handles[which]
        space = self.module.__dict__
        return space.get(which, *otherwise) if otherwise else space[which]

    def rebuild(self, unpacker: Unpacker, tree: list[Any]) -> Any:
        """The program's view of what is not plain data on the other side."""
        tag = tree[0]
        if tag == "h":
            return self.objects.handles[tree[1]]
        if tag == "gl":
            return self.module.__dict__[tree[1]]
        if tag == "k":
            return self.stand_ins.function(tree[1], tree[2])
        if tag == "it":
            return iter(unpacker.items(tree[1:]))
        if tag == "ig":
            return self.stand_ins.iterator(tree[1])
        if tag == "N":
            make = self.stand_ins.named_tuple(tree[1], tree[2])
            return unpacker.tuple_like(make, tree[3:])
        if tag == "e":
            return self.stand_ins.member(tree[1], tree[2], unpacker.value(tree[3]), tree[4])
        if tag == "E":
            return self.exception(*tree[1:4])
        return known_rebuild(unpacker, tree)

    def exception(self, names: list[str], message: str, arguments: Any) -> BaseException:
        """An exception of the tests, as one of the nearest class that is known here."""
        for name in names:
            module, _, label = name.rpartition(".")
            known = self.module.__dict__.get(label)
            known = known or getattr(sys.modules.get(module), label, None)
            if isinstance(known, type) and issubclass(known, BaseException):
                try:
                    return known(*(arguments if type(arguments) is list else [message]))
                except Exception:
                    continue
        return Exception(message)

    def ask_back(self, what: Any, positional: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Have the judge call something of the tests."""
        self.limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self.limit, DEEP_RECURSION))
        try:
            packer = Packer(self.objects.foreign, self.shared)
            given, named = packer.pack(list(positional)), packer.pack(keywords)
            changes = self.shared.changes(packer, self.objects.writer_of)
            self.shared.remember()
            answer = loads(self.exchange(dumps(["cb", what, given, named, changes])))
            # Between asking and the answer the judge may have questions of its own.
            while answer[0] not in ("cv", "cx"):
                answer = loads(self.exchange(_bytes(self.answer(answer))))
            unpacker = Unpacker(self.rebuild, self.shared, self.kinds)
            value = unpacker.unpack(answer[1])
            apply_changes(answer[2], unpacker)
            self.shared.remember()
        finally:
            sys.setrecursionlimit(self.limit)
        if answer[0] == "cx":
            raise value
        return value

    def answer(self, question: Tree) -> Any:
        """Do what a question says."""
        return self.actions[question[0]](*question[1:])

    def run(self, exchange: Callable[[bytes | None], bytes]) -> None:
        """Answer questions until the channel closes."""
        self.exchange = exchange
        self.limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self.limit, DEEP_RECURSION))
        reply = None
        while True:
            reply = _bytes(self.answer(loads(exchange(reply))))


def _nobody(reply: bytes | None) -> bytes:
    raise RuntimeError("there is nobody to ask yet")


def _bytes(reply: Any) -> bytes:
    return reply if isinstance(reply, bytes) else dumps(reply)


def _is_method(value: Any, name: str) -> bool:
    """Whether a value is the method of its object that is called so."""
    return type(value) in (types.MethodType, types.BuiltinMethodType) and value.__name__ == name


def _named_sort(value: Any) -> str:
    """What a name of the program stands for; of a class its bases follow."""
    if isinstance(value, type):
        return " ".join(["class", *class_names(value)])
    return sort_of(value) if callable(value) else "value"
