"""The judge's side: the benchmark's tests run here, with stand-ins for the program's names.

This text runs inside a sandbox of its own, after those it builds on. A stand-in turns a call
into a question for the program, and the reply into exact known values; what is not plain data
arrives as a `Proxy` without equality or order of its own, so that no comparison is ever decided
by the program.
"""

import ast
import builtins
import importlib
import io
import random
import sys
import types
import unittest
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .array_guards import (  # not in the sandbox: there these texts stand before this one
    equal_arrays,
    guard_arrays,
)
from .assert_queue import (
    Queue,
)
from .batching import (
    AHEAD,
    TOGETHER,
    Plan,
    reaches_in,
)
from .case_log import (
    CaseLog,
)
from .conversation import (
    AheadCalls,
    ProgramSession,
)
from .instrumentation import (
    CASE,
    EQUAL,
    LATER,
    PAIR,
    SETTLE,
    STATEMENT,
    instrumented,
)
from .notation import (
    DEEP_RECURSION,
    dumps,
    loads,
)
from .proxies import (
    ProgramEnded,
)
from .pytest_stand_in import (
    lay_pytest,
    owner_of,
    runs_of,
)
from .test_values import (
    class_stand_in,
    function_stand_in,
)

LONGEST_NUMBER = 200_000
"""Digits that tests may read or print: more would take the judge longer than a test is worth."""


class TestRun:
    """One check: the tests' names, and the run of all of them."""

    __test__ = False

    def __init__(self, exchange: Callable[[bytes | None], bytes], job: dict[str, Any]) -> None:
        self.job = job
        module = types.ModuleType("__tests__")
        self.space = module.__dict__
        self.space.update(__name__="__tests__", __builtins__=builtins)
        sys.modules["__tests__"] = module
        self.conversation = ProgramSession(exchange, self.space)
        self.conversation.alone = job["alone"]
        self.log = CaseLog(self.conversation, job["tests"].splitlines())
        self.code: Any = None
        self.names: dict[str, list[str]] = {
            name: kind.split(" ") for name, kind in job["names"].items()
        }
        """By name of the program: "function", "value" or "class" and the names of its bases."""
        self.stand_ins: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        """Run all tests; the counts, the failures, and the error that ended it."""
        random.seed(0)
        stray: dict[str, Any] | None = None
        out, sys.stdout = sys.stdout, io.StringIO()
        try:
            queue = self.prepare()
            exec(self.code, self.space)
            if self.job["check"]:
                self.space[self.job["check"]](self.stand_in(self.job["entry"]))
            self.run_functions(self.job["functions"])
            self.run_unittest()
            queue.settle()
        except ProgramEnded as error:
            stray = self.log.failure(error) | {"from_program": True}
        except BaseException as error:
            stray = self.log.failure(error)
        finally:
            sys.stdout = out
            sys.modules.pop("__tests__", None)
            sys.modules.pop("solution", None)
        return {
            "passed": self.log.passed, "failed": self.log.failed, "failures": self.log.failures,
            "stray": stray, "calls": self.conversation.calls, "asserted": self.log.asserted,
        }  # fmt: skip

    def prepare(self) -> Queue:
        """Make the names that the tests see, and the tests themselves."""
        if "pytest" in self.job["tests"]:
            lay_pytest()
        guard_arrays("testing" in self.job["tests"])
        for text in (self.job["setup"], self.job["prompt"]):
            if text:
                exec(_compiled(text, "<prompt>"), self.space)
        for name in self.job["modules"]:
            self.space.setdefault(name, importlib.import_module(name))
        self.conversation.tested = {name for name in self.names if self.is_class(name)}
        for name in self.job["wanted"]:
            if name == self.job["entry"] or (name in self.names and name not in self.space):
                self.space[name] = self.stand_in(name)
        self.space.setdefault("candidate", self.space[self.job["entry"]])
        self.lay_solution()
        self.code, plan = _compiled_tests(self.job["tests"], self.job["entry"])
        queue = Queue(self.conversation, self.log, plan)
        self.conversation.before_asking = self.log.before_case = queue.settle
        self.space.update(
            {
                CASE: self.log.case, STATEMENT: self.log.statement, PAIR: self.log.compare,
                AHEAD: AheadCalls(self.conversation, plan).call, TOGETHER: queue.together,
                LATER: queue.later, SETTLE: queue.settle, EQUAL: equal_arrays,
            }
        )  # fmt: skip
        return queue

    def lay_solution(self) -> None:
        """Let tests import the program's names from `solution`, as those of many files do."""
        module = types.ModuleType("solution")

        def find(name: str) -> Any:
            if name not in self.names or name.startswith("__"):
                raise AttributeError(f"the program defines no {name!r}")
            return self.stand_in(name)

        vars(module).update(
            __getattr__=find, __all__=[name for name in self.names if name[:1] != "_"]
        )
        sys.modules["solution"] = module

    def stand_in(self, name: str) -> Any:
        """What stands for a name of the program in the tests, made once."""
        found = self.stand_ins.get(name)
        if found is None:
            found = self.stand_ins[name] = self._made(name)
        return found

    def _made(self, name: str) -> Any:
        kind, *names = self.names.get(name, ["function"])
        values = self.conversation.values
        if kind == "value":
            return self.conversation.get(["g", name], "__self__")
        if kind == "function":
            return function_stand_in(self.conversation, values, name)
        if "builtins.BaseException" in names:
            return values.exception_class(tuple(names))
        return class_stand_in(self.conversation, name, names)

    def is_class(self, name: str) -> bool:
        """Whether a name is one of a class by our own lights, not only by the program's word.

        Objects of such a class are asked with values of the tests, so a program must not be able
        to make objects of a function's values by defining the function as a class. Where no class
        of that name is ours, its name must look like one and the tests must use objects.
        """
        if self.names[name][0] != "class":
            return False
        own = self.space.get(name)
        if own is not None and not hasattr(own, "_facts"):
            return isinstance(own, type)
        return name[:1].isupper() and _uses_objects(self.job["tests"])

    def run_functions(self, names: list[str]) -> None:
        """Call pytest-style functions, each run of them one case."""
        if names:
            self.set_up(self.space.get("setup_module"))
        for name in names:
            self.run_test(self.space[name], name)
        for kind in list(self.space.values()):
            if not (isinstance(kind, type) and kind.__module__ == "__tests__"):
                continue
            if kind.__name__.startswith("Test") and not issubclass(kind, unittest.TestCase):
                self.run_methods(kind)

    def run_methods(self, kind: type) -> None:
        """Call the test methods of a pytest-style class, each run on an instance of its own."""
        if "__init__" in vars(kind):
            return
        self.set_up(getattr(kind, "setup_class", None))
        for name in [one for one in dir(kind) if one.startswith("test")]:
            self.run_test(getattr(kind, name), f"{kind.__name__}.{name}", kind)

    def set_up(self, function: Any) -> None:
        """Call what a file or a class of tests says is to be done first."""
        if function is not None:
            function()

    def run_test(self, test: Any, name: str, kind: type | None = None) -> None:
        """Run one function or method; what it asserts itself may have been noted as cases."""
        for run in runs_of(test, self.space, kind):
            before = self.log.passed + self.log.failed
            try:
                with owner_of(kind, self.space) as owner:
                    run(owner)
            except BaseException as error:
                self.log.case(0, 0, error, name)
            else:
                if self.log.passed + self.log.failed == before:
                    self.log.case(0, 0, None)

    def run_unittest(self) -> None:
        """Run the methods of TestCase classes, each one case."""
        for kind in list(self.space.values()):
            if not (isinstance(kind, type) and issubclass(kind, unittest.TestCase)):
                continue
            if kind.__module__ != "__tests__":
                continue
            self.set_up(kind.setUpClass)
            for test in unittest.defaultTestLoader.loadTestsFromTestCase(kind):
                result = _Result()
                test.run(result)
                error = result.problem
                if error is None and result.skipped:
                    error = AssertionError("skipped")
                self.log.case(0, 0, error, str(test))
            self.set_up(kind.tearDownClass)


