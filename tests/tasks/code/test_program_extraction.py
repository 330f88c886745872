# ruff: noqa: E501 (a completion on one line reads better than a wrapped one)
"""Which text of a completion is run, and that the verdict gives the reason."""

import ast

import pytest
from assay.tasks.code.extraction import program as program_module
from assay.tasks.code.extraction import syntax
from assay.tasks.code.extraction.program import MAX_PROGRAM, program_of
from assay.tasks.code.extraction.syntax import MAX_PARSED
from assay.tasks.code.judging.names import parsed

PROMPT = '''from typing import List
import math


def helper(x):
    return math.floor(x) + 1


def solve(xs: List[int]) -> int:
    """ Return the sum. """
'''
GOOD = "def solve(xs):\n    return sum(xs)\n"
BAD = "def solve(xs):\n    return 'wrong'\n"


def _block(code: str, language: str = "python", fence: str = "```") -> str:
    return f"{fence}{language}\n{code}{fence}\n"


def _value(completion: str, prompt: str = "", entry: str = "solve") -> object:
    """What the extracted program gives for [1, 2]: the benchmark's own text, so it may run here."""
    found = program_of(completion, entry, prompt)
    assert found.source is not None, found
    assert found.how
    space: dict[str, object] = {"__name__": "solution"}
    exec(found.source, space)
    return space[entry]([1, 2])  # type: ignore[operator]


