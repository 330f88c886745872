"""Specifications that are words and Python at once: chains of operations on typed values.

An operation carries a noun phrase ("x plus 3"), a verb phrase ("adds 3") and the Python
expression that it stands for, so that the words and the reference program cannot part.
"""

import ast
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

PARAMETERS = {"int": "x", "str": "s", "ints": "xs", "strs": "ws"}
DESCRIBED = {
    "int": "an integer x",
    "str": "a string s",
    "ints": "a list of integers xs",
    "strs": "a list of strings ws",
}
ATOMIC = frozenset({"int", "str"})


@dataclass(frozen=True, slots=True)
class Op:
    """One operation from a value of type `takes` to one of type `gives`."""

    takes: str
    gives: str
    noun: str
    verb: str
    code: str
    """A Python expression with `{v}` for the value."""

    def apply(self, value: str) -> str:
        """The expression for `value`, itself an expression."""
        argument = "({v})" in self.code or "({v}," in self.code
        return self.code.format(v=value if argument or _is_atom(value) else f"({value})")


@lru_cache(maxsize=4096)
def _is_atom(expression: str) -> bool:
    """Whether an expression needs no parentheses in front of an operator or a bracket."""
    node = ast.parse(expression, mode="eval").body
    return isinstance(node, ast.Name | ast.Call | ast.Subscript | ast.ListComp | ast.Constant)


@dataclass(frozen=True, slots=True)
class Chain:
    """Operations one after the other on one parameter."""

    ops: tuple[Op, ...]

    @property
    def takes(self) -> str:
        return self.ops[0].takes

    @property
    def gives(self) -> str:
        return self.ops[-1].gives

    @property
    def expression(self) -> str:
        value = PARAMETERS[self.takes]
        for op in self.ops:
            value = op.apply(value)
        return value

    @property
    def verbs(self) -> str:
        """The operations in words, in order: "adds 3, then doubles it"."""
        return ", then ".join(op.verb for op in self.ops)

    @property
    def steps(self) -> list[str]:
        """Each operation with the expression so far."""
        value, lines = PARAMETERS[self.takes], []
        for op in self.ops:
            value = op.apply(value)
            lines.append(f"{op.verb}: {value}")
        return lines


def _int_op(rng: random.Random, top: int) -> Op:
    k = rng.randint(2, top)
    noun, verb, code = rng.choice(
        [
            (f"{{v}} plus {k}", f"adds {k}", f"{{v}} + {k}"),
            (f"{{v}} minus {k}", f"subtracts {k}", f"{{v}} - {k}"),
            (f"{{v}} times {k}", f"multiplies by {k}", f"{{v}} * {k}"),
            (f"{k} minus {{v}}", f"subtracts it from {k}", f"{k} - {{v}}"),
            (
                f"the remainder of {{v}} divided by {k}",
                f"takes the remainder by {k}",
                f"{{v}} % {k}",
            ),
            (
                f"{{v}} divided by {k}, rounded down",
                f"divides by {k} rounding down",
                f"{{v}} // {k}",
            ),
            (f"the larger of {{v}} and {k}", f"takes the larger of it and {k}", f"max({{v}}, {k})"),
            (
                f"the smaller of {{v}} and {k}",
                f"takes the smaller of it and {k}",
                f"min({{v}}, {k})",
            ),
            ("the square of {v}", "squares it", "{v} ** 2"),
            ("the absolute value of {v}", "takes the absolute value", "abs({v})"),
            ("{v} with the opposite sign", "negates it", "-{v}"),
        ]
    )
    return Op("int", "int", noun, verb, code)


def _str_op(rng: random.Random, top: int) -> Op:
    k = rng.randint(2, max(3, min(top, 9)))
    a, b = rng.sample("abcdefghij", 2)
    noun, verb, code = rng.choice(
        [
            ("{v} reversed", "reverses it", "{v}[::-1]"),
            ("{v} in upper case", "makes it upper case", "{v}.upper()"),
            (f"{{v}} repeated {k} times", f"repeats it {k} times", f"{{v}} * {k}"),
            (f"the first {k} characters of {{v}}",
             f"keeps the first {k} characters", f"{{v}}[:{k}]"),
            (f"the last {k} characters of {{v}}",
             f"keeps the last {k} characters", f"{{v}}[-{k}:]"),
            (f"{{v}} without its first {k} characters",
             f"drops the first {k} characters", f"{{v}}[{k}:]"),
            (f"every {_nth(k)} character of {{v}}, from the first on",
             f"keeps every {_nth(k)} character from the first on", f"{{v}}[::{k}]"),
            (f"{{v}} with every '{a}' replaced by '{b}'",
             f"replaces every '{a}' by '{b}'", f"{{v}}.replace('{a}', '{b}')"),
            (f"{{v}} followed by '{a}{b}'", f"appends '{a}{b}'", f"{{v}} + '{a}{b}'"),
            (f"'{a}{b}' followed by {{v}}", f"puts '{a}{b}' in front", f"'{a}{b}' + {{v}}"),
            ("the characters of {v} in sorted order, as one string",
             "sorts its characters", "''.join(sorted({v}))"),
        ]
    )  # fmt: skip
    return Op("str", "str", noun, verb, code)


