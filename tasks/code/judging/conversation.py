"""The judge's conversation with the program: questions, replies, and the objects both hold."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from .batching import (  # not in the sandbox: there these texts stand before this one
    Plan,
)
from .codec import (
    Packer,
    Unpacker,
)
from .notation import (
    MalformedError,
    Tree,
    dumps,
    loads,
)
from .proxies import (
    ProgramEnded,
)
from .shared_objects import (
    SharedObjects,
    apply_changes,
    changed_numbers,
    replace_content,
)
from .test_values import (
    MAX_PULLED,
    TestValues,
    class_members,
    read_chunk,
)


class ProgramSession:
    """The questions of one check. Everything that the program replies is checked here."""

    def __init__(self, exchange: Callable[[bytes | None], bytes], space: dict[str, Any]) -> None:
        self.exchange = exchange
        self.values = TestValues(self, space, self.pulled)
        self.shared: SharedObjects | None = None
        self.calls = 0
        self.last: tuple[Any, ...] = ()
        """The arguments of the last call, and its value where it has one."""
        self.before_asking: Callable[[], None] = _nothing
        """What has to be asked first."""
        self.tested: set[str] = set()
        """The classes under test, by name."""
        self.reused = False
        self.quiet = False
        self.alone = False
        """Whether every call is asked on its own, to see which of them ends the program."""
        self._depth = 0
        self._pending: list[tuple[int, Any, Any, SharedObjects, int]] = []
        self._risks: dict[int, bool] = {}

    # Questions -----------------------------------------------------------------------------

    def call(self, target: Tree, name: str | None, positional: Any, keywords: Any) -> Any:
        """Call something of the program."""
        self.last = (positional, keywords)
        result = self._asked("call", target, name, tuple(positional), keywords or None)
        self.last = (positional, keywords, result)
        return result

    def get(self, target: Tree, name: str) -> Any:
        """The value of an attribute; of a method a `MethodOf`."""
        return self._asked("get", target, name)

    def set(self, target: Tree, name: str, value: Any) -> None:
        """Set an attribute."""
        self._asked("set", target, name, value)

    def delete(self, target: Tree, name: str) -> None:
        """Delete an attribute."""
        self._asked("del", target, name)

    def leave(self, target: Tree, error: BaseException | None) -> Any:
        """Leave a context manager of the program."""
        return self._asked("exit", target, error)

    def under_test(self, label: str) -> bool:
        """Whether the tests are about a class of that name."""
        return label in self.tested

    def _asked(self, question: str, target: Tree, *parts: Any) -> Any:
        """The value of the reply to a question; raises what the program raised.

        The first part of a question that is a name goes as it is; the others are values.
        """
        self.before_asking()
        packer, changes = self._begin()
        assert self.shared is not None
        length = len(self.shared.objects)
        named = 0 if question == "exit" else 1
        try:
            packed = [*parts[:named], *map(packer.pack, parts[named:])]
        except BaseException:
            self.shared.cut(length)
            raise
        self.shared.remember()
        return self.taken(self._relayed([question, target, *packed, changes]), self.shared)

    def shares_objects(self) -> bool:
        """Whether the program may hold objects of the tests, or the tests its.

        Then a call must not be asked ahead of its turn, without what changed before it.
        """
        return self.shared is not None and bool(self.shared.objects)

    def _begin(self) -> tuple[Packer, list[Tree] | None]:
        """What the tests changed since the program was asked last; None with a new table."""
        if self.shared is None or (self._depth == 0 and self.shared.is_large()):
            self.shared = SharedObjects()
            return Packer(self.values.foreign, self.shared), None
        packer = Packer(self.values.foreign, self.shared)
        return packer, self.shared.changes(packer, self.values.writer_of)

    def pulled(self, items: list[Any], more: Any, error: Any) -> Iterator[Any]:
        """An iterator of the program, pulled a chunk at a time and only up to a cap."""
        count = 0
        while True:
            yield from items
            count += len(items)
            if error is not None:
                raise self.values.exception(*error)
            if more is None:
                return
            if count >= MAX_PULLED:
                raise ValueError("the program's iterator does not end")
            self.before_asking()
            _, changes = self._begin()
            assert self.shared is not None
            reply = self._relayed(["more", more, changes])
            unpacker = Unpacker(self.values.rebuild, self.shared, self.values.kinds)
            items, more, error = read_chunk(unpacker, reply[1])
            self.shared.remember()

    def answers(self, target: Tree, calls: list[Tree]) -> list[list[Any]]:
        """The replies to the first of these calls, or to several, if they take little time."""
        if self.alone:
            calls = calls[:1]
        reply = self._relayed(["ahead", target, calls])
        answers = reply[1] if reply[0] == "ahead" and len(reply) == 2 else None
        if type(answers) is not list or not 0 < len(answers) <= len(calls):
            raise MalformedError("a reply in no known form")
        if not all(type(answer) is list and answer for answer in answers):
            raise MalformedError("a reply in no known form")
        return answers

    def _relayed(self, question: Tree) -> Tree:
        """The program's reply, after any calls back of functions that the tests passed in."""
        message = dumps(question)
        while True:
            answer = self.exchange(b"Q" + message)
            if answer[:1] != b"A":
                raise ProgramEnded
            self.calls += 1
            tree = loads(answer[1:])
            if type(tree) is not list or not tree or type(tree[0]) is not str:
                raise MalformedError("a reply in no known form")
            if tree[0] != "cb":
                return tree
            message = dumps(self._called_back(tree))

    # Replies -------------------------------------------------------------------------------

    def taken(self, reply: Tree, shared: SharedObjects) -> Any:
        """What a reply says: its value, or the exception that it tells of, raised."""
        try:
            raised = reply[0] == "x"
            changes, printed = reply[5:] if raised else reply[2:]
            unpacker = Unpacker(self.values.rebuild, shared, self.values.kinds)
            value = self._with_changes(reply, changes, unpacker, shared)
        except Exception as error:  # whatever it is, the program sent it
            raise MalformedError(f"a broken reply ({type(error).__name__}: {error})") from None
        if shared is self.shared:
            shared.remember()
        if type(printed) is str and printed:
            sys.stdout.write(printed)
        if raised:
            raise value
        return value

    def _with_changes(
        self, reply: Tree, changes: list[Tree], unpacker: Unpacker, shared: SharedObjects
    ) -> Any:
        """The value of a reply; objects take on their changes now, or when a statement is over.

        A statement that reads an argument again must not see it change under its hands:
        `f(xs) == sorted(xs)` would be true of a function that empties xs.
        """
        numbers = changed_numbers(changes, shared)
        shadows: dict[int, Any] = {}
        if numbers and self._held():
            shared.complete()
            for number, content in zip(numbers, changes[1::2], strict=True):
                shadows[number] = unpacker.empty_like(content)
        kept = {number: shared.objects[number] for number in shadows}
        for number, shadow in shadows.items():
            shared.objects[number] = shadow
        value = self._value(reply, unpacker)
        apply_changes(changes, unpacker)
        for number, target in kept.items():
            if not isinstance(target, type(shadows[number])):
                raise MalformedError("an object became one of another type")
            shared.objects[number] = target
            shared.postpone(number, shadows[number])
            depth = frame_depth(sys._getframe(1))
            self._pending.append((depth, target, shadows[number], shared, number))
        return value

    def _value(self, reply: Tree, unpacker: Unpacker) -> Any:
        if reply[0] == "v":
            return unpacker.value(reply[1])
        if reply[0] != "x":
            raise MalformedError("a reply in no known form")
        error = self.values.exception(*reply[1:4])
        if reply[4] is not None:
            for name, value in unpacker.value(reply[4]).items():
                if not str(name).startswith("_"):
                    setattr(error, str(name), value)
        return error

    def _called_back(self, tree: Tree) -> Tree:
        """Call a function of the tests, or a method of one of their objects, for the program."""
        shared = self.shared or SharedObjects()
        self.shared = shared
        unpacker = Unpacker(self.values.rebuild, shared, self.values.kinds)
        try:
            positional, keywords = unpacker.unpack(tree[2]), unpacker.unpack(tree[3])
            changed_numbers(tree[4], shared)
            apply_changes(tree[4], unpacker)
            function, given = self._called(tree[1], positional)
        except Exception as error:  # whatever it is, the program sent it
            raise MalformedError(f"a broken call ({type(error).__name__}: {error})") from None
        shared.remember()
        self._depth += 1
        kind = "cv"
        try:
            value: Any = function(*given, **keywords)
        except Exception as error:
            kind, value = "cx", error
        finally:
            self._depth -= 1
        packer = Packer(self.values.foreign, shared)
        length = len(shared.objects)
        try:
            answer = [kind, packer.pack(value), shared.changes(packer, self.values.writer_of)]
        except Exception as error:
            shared.cut(length)
            packed = Packer(self.values.foreign, shared).pack(TypeError(str(error)))
            answer = ["cx", packed, []]
        shared.remember()
        return answer

    def _called(self, what: Any, positional: Any) -> tuple[Callable[..., Any], list[Any]]:
        """What the program calls: a function by number, a method or attribute by name."""
        if type(what) is int and what >= 0:
            return self.values.callbacks[what][0], positional
        one, *rest = positional
        kind = type(one)
        if kind.__module__ != "__tests__":
            raise MalformedError("a method of nothing that the tests gave")
        methods, properties = class_members(kind)
        if what[:1] == "." and what[1:] in properties:
            return getattr, [one, what[1:]]
        if what in methods:
            return getattr(one, what), rest
        raise MalformedError("a method that is not there")

    # Statements of the tests ---------------------------------------------------------------

    def _held(self) -> bool:
        """Whether a statement under way reads some name more than once."""
        return any(self._risks.values())

    def statement(self, risky: bool) -> None:
        """Called before each statement of the tests: the one before it is over."""
        depth = frame_depth(sys._getframe(1))
        if self._pending:
            due = [one for one in self._pending if one[0] >= depth]
            self._pending = [one for one in self._pending if one[0] < depth]
            for _, target, content, shared, number in due:
                replace_content(target, content)
                shared.waiting.discard(number)
        for deeper in [level for level in self._risks if level > depth]:
            del self._risks[deeper]
        self._risks[depth] = risky


