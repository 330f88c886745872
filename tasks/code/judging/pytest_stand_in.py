"""A module that stands for pytest where tests import it: what tests of functions use of it."""

import contextlib
import dataclasses
import functools
import inspect
import itertools
import math
import re
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any


class SkippedError(Exception):
    """A test that says it should not run. It counts as failed: it decided nothing."""


class Raised:
    """The exception that a block raised."""

    def __init__(self) -> None:
        self.value: Any = None

    @property
    def type(self) -> Any:
        """The class of the exception."""
        return type(self.value)

    def match(self, pattern: str) -> bool:
        """Assert that the message matches."""
        assert re.search(pattern, str(self.value)), f"{str(self.value)!r} does not match"
        return True


@contextlib.contextmanager
def raises_block(expected: Any, match: str | None = None) -> Iterator[Raised]:
    """The block must raise one of these exceptions."""
    raised = Raised()
    try:
        yield raised
    except expected as error:
        raised.value = error
        if match is not None:
            raised.match(match)
        return
    raise AssertionError(f"nothing raised {expected!r}")


def raises(expected: Any, *given: Any, match: str | None = None, **named: Any) -> Any:
    """As `pytest.raises`: a block, or a function and its arguments."""
    block = raises_block(expected, match)
    if not given:
        return block
    with block as raised:
        given[0](*given[1:], **named)
    return raised


class Approx:
    """A number, or a collection of them, that equals what is near it."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, expected: Any, rel: float | None = None, abs: float | None = None,
        nan_ok: bool = False,
    ) -> None:  # fmt: skip
        self._expected = expected
        self._relative = 1e-6 if rel is None and abs is None else rel or 0.0
        self._absolute = 1e-12 if abs is None else abs
        self._nan_ok = nan_ok

    def __repr__(self) -> str:
        return f"approx({self._expected!r})"

    def __eq__(self, other: object) -> bool:
        return self._near(self._expected, other)

    def _near(self, want: Any, got: Any) -> bool:
        if hasattr(want, "tolist"):
            want = want.tolist()
        if hasattr(got, "tolist"):
            got = got.tolist()
        if isinstance(want, dict):
            same = isinstance(got, dict) and want.keys() == got.keys()
            return same and all(self._near(part, got[key]) for key, part in want.items())
        if isinstance(want, (list, tuple)):
            same = isinstance(got, (list, tuple)) and len(got) == len(want)
            return same and all(map(self._near, want, got))
        if want == got:
            return True
        if isinstance(want, (str, bool, type(None))) or isinstance(got, (str, bool, type(None))):
            return False
        try:
            if math.isnan(want) and math.isnan(got):
                return self._nan_ok
            within = max(self._relative * abs(want), self._absolute)
            return bool(abs(want - got) <= within and not math.isinf(got))
        except TypeError:
            return False


@dataclasses.dataclass(frozen=True)
class ParametersMark:
    """Names of arguments with rows of values; `indirect` ones go to the fixtures of these names."""

    names: list[str]
    rows: list[list[Any]]
    indirect: bool


class Marks:
    """`pytest.mark`: parameters are kept, `skip` is, and other marks say nothing."""

    def parametrize(
        self, names: Any, values: Any, indirect: Any = False, **_: Any
    ) -> Callable[[Any], Any]:
        """Run a test, or each test of a class, once for each of the values."""
        listed = [one.strip() for one in names.split(",")] if isinstance(names, str) else names

        def mark(test: Any) -> Any:
            rows = [_row(value, len(listed)) for value in values]
            made = ParametersMark(list(listed), rows, bool(indirect))
            test._parameters = [*vars(test).get("_parameters", []), made]
            return test

        return mark

    def __getattr__(self, name: str) -> Any:
        def mark(*given: Any, **_: Any) -> Any:
            test = given[0] if len(given) == 1 and callable(given[0]) else None
            if test is not None:
                return test
            return lambda one: one

        return mark


def _row(value: Any, count: int) -> list[Any]:
    if isinstance(value, Parameters):
        return list(value.values)
    return [value] if count == 1 else list(value)


class Parameters:
    """`pytest.param`: the values of one run."""

    def __init__(self, *values: Any, **_: Any) -> None:
        self.values = values


@dataclasses.dataclass(frozen=True)
class FixtureMark:
    """What `pytest.fixture` says of a function."""

    name: str
    params: list[Any]
    autouse: bool


def fixture(
    function: Any = None, *, name: str | None = None, params: Any = None, autouse: bool = False,
    **_: Any,
) -> Any:  # fmt: skip
    """Mark what makes an argument of tests."""
    if function is None:
        return lambda one: fixture(one, name=name, params=params, autouse=autouse)
    values = [one.values[0] if isinstance(one, Parameters) else one for one in params or ()]
    function._fixture = FixtureMark(name or function.__name__, values, autouse)
    return function


def skip(reason: str = "", **_: Any) -> None:
    """End a test that should not run."""
    raise SkippedError(reason)


def fail(reason: str = "", **_: Any) -> None:
    """Fail a test."""
    raise AssertionError(reason)


def pytest_module() -> types.ModuleType:
    """The module that `import pytest` gives."""
    module = types.ModuleType("pytest")
    vars(module).update(
        raises=raises, approx=Approx, mark=Marks(), param=Parameters, fixture=fixture, skip=skip,
        fail=fail, main=lambda *given, **named: 0,
    )  # fmt: skip
    return module


Run = Callable[[Any], None]
"""One run of a test, given the instance of its class (None for a function)."""


def runs_of(test: Any, space: dict[str, Any], kind: type | None = None) -> Iterator[Run]:
    """The runs of a test: one for each combination of its parameters and its fixtures'."""
    makers = _makers(space, kind)
    needed = _needed(test, makers, kind)
    rooms: list[list[tuple[dict[str, Any], dict[str, Any]]]] = []
    marks = [*getattr(kind, "_parameters", []), *getattr(test, "_parameters", [])]
    for mark in marks:
        rows = [dict(zip(mark.names, row, strict=True)) for row in mark.rows]
        rooms.append([({}, row) if mark.indirect else (row, {}) for row in rows])
    chosen = {name for mark in marks for name in mark.names}
    for name in needed:
        params = makers[name]._fixture.params
        if params and name not in chosen:
            rooms.append([({}, {name: value}) for value in params])
    for combination in itertools.product(*rooms):
        given: dict[str, Any] = {}
        requested: dict[str, Any] = {}
        for values, params in combination:
            given.update(values)
            requested.update(params)
        yield functools.partial(_run, test, makers, needed, (given, requested))


