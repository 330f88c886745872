"""The solution is the block that does the work, and tags inside a program belong to it."""

import pytest
from assay.tasks.code.extraction.program import program_of

PROMPT = "from typing import List\n\n\ndef solve(xs: List[int]) -> int:\n"
GOOD = "def solve(xs):\n    return sum(xs)\n"
BAD = "def solve(xs):\n    return 'wrong'\n"
PROGRAM = "n = int(input())\nprint(n * n)\n"


def _block(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}```\n"


def _value(completion: str, prompt: str = "") -> object:
    """What the extracted program gives for [1, 2]: a text of this file, so it may run here."""
    found = program_of(completion, "solve", prompt)
    assert found.source is not None, found
    space: dict[str, object] = {"__name__": "solution"}
    exec(found.source, space)
    return space["solve"]([1, 2])  # type: ignore[operator]


AFTER = {
    "a number": _block("9\n", ""),
    "a word": _block("YES\n", ""),
    "a complexity": _block("O(1)\n", ""),
    "a formula": _block("n * (n + 1) / 2\n", ""),
    "console output": _block("9\n", "console"),
    "a usage example": _block("from solution import solve\nprint(solve([1]))\n"),
    "another file": _block("from main import solve\nassert solve([1]) == 1\n"),
    "a stub": _block("def solve(xs):\n    raise NotImplementedError\n"),
    "a stub with a docstring": _block('def solve(xs):\n    """Adds."""\n    ...\n'),
    "a name that is bound again": _block("solve = print(solve)\n"),
    "tests": _block(
        "import unittest\nfrom solution import solve\n\n\nclass T(unittest.TestCase):\n"
        "    def test_a(self):\n        self.assertEqual(solve([1]), 1)\n"
    ),
    "an open block of the shell": "```bash\npython solution.py",
}


@pytest.mark.parametrize("name", AFTER)
def test_what_follows_the_solution_changes_nothing(name: str) -> None:
    assert _value(_block(GOOD) + "\nThen:\n" + AFTER[name]) == 3


BESIDE = {
    "a number": _block("9\n", ""),
    "a word": _block("YES\n", ""),
    "a complexity": _block("O(n)\n", ""),
    "a function": _block("def square(n):\n    return n * n\n"),
    "a demonstration": _block("def square(n):\n    return n * n\n\n\nprint(square(3))\n"),
    "a run with its own input": _block(
        "import io\nimport sys\nsys.stdin = io.StringIO('3')\nn = int(input())\nprint(n * n)\n"
    ),
    "another file": _block("from solution import n\nprint(input(), n)\n"),
    "a label of text": _block("9\n", "text"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_the_program_is_the_block_that_reads_and_prints(name: str) -> None:
    assert program_of(_block(PROGRAM) + BESIDE[name]).source == PROGRAM
    assert program_of(BESIDE[name] + _block(PROGRAM)).source == PROGRAM


def test_a_program_in_two_blocks_is_put_together() -> None:
    text = _block("def main():\n    print(int(input()) ** 2)\n") + "Run:\n" + _block("main()\n")
    source = program_of(text).source or ""
    assert source.index("def main") < source.rindex("main()")


IN_CODE = {
    "answer in a comment": _block("# <answer> here\n" + GOOD),
    "answer in a string": _block('TAG = "<answer>"\n' + GOOD),
    "answer in prose": "I will put it in <answer> tags.\n" + _block(GOOD),
    "thinking in a comment": _block("# <think> about it\n" + GOOD),
    "end of thinking in a string": _block('TAG = "a </think> b"\n' + GOOD),
    "thinking in a docstring": _block(
        'def solve(xs):\n    """Text.\n\n    <think>\n    """\n    return sum(xs)\n'
    ),
    "a fence in a string": _block('S = """\n```\n"""\n' + GOOD),
    "a fenced example in a docstring": _block(
        'def solve(xs):\n    """Adds.\n\n    ```python\n    solve([])\n    ```\n    """\n'
        "    return sum(xs)\n"
    ),
    "bare code with a fence in a string": 'S = """\n```\n"""\n' + GOOD,
    "bare code with a tag": 'TAG = "<answer>"\n' + GOOD,
}


@pytest.mark.parametrize("name", IN_CODE)
def test_fences_and_tags_in_the_program_are_text(name: str) -> None:
    assert _value(IN_CODE[name]) == 3


CHATS = {
    "byte order mark": "\ufeff" + _block(GOOD),
    "byte order mark in the block": _block("\ufeff" + GOOD),
    "end token on the closing fence": _block(GOOD).rstrip() + "<|im_end|>",
    "harmony": (
        f"<|channel|>analysis<|message|>Try {_block(BAD)}<|end|><|start|>assistant"
        f"<|channel|>final<|message|>{_block(GOOD)}<|return|>"
    ),
    "bracketed thinking": f"[THINK]{_block(BAD)}[/THINK]{_block(GOOD)}",
    "thinking": f"<thinking>\n{_block(BAD)}</thinking>\n{_block(GOOD)}",
    "reasoning": f"<reasoning>\n{_block(BAD)}</reasoning>\n{_block(GOOD)}",
    "seed": f"<seed:think>{_block(BAD)}</seed:think>{_block(GOOD)}",
    "long thinking": f"<think>{'hm ' * 500_000}</think>{_block(GOOD)}",
}


@pytest.mark.parametrize("name", CHATS)
def test_chat_formats(name: str) -> None:
    assert _value(CHATS[name]) == 3


def test_only_the_final_channel_counts() -> None:
    text = f"<|channel|>analysis<|message|>Try\n{_block(GOOD)}<|end|>"
    assert program_of(text, "solve").source is None


def test_future_imports_come_before_the_imports_of_the_prompt() -> None:
    code = '"""Text."""\nfrom __future__ import annotations\n' + (
        "def solve(xs: List[int]) -> int:\n    return sum(xs)\n"
    )
    assert _value(_block(code), PROMPT + "    pass\n") == 3
    assert _value(code, PROMPT + "    pass\n") == 3


def test_annotations_that_nothing_defines_are_not_evaluated() -> None:
    assert _value(_block("def solve(xs: List[int]) -> Optional[Node]:\n    return sum(xs)\n")) == 3
    stays = _block("def solve(xs: list) -> int:\n    return sum(xs)\n")
    assert "__future__" not in (program_of(stays, "solve").source or "")