RIGHT = {
    "one block": f"Sure!\n{_block(GOOD)}It adds.",
    "block without language": _block(GOOD, ""),
    "block with py": _block(GOOD, "py"),
    "block with Python and attributes": _block(GOOD, "Python title=a.py"),
    "tildes": _block(GOOD, fence="~~~"),
    "four backticks": _block(GOOD, fence="````"),
    "the last of two that define it": _block(BAD) + "No, wrong. Better:\n" + _block(GOOD),
    "a usage block after it": _block(GOOD) + "Use it:\n" + _block("print(solve([1]))\n"),
    "output block after it": _block(GOOD) + "Output:\n" + _block("3\n", "text"),
    "shell block after it": _block(GOOD) + _block("pip install nothing\n", "bash"),
    "block in a list": "1. First:\n\n   ```python\n   def solve(xs):\n       return sum(xs)\n   ```\n",
    "bare code": GOOD,
    "bare code with prose around": f"Here is the code:\n\n{GOOD}\nThis function adds them.",
    "bare code with imports and prose": f"Of course.\nimport math\n\n{GOOD}\nHope it helps!",
    "answer tag": f"<think>\nhmm ```python\n{BAD}```\n</think>\n<answer>\n{GOOD}</answer>",
    "answer tag around a block": f"<answer>{_block(GOOD)}</answer>",
    "after thinking": f"<think>{_block(BAD)}</think>{_block(GOOD)}",
    "main guard": _block(GOOD + "\nif __name__ == '__main__':\n    raise SystemExit(solve(input()))\n"),
    "bare with main guard": GOOD + "\nif __name__ == '__main__':\n    print(solve([]))\n",
    "carriage returns": _block(GOOD).replace("\n", "\r\n"),
    "assigned": _block("solve = lambda xs: sum(xs)\n"),
    "async, decorated, in a branch": _block("if True:\n    def solve(xs):\n        return sum(xs)\n"),
    "a tag inside a string": _block('TAG = "<think>"\n' + GOOD),
    "closing fence at the end of the code": _block(GOOD).replace("\n```\n", "```\n"),
    "docstring with a fence of its own": _block(
        'def solve(xs):\n    """Use ``solve``."""\n    return sum(xs)\n'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_text_is_taken(name: str) -> None:
    assert _value(RIGHT[name]) == 3


BUILDING = {
    "blocks that build on each other": (
        _block("def add(a, b):\n    return a + b\n")
        + "then\n"
        + _block("def solve(xs):\n    return add(*xs)\n")
    ),
    "imports in a block of their own": (
        _block("import functools\nimport operator\n")
        + _block("def solve(xs):\n    return functools.reduce(operator.add, xs)\n")
    ),
    "three blocks, the needs of needs": (
        _block("BASE = 0\n")
        + _block("def add(a, b):\n    return BASE + a + b\n")
        + _block("def solve(xs):\n    return add(*xs)\n")
    ),
    "helper after the entry point": (
        _block("def solve(xs):\n    return add(*xs)\n")
        + _block("def add(a, b):\n    return a + b\n")
    ),
}


@pytest.mark.parametrize("name", BUILDING)
def test_blocks_that_build_on_each_other(name: str) -> None:
    assert _value(BUILDING[name]) == 3
    assert "builds on" in program_of(BUILDING[name], "solve").how


def test_examples_of_other_blocks_are_not_run() -> None:
    text = _block("def add(a, b):\n    return a + b\nprint(1 / 0)\n") + _block(
        "def solve(xs):\n    return add(*xs)\n"
    )
    assert _value(text) == 3


def test_the_prompt_gives_imports_and_helpers() -> None:
    text = _block("def solve(xs: List[int]) -> int:\n    return helper(sum(xs)) - 1\n")
    assert _value(text, PROMPT) == 3
    assert "prompt's imports" in program_of(text, "solve", PROMPT).how


CONTINUATIONS = {
    "a body": "    return sum(xs)\n",
    "a body without a line end": "    return sum(xs)",
    "a body after an empty line": "\n    total = 0\n    for x in xs:\n        total += x\n    return total\n",
    "a body and the next function": "    return sum(xs)\n\n\ndef test():\n    assert solve([1]) == 1\n",
    "a body and a cut function": "    return sum(xs)\n\n\ndef other(xs):\n    return [x for x in (",
    "a body and prose": "    return sum(xs)\n\nThe function adds the numbers.\n",
    "a body and a main guard": (
        "    return sum(xs)\n\n\nif __name__ == '__main__':\n    import doctest\n    doctest.testmod()\n"
    ),
    "a body that closes the prompt's fence": "    return sum(xs)\n```\nIt adds the numbers.",
    "a body in a block": _block("    return sum(xs)\n"),
    "the whole function again": PROMPT + "    return sum(xs)\n",
    "the whole function in a block": _block(PROMPT + "    return sum(xs)\n"),
}


@pytest.mark.parametrize("name", CONTINUATIONS)
def test_a_completion_may_continue_the_prompt(name: str) -> None:
    assert _value(CONTINUATIONS[name], PROMPT) == 3


def test_the_indentation_of_a_continuation_is_kept() -> None:
    found = program_of("    if xs:\n        return sum(xs)\n    return 0\n", "solve", PROMPT)
    assert found.source == PROMPT + "    if xs:\n        return sum(xs)\n    return 0\n"
    assert found.how == "a continuation of the prompt"


NOTHING = {
    "": ("no_answer", "empty"),
    " \n\t\n": ("no_answer", "empty"),
    "I cannot do that.": ("no_answer", "no code"),
    "<think>def solve(xs):\n    return 1": ("truncated", "never ends"),
    f"```python\n{GOOD}": ("truncated", "never closed"),
    f"{_block(BAD)}Better:\n```python\n{GOOD}": ("truncated", "never closed"),
    f"<answer>{GOOD}": ("truncated", "never closed"),
    "```python\n```": ("no_answer", "empty"),
    _block("def other(xs):\n    return 1\n"): ("rejected", "does not define 'solve'"),
    _block("def solve(xs:\n    return 1\n"): ("rejected", "not Python"),
    "def solve(xs):\nreturn 1\n": ("rejected", "not Python"),
    _block("def solve(xs):\n    return '\0'\n"): ("rejected", "NUL"),
    _block("x = " + "(" * 5_000 + ")" * 5_000 + "\n" + GOOD): ("rejected", "not Python"),
    _block("x = " + "-" * 50_000 + "1\n" + GOOD): ("rejected", "not Python"),
    _block(GOOD + "#" * (MAX_PROGRAM + 1) + "\n"): ("rejected", ""),
    "x" * 10_000_000: ("rejected", "longer than"),
    _block(GOOD + "\ud800\n"): ("rejected", "not Python"),
}  # fmt: skip


@pytest.mark.parametrize("completion", NOTHING, ids=[f"{i}" for i in range(len(NOTHING))])
def test_no_program_has_a_status_and_a_reason(completion: str) -> None:
    status, words = NOTHING[completion]
    found = program_of(completion, "solve")
    assert found.source is None, found
    assert found.status == status
    assert words in found.how
    assert "\n" not in found.how


def test_a_program_without_an_entry_point() -> None:
    for text in (_block("print(input())\n"), "print(input())\n", f"x\n{_block('print(1)')}"):
        assert program_of(text).source is not None
    last = program_of(_block("print(1)\n") + _block("print(2)\n"))
    assert last.source == "print(2)\n"
    unparsable = program_of(_block("print(1)\n") + "Output:\n" + _block("a b c\n", ""))
    assert unparsable.source == "print(1)\n"
    prose = program_of("Here you are:\n\nimport sys\nprint(sys.stdin.read())\n\nBye now.")
    assert prose.source == "import sys\nprint(sys.stdin.read())\n\n"
    assert program_of("no code at all, sorry").status == "no_answer"


HARD = {
    "many starts": "x = 1 2\n" * 20_000,
    "many fences": "```\n" * 60_000,
    "many defs that break": "def solve(xs):\n    return (\n" * 5_000,
    "one long line": "x = " + "1 + " * 45_000 + "1",
    "backticks": "`" * 900_000,
    "prose with equals": "a = b c\nsolve\n" * 10_000,
    "nested tags": "<answer>" * 100_000,
    "quotes": "solve = '''\n" * 15_000,
}


@pytest.mark.parametrize("name", HARD)
def test_hard_texts_take_bounded_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(text: str) -> ast.Module:
        read.append(len(text))
        return parsed(text)

    for module in (program_module, syntax):
        monkeypatch.setattr(module, "parsed", counted)
    program_of(HARD[name], "solve", PROMPT)
    program_of(HARD[name])
    assert sum(read) <= 2 * (2 * MAX_PARSED + 10 * MAX_PROGRAM)
