"""Text around an answer: the last commitment counts, and a hedge never does."""

import json
from pathlib import Path
from typing import Any

import pytest
from assay.tasks import Suite, load
from assay.tasks.text import final_answer

LONG = "x" * 100_000
CHOICE = {
    "question": "Which?",
    "options": ["red", "light blue", "red and blue", "A"],
    "answer": "B",
}
RIGHT_CHOICE = [
    "B",
    "(B)",
    "b",
    "b)",
    "B.",
    "[B]",
    "'B'",
    '"B"',
    "`B`",
    "$B$",
    "\\text{B}",
    "\\(B\\)",
    "**B**",
    "**(B) light blue**",
    "light blue",
    "option B",
    "Option (B)",
    "choice B",
    "#### B",
    "The answer is (B).",
    "The answer is **B**.",
    "The answer is option B.",
    "Answer: B",
    "**Answer:** B",
    "Final answer: (B) light blue",
    "The correct option is B.",
    "The best choice is **(B)**",
    "Therefore, the correct answer is B: light blue.",
    "The answer is light blue.",
    '{"answer": "B"}',
    '```json\n{"answer": "B"}\n```',
    "<ANSWER>B</ANSWER>",
    "<final_answer>B</final_answer>",
    "<answer>\n**B**\n</answer>",
    "<answer><answer>B</answer></answer>",
    "<answer>B</answer><answer>B</answer>",
    "\\boxed{B} and \\boxed{B}",
    "\\boxed{\\text{B}}",
    "The answer is (A). Wait, actually the answer is (B).",
    "<answer>A</answer>\n<answer>B</answer>",
    "\\boxed{A} hmm \\boxed{B}",
    "Answer: A\nAnswer: B",
    "I am torn between A and B. The answer is B.",
    "The answer is not A. The answer is B.",
    "The answer is B.\n\nThe answer is not A.",
    "<think>The answer is A</think>The answer is B",
    "The answer is B. This is because of the sky.",
    "The answer is B. The reason is simple and plain.",
    "The answer is B. And yes, it works.",
    "The answer is:\n```\nB\n```",
    "The answer is B" + " " * 100_000,
    f"{LONG}\n\nThe answer is B",
]
WRONG_CHOICE = [
    "A",
    "The answer is (B). Wait, actually the answer is (A).",
    "<answer>B</answer>\n<answer>A</answer>",
    "\\boxed{B}\n\\boxed{A}",
    "\\boxed{B}, \\boxed{A}",
    "Answer: B\nAnswer: A",
    "B or A",
    "(A) and (B)",
    "A or maybe B",
    "B or maybe A",
    "Either A or B",
    "not A",
    "not B",
    "(B) red",
    "B: red",
    "(A) light blue",
    "(A) red\n(B) light blue\n(C) red and blue",
    "A, B, C, D",
    "A/B",
    "AB",
    "BB",
    "B B",
    "<answer>(A) red (B) light blue</answer>",
    "<answer>B",
    "<answer>\u0412</answer>",
    "<answer>\uff22\uff21</answer>",
    "<answer>B or C</answer>",
    "<answer>B and more</answer>",
    "<answer>B. Red</answer>",
    "<answer>B. It is A I think</answer>",
    "The answer is B, but it could be A.",
    "The answer is B. But it might be A.",
    "The answer is B or the answer is A.",
    "The answer is B. Or A.",
    "The answer is B. Or maybe it is C.",
    "The answer is B. Red is also fine here.",
    "I think the answer is B. However, A is also possible.",
    "The answer isn't B.",
    "The answer is not B.",
    "The answer cannot be B.",
    "The right option is not B",
    "The answer is definitely not B",
    "B is wrong. The answer is A",
    "<think>The answer is B</think>",
    "<think>The answer is B</think>The answer is A",
    "<think>B",
    '{"answer": ["A", "B"]}',
    "<answer>B</answer> or A",
    "<answer>B</answer>, maybe A",
    "<answer>B</answer> (or A)",
    "<answer>B</answer> Wait, no: A.",
    "Maybe B? Or A?",
    "The answer is probably B, or A.",
    "The answer is A. It is not B, as said.",
    "The answer is A. This is because of light blue.",
    "The answer is B. Actually, A.",
    "B" * 100_000,
    f"<answer>{'B ' * 50_000}</answer>",
    f"<answer>{LONG}</answer>",
    "<answer>" * 20_000,
    "\\boxed{" * 20_000,
    "</answer>B<answer>",
]
WORD = {"question": "Is it?", "answer": "Yes"}
RIGHT_WORD = [
    "Yes",
    "yes.",
    "**Yes**",
    "So the answer is Yes",
    "\\boxed{\\text{Yes}}",
    "The answer is yes, because it is.",
    "The answer is no. Actually, the answer is yes.",
]
WRONG_WORD = [
    "No",
    "yes or no",
    "Yes and no",
    "yes, no",
    "Yes/No",
    "no... yes",
    "not no",
    "maybe yes",
    "<answer>Yes\nNo</answer>",
    "The answer is yes. Actually no.",
    "<answer>Yes</answer> I mean <answer>No</answer>",
]
NUMBER = {"question": "6 * 7?", "answer": "42"}
RIGHT_NUMBER = ["42", "42.", "42.0", "The answer is $42$.", "\\boxed{42}", "**42**", "+42"]
WRONG_NUMBER = [
    "\u0664\u0662",
    "\uff14\uff12",
    "4 2",
    "42 or 43",
    "41, 42",
    "42, 42",
    "-42",
    "0x2a",
    "between 41 and 43",
    "about 42",
    "42,000",
    "\\boxed{42} \\boxed{43}",
    "9" * 100_000,
    f"<answer>{'[' * 100_000}</answer>",
    "The answer is not 42",
    "42.00000000000001",
    "The answer is 42.\n\nWait, 43.",
    "The answer is 42... I mean 43.",
]


