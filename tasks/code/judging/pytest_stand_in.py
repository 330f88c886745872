"""A module that stands for pytest where tests import it: what tests of functions use of it."""

import contextlib
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


class Marks:
    """`pytest.mark`: parameters are kept, `skip` is, and other marks say nothing."""

    def parametrize(self, names: Any, values: Any, **_: Any) -> Callable[[Any], Any]:
        """Run a test once for each of the values."""
        listed = [one.strip() for one in names.split(",")] if isinstance(names, str) else names

        def mark(test: Any) -> Any:
            rows = [_row(value, len(listed)) for value in values]
            test._parameters = [*getattr(test, "_parameters", []), (listed, rows)]
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


def fixture(function: Any = None, **_: Any) -> Any:
    """Mark what makes an argument of tests."""
    if function is None:
        return fixture
    function._is_fixture = True
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


def runs_of(test: Any, space: dict[str, Any], owner: Any = None) -> Iterator[Callable[[], Any]]:
    """The runs of a test: one for each combination of its parameters."""
    marked = getattr(test, "_parameters", [])
    for rows in itertools.product(*(rows for _, rows in marked)):
        given: dict[str, Any] = {}
        for (names, _), row in zip(marked, rows, strict=True):
            given.update(zip(names, row, strict=True))
        yield lambda given=given: _run(test, given, space, owner)  # type: ignore[misc]


def _run(test: Any, given: dict[str, Any], space: dict[str, Any], owner: Any) -> None:
    """Run a test with its arguments: parameters, and what fixtures make."""
    with contextlib.ExitStack() as stack:
        made = dict(given)
        test(**{name: _argument(name, made, space, owner, stack) for name in _arguments(test)})


def _arguments(function: Any) -> list[str]:
    return [
        one.name for one in inspect.signature(function).parameters.values()
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]  # fmt: skip


def _argument(
    name: str, made: dict[str, Any], space: dict[str, Any], owner: Any, stack: contextlib.ExitStack
) -> Any:
    if name not in made:
        maker: Any = getattr(owner, name, None) or space.get(name)
        if not getattr(maker, "_is_fixture", False):
            raise NameError(f"name {name!r} is not defined")
        inner = {part: _argument(part, made, space, owner, stack) for part in _arguments(maker)}
        value = maker(**inner)
        if isinstance(value, types.GeneratorType):
            made[name] = next(value)
            stack.callback(next, value, None)
        else:
            made[name] = value
    return made[name]


def lay_pytest() -> None:
    """Let `import pytest` give the stand-in, where the real one is not there."""
    sys.modules.setdefault("pytest", pytest_module())