def _makers(space: dict[str, Any], kind: type | None) -> dict[str, Any]:
    """The fixtures by name: those of the class before those of the file."""
    known = list(space.values()) + [getattr(kind, name) for name in (dir(kind) if kind else ())]
    return {one._fixture.name: one for one in known if isinstance(one, types.FunctionType)
            and hasattr(one, "_fixture")}  # fmt: skip


def _needed(test: Any, makers: dict[str, Any], kind: type | None) -> list[str]:
    """The fixtures that a test has made: by its arguments, and those for every test."""
    waiting = [name for name, one in makers.items() if one._fixture.autouse]
    waiting += _arguments(test, kind)
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name in makers and name not in found:
            found[name] = None
            waiting += _arguments(makers[name], kind)
    return list(found)


def _run(
    test: Any, makers: dict[str, Any], needed: list[str],
    values: tuple[dict[str, Any], dict[str, Any]], owner: Any,
) -> None:  # fmt: skip
    """Run a test with its arguments: parameters, and what fixtures make."""
    given, requested = values
    kind = None if owner is None else type(owner)
    with contextlib.ExitStack() as stack:
        made = dict(given)

        def argument(name: str) -> Any:
            if name not in made:
                made[name] = make(name)
            return made[name]

        def make(name: str) -> Any:
            if name not in makers:
                raise NameError(f"name {name!r} is not defined")
            maker = makers[name]
            request = types.SimpleNamespace(param=requested.get(name), getfixturevalue=argument)
            inner = {
                part: request if part == "request" else argument(part)
                for part in _arguments(maker, kind)
            }
            value = _with_owner(maker, owner)(**inner)
            if isinstance(value, types.GeneratorType):
                stack.callback(next, value, None)
                return next(value)
            return value

        for name in needed:
            argument(name)
        _with_owner(test, owner)(**{name: argument(name) for name in _arguments(test, kind)})


def _is_method(function: Any, kind: type | None) -> bool:
    """Whether a function takes an instance of the class first."""
    name = getattr(function, "__name__", "")
    return kind is not None and inspect.getattr_static(kind, name, None) is function


def _with_owner(function: Any, owner: Any) -> Any:
    kind = None if owner is None else type(owner)
    return functools.partial(function, owner) if _is_method(function, kind) else function


def _arguments(function: Any, kind: type | None) -> list[str]:
    names = [
        one.name for one in inspect.signature(function).parameters.values()
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]  # fmt: skip
    return names[1:] if _is_method(function, kind) else names


@contextlib.contextmanager
def owner_of(kind: type | None, space: dict[str, Any]) -> Iterator[Any]:
    """An instance of a class of tests, set up and torn down around one run; None for functions."""
    owner = None if kind is None else kind()
    before = ("setup_function",) if owner is None else ("setup_method", "setUp")
    after = ("teardown_function",) if owner is None else ("teardown_method", "tearDown")
    for names in (before, after):
        for name in names:
            found = space.get(name) if owner is None else getattr(owner, name, None)
            if found is not None:
                found(*[None] * len(_arguments(found, None)))
        if names is before:
            yield owner


def lay_pytest() -> None:
    """Let `import pytest` give the stand-in, where the real one is not there."""
    sys.modules.setdefault("pytest", pytest_module())