def _suite(name: str, row: dict[str, Any], folder: Path) -> Suite:
    path = folder / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return load(name, path=str(path))


@pytest.mark.parametrize(
    ("name", "row", "right", "wrong"),
    [
        ("multiple_choice", CHOICE, RIGHT_CHOICE, WRONG_CHOICE),
        ("exact_answer", WORD, RIGHT_WORD, WRONG_WORD),
        ("exact_answer", NUMBER, RIGHT_NUMBER, WRONG_NUMBER),
    ],
    ids=["choice", "word", "number"],
)
def test_the_last_commitment_counts(
    name: str, row: dict[str, Any], right: list[str], wrong: list[str], tmp_path: Path
) -> None:
    suite = _suite(name, row, tmp_path)
    for texts, due in ((right, 1), (wrong, 0)):
        for text in texts:
            verdict = suite.verify(suite[0], text)
            assert verdict.score == due, (text[:200], verdict)
            assert verdict.reason


def test_kinds_of_people() -> None:
    suite = load("knights_and_knaves", difficulty=2)
    problem = suite[0]
    names, kinds = problem.meta["names"], problem.answer.split(", ")
    pairs = list(zip(names, kinds, strict=True))
    other = {"knight": "knave", "knave": "knight"}
    flipped = ", ".join(other[kind] for kind in kinds)
    named = ", ".join(f"{name} is a {kind}" for name, kind in pairs)
    for answer in (
        problem.answer, problem.answer.upper(), named, f"{named}.", json.dumps(dict(pairs)),
        json.dumps(dict(reversed(pairs))), "\n".join(f"- **{n}**: {k}" for n, k in pairs),
        "\n".join(f"{i}. {n}: {k}" for i, (n, k) in enumerate(pairs, 1)),
    ):  # fmt: skip
        assert suite.verify(problem, f"<answer>{answer}</answer>").correct, answer
    twice = f'{{"{names[0]}": "{kinds[0]}", "{names[0]}": "{other[kinds[0]]}"}}'
    for answer in (
        flipped, f"{problem.answer} or {flipped}", f"{problem.answer}; {flipped}",
        f"{named}, {names[0]} is a {other[kinds[0]]}", f"{problem.answer}, knight", twice,
        ", ".join(kinds[:-1]), f"not {problem.answer}", "{" * 1000, json.dumps([dict(pairs)]),
    ):  # fmt: skip
        assert suite.verify(problem, f"<answer>{answer}</answer>").score == 0, answer


@pytest.mark.parametrize("name", ["sudoku", "latin_squares"])
def test_grids_as_models_write_them(name: str) -> None:
    suite = load(name)
    problem = suite[0]
    rows = json.loads(problem.answer)
    lines = [" ".join(map(str, row)) for row in rows]
    text = "\n".join(lines)
    for answer in (
        problem.answer, text, text.replace(" ", ""), text.replace(" ", ", "),
        text.replace(" ", " | "),
        "\n".join(f"| {line.replace(' ', ' | ')} |" for line in lines),
        f"```json\n{json.dumps(rows, indent=1)}\n```",
    ):  # fmt: skip
        assert suite.verify(problem, f"<answer>\n{answer}\n</answer>").correct, answer
    for said in (
        f"The answer is:\n```\n{text}\n```",
        f"Final answer:\n{json.dumps(rows, indent=1)}",
    ):
        assert suite.verify(problem, said).correct, said
    for answer in (
        json.dumps(rows[::-1]), json.dumps([*rows, rows[0]]), json.dumps(rows[:-1]),
        json.dumps([rows[0], *rows[:-1]]), problem.answer * 2, problem.answer[:-1],
        f"{problem.answer} or {problem.answer}", json.dumps({"grid": "x"}), "[[]]", "[[[1]]]",
        json.dumps([[str(cell) + "\u0661" for cell in row] for row in rows]), "1" * 100_000,
    ):  # fmt: skip
        verdict = suite.verify(problem, f"<answer>{answer}</answer>")
        assert verdict.score == 0, answer
        assert verdict.reason


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("So the answer is }", "}"), ("<answer>} } }</answer>", "} } }"), ("\\boxed{{}}", None),
        ("<answer>{}</answer>", None), ("The answer is:\n```json\n[[1],\n[2]]\n```", "[[1],\n[2]]"),
        ("The answer is\n[[1, 2],\n [2, 1]]\nas wanted.", "[[1, 2],\n [2, 1]]"),
        ('>> FINAL ANSWER:\n"""\n(6 - 2) * 6 = 24\n"""', "(6 - 2) * 6 = 24"),
        ("The answer is [1, 2).", "[1, 2)"), ("Final answer:\n```\n5", "5"),
    ],
)  # fmt: skip
def test_answers_in_fences_and_of_braces(text: str, answer: str | None) -> None:
    found = final_answer(text)
    assert (found.text if answer != "5" else answer) == answer