def _str_to_int(rng: random.Random, top: int) -> Op:
    a = rng.choice("abcdefghij")
    noun, verb, code = rng.choice(
        [
            ("the length of {v}", "takes the length", "len({v})"),
            (f"how many times '{a}' occurs in {{v}}", f"counts the '{a}'", f"{{v}}.count('{a}')"),
            ("the number of different characters in {v}",
             "counts the different characters", "len(set({v}))"),
            ("the number of vowels (a, e, i, o, u) in {v}",
             "counts the vowels (a, e, i, o, u)", "sum(c in 'aeiou' for c in {v})"),
        ]
    )  # fmt: skip
    return Op("str", "int", noun, verb, code)


def _list_op(rng: random.Random, top: int) -> Op:
    k = rng.randint(2, max(3, min(top, 12)))
    n = rng.randint(2, 4)
    noun, verb, code = rng.choice(
        [
            ("{v} reversed", "reverses the list", "{v}[::-1]"),
            ("{v} in increasing order", "sorts it in increasing order", "sorted({v})"),
            ("{v} in decreasing order",
             "sorts it in decreasing order", "sorted({v}, reverse=True)"),
            (f"{{v}} with {k} added to each number",
             f"adds {k} to each number", f"[a + {k} for a in {{v}}]"),
            (f"{{v}} with each number multiplied by {k}",
             f"multiplies each number by {k}", f"[a * {k} for a in {{v}}]"),
            ("the squares of the numbers in {v}", "squares each number", "[a * a for a in {v}]"),
            ("the even numbers in {v}", "keeps the even numbers", "[a for a in {v} if a % 2 == 0]"),
            ("the odd numbers in {v}", "keeps the odd numbers", "[a for a in {v} if a % 2 == 1]"),
            (f"the numbers in {{v}} greater than {k}",
             f"keeps the numbers greater than {k}", f"[a for a in {{v}} if a > {k}]"),
            (f"the numbers in {{v}} less than {k}",
             f"keeps the numbers less than {k}", f"[a for a in {{v}} if a < {k}]"),
            (f"the numbers in {{v}} divisible by {k}",
             f"keeps the numbers divisible by {k}", f"[a for a in {{v}} if a % {k} == 0]"),
            (f"the first {n} numbers of {{v}}", f"keeps the first {n} numbers", f"{{v}}[:{n}]"),
            (f"the last {n} numbers of {{v}}", f"keeps the last {n} numbers", f"{{v}}[-{n}:]"),
            (f"every {_nth(n)} number of {{v}}, from the first on",
             f"keeps every {_nth(n)} number from the first on", f"{{v}}[::{n}]"),
            ("the different numbers in {v} in increasing order",
             "removes repeats and sorts in increasing order", "sorted(set({v}))"),
        ]
    )  # fmt: skip
    return Op("ints", "ints", noun, verb, code)


def _list_to_int(rng: random.Random, top: int) -> Op:
    k = rng.randint(2, max(3, min(top, 12)))
    noun, verb, code = rng.choice(
        [
            ("the sum of {v}", "takes the sum", "sum({v})"),
            ("the number of items in {v}", "counts the items", "len({v})"),
            ("the largest number in {v}, or 0 if it is empty",
             "takes the largest number (0 if none)", "max({v}, default=0)"),
            ("the smallest number in {v}, or 0 if it is empty",
             "takes the smallest number (0 if none)", "min({v}, default=0)"),
            (f"how many times {k} occurs in {{v}}",
             f"counts how often {k} occurs", f"{{v}}.count({k})"),
            (f"how many numbers in {{v}} are greater than {k}",
             f"counts the numbers greater than {k}", f"sum(a > {k} for a in {{v}})"),
            (f"the sum of {{v}} plus {k}", f"takes the sum and adds {k}", f"sum({{v}}) + {k}"),
        ]
    )  # fmt: skip
    return Op("ints", "int", noun, verb, code)


