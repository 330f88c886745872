"""Running a program of our own statement by statement, to tell what it did in true steps."""

import ast
from functools import lru_cache
from types import CodeType
from typing import Any

MAX_STEPS = 400
_SIMPLE = (int, str, bool, list, tuple, dict, float)


class TooLongError(Exception):
    """The program takes more steps than are wanted."""


@lru_cache(maxsize=20_000)
def _statement(text: str) -> CodeType:
    return compile(text, "<step>", "exec")


@lru_cache(maxsize=20_000)
def _expression(text: str) -> CodeType:
    return compile(text, "<step>", "eval")


class Stepper:
    """Runs module-level statements; `steps` holds each change as "name=value".

    Function bodies run whole: a call is one step.
    """

    def __init__(self) -> None:
        # A print of our own: the real one writes to a stream that all threads share.
        self.space: dict[str, Any] = {"print": self._print}
        self.steps: list[str] = []
        self.printed: list[str] = []
        self._count = 0

    def run(self, source: str) -> str:
        """Run a program; what it prints. Raises TooLongError, and what the program raises."""
        self._block(ast.parse(source).body)
        return "".join(self.printed)

    def _block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self._count += 1
            if self._count > MAX_STEPS:
                raise TooLongError
            if isinstance(statement, ast.For):
                self._loop(statement)
            elif isinstance(statement, ast.While):
                while self._value(statement.test):
                    self._block(statement.body)
            elif isinstance(statement, ast.If):
                self._branch(statement)
            else:
                self._simple(statement)

    def _loop(self, statement: ast.For) -> None:
        target = ast.unparse(statement.target)
        for value in self._value(statement.iter):
            self.space["_item"] = value
            exec(_statement(f"{target} = _item"), self.space)
            self.steps.append(f"{target}={value!r}")
            self._block(statement.body)

    def _branch(self, statement: ast.If) -> None:
        holds = bool(self._value(statement.test))
        self.steps.append(f"{ast.unparse(statement.test)}: {'yes' if holds else 'no'}")
        self._block(statement.body if holds else statement.orelse)

    def _value(self, node: ast.expr) -> Any:
        return eval(_expression(ast.unparse(node)), self.space)

    def _simple(self, statement: ast.stmt) -> None:
        exec(_statement(ast.unparse(statement)), self.space)
        for name in _changed(statement):
            if isinstance(self.space.get(name), _SIMPLE):
                self.steps.append(f"{name}={self.space[name]!r}")

    def _print(self, *values: Any) -> None:
        self.printed.append(" ".join(map(str, values)) + "\n")


def _changed(statement: ast.stmt) -> list[str]:
    """The names that a simple statement may change: its targets, and the owner of a method."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        owner = function.value if isinstance(function, ast.Attribute) else None
        return [owner.id] if isinstance(owner, ast.Name) else []
    found = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append(node.id)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.append(ast.unparse(node.value))
    return found if not isinstance(statement, ast.FunctionDef) else []
