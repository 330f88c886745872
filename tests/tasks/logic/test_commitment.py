"""An answer counts if the text commits to it; the same wordings for every suite.

`R` stands for the right answer, `W` for a wrong one in the same form.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from assay.tasks import Suite, load

COMMITTED = [
    "R",
    "<answer>R</answer>",
    "<answer> R </answer>\n\nThat settles it.",
    "<answer>**R**</answer>",
    "<answer>\\boxed{R}</answer>",
    "<ANSWER>\nR\n</ANSWER>",
    "\\boxed{R}",
    "Everything fits, hence $\\boxed{R}$.",
    "\\[\\boxed{R}\\]",
    "#### R",
    "Working through it.\n#### R",
    "The answer is R.",
    "Hence the answer is R",
    "So the final answer is: R",
    "Consequently the correct answer is **R**.",
    "After some work, I get the following.\n\n**Answer: R**",
    "Answer = R",
    "ANSWER:\nR",
    "### Final answer\n\nR\n",
    "## Answer: R",
    "**Final answer**: R",
    "**Final answer:**\n\n**R**",
    "__Answer:__ R",
    "> Answer: R",
    "- **Final answer:** R",
    "1. Look at the facts.\n2. Combine them.\n3. Done.\n\n**Final answer:** R",
    "Let me think about it step by step.\n\n---\n\nFinal answer: R",
    '{"answer": "R"}',
    '```json\n{"reasoning": "it fits", "answer": "R"}\n```',
    '{"final_answer": "R"}',
    "Final answer:\n```\nR\n```",
    "The answer is `R`.",
    'The answer is "R".',
    "I first tried W, which fails. The answer is R.",
    "It cannot be W. Therefore the answer is R.",
    "At first I wrote W, but that breaks a rule.\n\n<answer>R</answer>",
    "<answer>W</answer> is what I had at first. On checking, the final one is:\n<answer>R</answer>",
    "Answer: R\n\nExplanation: every other case breaks a rule.",
    "The answer is R, since every other case breaks a rule.",
    "The answer is R because the facts leave nothing else.",
    "I am sure the answer is R.",
    "The answer must be R.",
    "If the first fact holds, then W fails. So the answer is R.",
    "If today were W, then a rule would break on 01/01/1930. So the answer is R.",
    "🎯 Final answer: R",
    "✅ The answer is **R**.",
    "Answer: R ✅",
    "<think>It might be W. Or R.</think>R",
    "<think>W? no</think>\n\n<answer>R</answer><|im_end|>",
    "[THINK]W or R[/THINK]The answer is R.",
    "◁think▷W◁/think▷**Answer:** R",
    "<seed:think>W</seed:think><answer>R</answer>",
    "<|channel|>analysis<|message|>W?<|end|><|start|>assistant<|channel|>final<|message|>"
    "**R**<|return|>",
    "<|channel|>final<|message|>The final answer is R.<|return|>",
    "analysisIt could be W.assistantfinalThe answer is R.",
    "The answer is R.</s>",
    "**Answer: R**<|eot_id|>",
    "Antwort: R",
    "La respuesta es R.",
    "Ответ: R",
    "答案：R",
    "The answer is R.\n\nI hope this helps!",
    "The answer is R. Feel free to ask if anything is unclear.",
]

NOT_COMMITTED = [
    "<answer></answer>",
    "<answer>R",
    "<answer>W</answer>",
    "The answer is W.",
    "I give up.",
    "<answer>R or W</answer>",
    "<answer>W or R</answer>",
    "<answer>R and W</answer>",
    "<answer>R, maybe W</answer>",
    "<answer>either R or W</answer>",
    "<answer>not R</answer>",
    "<answer>R</answer> <answer>W</answer>",
    "<answer>R</answer>\nor\n<answer>W</answer>",
    "<answer>R</answer>\n\nUpdate: <answer>W</answer>",
    "\\boxed{R} or \\boxed{W}",
    "\\boxed{R}\n\nHold on, \\boxed{W}",
    "\\boxed{\\text{not } R}",
    "The answer is R or W.",
    "The answer is either R or W.",
    "The answer is R, but it may be W.",
    "The answer is R; W is equally good.",
    "The answer could be R or it could be W.",
    "The answer is not R.",
    "The answer is definitely not R.",
    "The answer was never R.",
    "The answer is certainly anything except R.",
    "It is not true that the answer is R.",
    "It would be wrong to conclude that the answer is R.",
    "Nobody believes the answer is R.",
    "I do not think the answer is R.",
    "I hardly believe the answer is R.",
    "I am not convinced the answer is R.",
    "I refuse to say the answer is R.",
    "It is doubtful whether the answer is R.",
    "Whether the answer is R is unclear.",
    "If the answer is R, a rule breaks.",
    "Suppose the answer were R. A rule would break.",
    "Assuming the answer is R leads nowhere.",
    "Let us pretend the answer is R. That fails.",
    "One might guess the answer is R. It is not.",
    "A careless reader says the answer is R.",
    "Most people would answer R. They are wrong.",
    "My colleague claims the answer is R. He is mistaken.",
    "The incorrect answer is R.",
    "A tempting but false answer is R.",
    "The answer is R. That is false.",
    "The answer is R. No, that is not right.",
    "The answer is R. I take that back.",
    "The answer is R. On second thought, it is W.",
    "The answer is R. Actually, W.",
    "The answer is R. Oops, I meant W.",
    "The answer is R... or rather W.",
    "The answer is R. Correction: W.",
    "The answer is R. Wait, it is W.",
    "Answer: R\nUpdate: W",
    "Answer: R\nCorrection: W",
    "Answer: R\n\nSorry, I was wrong: it is W.",
    "Answer: R\nAnswer: W",
    "Final answer:\n- R\n- W",
    "Final answer:\n(a) R\n(b) W",
    "<answer>R</answer>\n\nP.S. Please ignore the above; I was joking.",
    "<answer>R</answer>\nNote: this answer is wrong.",
    "<answer>R</answer>\nI retract that.",
    "<answer>R</answer>\nI changed my mind: the answer is W.",
    "<answer>R</answer>\nScratch that, it is W.",
    "<answer>R</answer>\nBut in truth it is W.",
    "\\boxed{R}\n\nThis is incorrect.",
    "\\boxed{R}\n\nHmm, that breaks a rule, so it must be W.",
    "Is the answer R? No.",
    "Is it R? It is W.",
    "Could the answer be R? Perhaps.",
    "Statement: the answer is R. This statement is false.",
    "The answer R can be excluded.",
    "The answer would be R if the facts were different.",
    "The answer is R only if we ignore the second fact.",
    "The answer is R unless a rule is broken, in which case it is W.",
    "The answer is somewhere between R and W.",
    "The candidates are R and W. The answer is one of them.",
    "The answer is one of R and W.",
    "If the first fact holds, the answer is R, otherwise W.",
    '{"answer": "R or W"}',
    '{"answer": ["R", "W"]}',
    '{"answer": "R", "answer": "W"}',
    '{"answer": "R"}\n{"answer": "W"}',
    "<think>The answer is R.</think>",
    "<think>The answer is R.",
    "<think><answer>R</answer></think>I cannot decide.",
    "[THINK]The answer is R.",
    "<scratchpad>R</scratchpad>",
    "<|channel|>analysis<|message|>The answer is R.<|end|>",
    "<|channel|>analysis<|message|>R<|end|><|start|>assistant<|channel|>final<|message|>W<|return|>",
    "analysisThe answer is R.",
    "Die Antwort ist nicht R.",
    "La respuesta es R o W.",
    "La réponse n'est pas R.",
    "答案不是R。",
    "答案是R还是W？",
    "The format is <answer>R</answer>, for example. My answer is W.",
    "Answer: R (or W)",
    "Answer: R / W",
    "Answer: R?? W??",
    "Answer: possibly R",
    "Answer: not R",
    "Answer: anything but R",
    "Answer: R, W",
]

GENERATED = [
    "automaton", "boolean_circuits", "countdown", "dyck", "family_relations",
    "first_order_entailment", "game_of_24", "graph_reachability", "knights_and_knaves",
    "latin_squares", "object_tracking", "ordering", "propositional_entailment", "scheduling",
    "shortest_path", "string_rewriting", "sudoku", "syllogisms", "truth_teller_webs", "zebra",
]  # fmt: skip
FILES: dict[str, tuple[str, list[dict[str, Any]], str]] = {
    "lettered": (
        "multiple_choice",
        [{"question": "Which?", "options": ["red", "blue", "green"], "answer": "B"}], "C",
    ),
    "word": (
        "exact_answer", [{"question": "Is it so?", "answer": answer} for answer in ("no", "yes")],
        "yes",
    ),
    "number": (
        "exact_answer", [{"question": "How many?", "answer": "42"}], "41",
    ),
    "text": (
        "exact_answer",
        [{"question": "Where is Ann?", "answer": answer} for answer in ("kitchen", "hall")], "hall",
    ),
    "grid": ("grid", [{"puzzle": [[0, 2], [1, 0]], "solution": [[1, 2], [2, 1]]}], "[[2,1],[1,2]]"),
    "brackets": ("exact_answer", [{"question": "Close [ (", "answer": ") ]"}], "] )"),
    "open": ("open_answer", [{"question": "Half?", "answer": "1/2"}], "1/3"),
}  # fmt: skip


def _generated(name: str) -> tuple[Suite, Any, str]:
    suite = load(name, difficulty=2, seed=11, size=1)
    wrong = suite.wrong(suite[0]) or ""
    return suite, suite[0], wrong.removeprefix("<answer>").removesuffix("</answer>")


def _of_file(kind: str, folder: Path) -> tuple[Suite, Any, str]:
    reader, rows, wrong = FILES[kind]
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    suite = load(reader, path=str(path))
    return suite, suite[0], wrong


def _filled(template: str, right: str, wrong: str) -> str:
    """The template with its single letters R and W replaced."""
    parts = []
    for i, letter in enumerate(template):
        alone = not template[i - 1 : i].isalpha() and not template[i + 1 : i + 2].isalpha()
        cjk = any(c >= "\u4e00" for c in template[max(0, i - 1) : i] + template[i + 1 : i + 2])
        value = {"R": right, "W": wrong}.get(letter) if alone or cjk else None
        if value is not None and template.startswith(("{", "```json")):
            value = json.dumps(value)[1:-1]
        parts.append(letter if value is None else value)
    return "".join(parts)


def failures(suite: Suite, problem: Any, wrong: str) -> list[str]:
    """Templates with an unexpected verdict."""
    found = []
    for template in COMMITTED:
        text = _filled(template, problem.answer, wrong)
        verdict = suite.verify(problem, text)
        if not verdict.correct:
            found.append(f"refused: {text!r} ({verdict.reason})")
    for template in NOT_COMMITTED:
        text = _filled(template, problem.answer, wrong)
        verdict = suite.verify(problem, text)
        if verdict.score != 0:
            found.append(f"paid: {text!r} ({verdict.reason})")
    return found


@pytest.mark.parametrize("name", GENERATED)
def test_generated_suites(name: str) -> None:
    assert failures(*_generated(name)) == []


@pytest.mark.parametrize("kind", FILES)
def test_files_of_questions(kind: str, tmp_path: Path) -> None:
    assert failures(*_of_file(kind, tmp_path)) == []