class AheadCalls:
    """Calls of the tests that are asked together with those that surely follow them."""

    def __init__(self, conversation: ProgramSession, plan: Plan) -> None:
        self._conversation = conversation
        self._plan = plan
        self._replies: dict[tuple[int, int], Tree] = {}

    def call(self, group: int, index: int, function: Any, *positional: Any, **keywords: Any) -> Any:
        """The value of a call of a group, asked now or already."""
        conversation = self._conversation
        name = conversation.values.name_of(function)
        known = (group, index) in self._replies
        if name is None or (conversation.shares_objects() and not known):
            return function(*positional, **keywords)
        if known:
            conversation.calls += 1
        else:
            conversation.last = (positional, keywords)
            self._ask(group, index, ["g", name])
        shared = SharedObjects()
        packer = Packer(conversation.values.foreign, shared)
        packer.pack(list(positional))
        packer.pack(keywords)
        conversation.last = (positional, keywords)
        result = conversation.taken(self._replies.pop((group, index)), shared)
        conversation.last = (positional, keywords, result)
        return result

    def _ask(self, group: int, index: int, target: Tree) -> None:
        """Fetch the replies to a call and to as many of the following as take little time."""
        conversation = self._conversation
        calls: list[Tree] = []
        for positional, keywords in self._plan.groups[group][index:]:
            packer = Packer(conversation.values.foreign)
            calls.append([packer.pack(positional), packer.pack(keywords)])
        conversation.before_asking()
        asked_for = conversation.last
        if len(calls) > 1 and not conversation.alone:
            conversation.last = ()
        for number, answer in enumerate(conversation.answers(target, calls)):
            self._replies[group, index + number] = answer
        conversation.last = asked_for


def frame_depth(frame: Any) -> int:
    """How many frames of the tests are below: those of the judge do not count."""
    depth = 0
    while frame is not None:
        depth += frame.f_code.co_filename == "<tests>"
        frame = frame.f_back
    return depth


def _nothing() -> None:
    pass
