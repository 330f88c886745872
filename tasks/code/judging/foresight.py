"""What the judge will ask of a program, known before it asks: tests that are nothing but data.

Most tests of benchmarks are asserts of a call with literals against a literal. Their questions
can go to the program together with its text, and where every reply is what its assert wants, in
the notation of the codec, nothing is left for the judge to decide. In any doubt the judge
decides, from the same reply.
"""

import ast
from dataclasses import dataclass
from typing import Any

from .asserts import MOST_WAITING
from .codec import MalformedError, Packer, TooLargeError, Tree, dumps, loads, no_foreign
from .planning import CONSTANT, FALSE, LEFT, RIGHT, TRUE, Plain, Plan, look_ahead

LARGEST_REPLY = 65_536
"""Bytes of a reply, more than which are left to the judge."""
_SCALARS = (bool, int, float, str, type(None))
_EMPTY: tuple[Tree, ...] = (["l"], ["t"], ["d"], ["s"], ["f"])


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The one question of some tests, and what each of its calls must give."""

    question: bytes
    wants: tuple[tuple[str, Tree], ...]
    """By call: how its value is looked at, and the tree of the value it is compared with."""
    cases: int

    def accepts(self, reply: bytes) -> bool:
        """Whether every assert surely holds. Never true of a reply that the judge would fail.

        The trees are compared without building what the program sent: equal trees are equal
        values, and it takes no longer than the expected ones are long.
        """
        if len(reply) > LARGEST_REPLY:
            return False
        try:
            tree = loads(reply)
        except MalformedError:
            return False
        if type(tree) is not list or len(tree) != 2 or tree[0] != "ahead":
            return False
        answers = tree[1]
        if type(answers) is not list or len(answers) != len(self.wants):
            return False
        return all(
            type(answer) is list
            and len(answer) == 4
            and answer[0] == "v"
            and answer[2] == []
            and _holds(how, expected, answer[1])
            for answer, (how, expected) in zip(answers, self.wants, strict=True)
        )

    def account(self) -> dict[str, Any]:
        """What the judge says of tests that all pass."""
        return {
            "passed": self.cases, "failed": 0, "failures": [], "stray": None,
            "calls": len(self.wants), "asserted": self.cases, "closed": None,
        }  # fmt: skip


def _holds(how: str, expected: Tree, value: Tree) -> bool:
    if how in (LEFT, RIGHT):
        return bool(value == expected)
    if how == FALSE and value in _EMPTY:
        return True
    return type(value) in _SCALARS and bool(value) == (how == TRUE)


def foresee(tree: ast.Module, entry: str, check: str | None) -> Foreseen | None:
    """The question of these tests, where they are asserts of literals in a row and nothing else.

    `check` is the function that is called with the entry point, if there is one.
    """
    run = _only_run(tree, entry, check)
    if run is None or len(run) > MOST_WAITING:
        return None
    calls: list[Tree] = []
    wants: list[tuple[str, Tree]] = []
    try:
        for one in run:
            if one.call is None:
                if one.wants != CONSTANT or not one.expected:
                    return None
                continue
            packer = Packer(no_foreign)
            calls.append([packer.pack(part) for part in one.call])
            by_value = one.wants not in (TRUE, FALSE)
            wants.append((one.wants, Packer(no_foreign).pack(one.expected) if by_value else None))
    except (TypeError, TooLargeError):
        return None
    return Foreseen(dumps(["ahead", ["g", entry], calls]), tuple(wants), len(run))


def _only_run(tree: ast.Module, entry: str, check: str | None) -> list[Plain] | None:
    """The asserts of tests that consist of one run of plain ones."""
    body, name = tree.body, entry
    if check is not None:
        rest = [statement for statement in body if not _says_nothing(statement, entry)]
        function = rest[0] if len(rest) == 1 else None
        if not isinstance(function, ast.FunctionDef) or function.decorator_list:
            return None
        parameters = list(ast.iter_child_nodes(function.args))
        if function.name != check or len(parameters) != 1 or parameters != function.args.args:
            return None
        body, name = function.body, function.args.args[0].arg
    plan = Plan()
    left = [one for one in look_ahead(body, name, plan) if not _says_nothing(one, entry)]
    return plan.runs[0] if len(plan.runs) == len(left) == 1 else None


def _says_nothing(statement: ast.stmt, entry: str) -> bool:
    """Whether a statement is a text, or gives constants a name: `METADATA = {"author": "jt"}`."""
    if isinstance(statement, ast.Assign):
        if not isinstance(statement.value, ast.Dict):
            return False
        parts = [*statement.value.keys, *statement.value.values]
        return all(isinstance(part, ast.Constant) for part in parts) and all(
            isinstance(target, ast.Name) and target.id != entry for target in statement.targets
        )
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