class _Result(unittest.TestResult):
    def __init__(self) -> None:
        super().__init__()
        self.problem: BaseException | None = None

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802 (unittest names it)
        self.problem = self.problem or err[1]

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802 (unittest names it)
        self.problem = self.problem or err[1]

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802 (as above)
        if err is not None:
            self.problem = self.problem or err[1]


_CODE: dict[str, Any] = {}
_TESTS: dict[tuple[str, str], tuple[Any, Plan]] = {}


def _compiled(text: str, name: str) -> Any:
    code = _CODE.get(text)
    if code is None:
        if len(_CODE) >= 256:
            _CODE.clear()
        code = _CODE[text] = compile(ast.parse(text, name), name, "exec")
    return code


@lru_cache(maxsize=256)
def _uses_objects(tests: str) -> bool:
    return reaches_in(ast.parse(tests))


def _compiled_tests(text: str, entry: str) -> tuple[Any, Plan]:
    found = _TESTS.get((text, entry))
    if found is None:
        if len(_TESTS) >= 256:
            _TESTS.clear()
        tree, plan = instrumented(ast.parse(text, "<tests>"), entry)
        found = _TESTS[text, entry] = compile(tree, "<tests>", "exec"), plan
    return found


def main(exchange: Callable[[bytes | None], bytes]) -> None:
    """Serve jobs, one after the other, until the channel closes."""
    sys.set_int_max_str_digits(LONGEST_NUMBER)
    sys.setrecursionlimit(DEEP_RECURSION)
    reply = None
    while True:
        job = loads(exchange(reply))
        reply = b"D" + dumps(TestRun(exchange, job).run())