def _words_op(rng: random.Random, top: int) -> Op:
    k = rng.randint(2, 5)
    a = rng.choice("abcdefghij")
    noun, verb, code = rng.choice(
        [
            (f"the strings in {{v}} longer than {k} characters",
             f"keeps the strings longer than {k} characters",
             f"[w for w in {{v}} if len(w) > {k}]"),
            (f"the strings in {{v}} that contain '{a}'",
             f"keeps the strings that contain '{a}'", f"[w for w in {{v}} if '{a}' in w]"),
            ("{v} with each string reversed", "reverses each string", "[w[::-1] for w in {v}]"),
            ("{v} in alphabetical order", "sorts them alphabetically", "sorted({v})"),
            ("{v} sorted by length, equal lengths in their given order",
             "sorts them by length (ties as given)", "sorted({v}, key=len)"),
            (f"the first {k} characters of each string in {{v}}",
             f"cuts each string to its first {k} characters", f"[w[:{k}] for w in {{v}}]"),
        ]
    )  # fmt: skip
    return Op("strs", "strs", noun, verb, code)


def _words_end(rng: random.Random, top: int) -> Op:
    noun, verb, code, gives = rng.choice(
        [
            ("the strings in {v} joined by '-'", "joins them by '-'", "'-'.join({v})", "str"),
            ("the total length of the strings in {v}",
             "takes the total length", "sum(len(w) for w in {v})", "int"),
            ("the lengths of the strings in {v}",
             "takes the lengths", "[len(w) for w in {v}]", "ints"),
            ("the last characters of the non-empty strings in {v}, as one string",
             "joins the last characters of the non-empty ones",
             "''.join(w[-1] for w in {v} if w)", "str"),
        ]
    )  # fmt: skip
    return Op("strs", gives, noun, verb, code)


def _nth(k: int) -> str:
    return {2: "second", 3: "third"}.get(k, f"{k}th")


Maker = Callable[[random.Random, int], Op]
MAKERS: dict[str, list[Maker]] = {
    "int": [_int_op],
    "str": [_str_op, _str_op, _str_to_int],
    "ints": [_list_op, _list_op, _list_to_int],
    "strs": [_words_op, _words_op, _words_end],
}
KEEPERS: dict[str, Maker] = {
    "int": _int_op, "str": _str_op, "ints": _list_op, "strs": _words_op,
}  # fmt: skip


def one_op(rng: random.Random, takes: str, top: int) -> Op:
    """A random operation on a type; `top` bounds the numbers in it."""
    return rng.choice(MAKERS[takes])(rng, top)


def chain(rng: random.Random, takes: str, length: int, top: int) -> Chain:
    """A random chain in which no operation repeats the one before."""
    ops: list[Op] = []
    kind = takes
    while len(ops) < length:
        if len(ops) < length - 1 and len(ops) < length // 2:
            op = KEEPERS[kind](rng, top)
        else:
            op = one_op(rng, kind, top)
        if ops and op.verb.split()[0] == ops[-1].verb.split()[0]:
            continue
        ops.append(op)
        kind = op.gives
    return Chain(tuple(ops))


def condition(rng: random.Random, takes: str) -> tuple[str, str]:
    """A condition on the parameter: words and Python."""
    name = PARAMETERS[takes]
    k = rng.randint(2, 9)
    return rng.choice(
        {
            "int": [
                (f"{name} is even", f"{name} % 2 == 0"),
                (f"{name} is greater than {k}", f"{name} > {k}"),
                (f"{name} is divisible by {k}", f"{name} % {k} == 0"),
                (f"{name} is negative", f"{name} < 0"),
            ],
            "str": [
                (f"{name} has more than {k} characters", f"len({name}) > {k}"),
                (f"{name} is the same backwards", f"{name} == {name}[::-1]"),
                (f"{name} contains 'a'", f"'a' in {name}"),
            ],
            "ints": [
                (f"{name} has more than {k} items", f"len({name}) > {k}"),
                (f"{k} is in {name}", f"{k} in {name}"),
                (f"the sum of {name} is odd", f"sum({name}) % 2 == 1"),
            ],
            "strs": [
                (f"{name} has more than {k} items", f"len({name}) > {k}"),
                (f"some string in {name} is empty", f"'' in {name}"),
            ],
        }[takes]
    )
