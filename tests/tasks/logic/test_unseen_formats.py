"""Published row formats of data sets that are not stored here, with our own content.

Each case is what the set's files look like; the reader gets no hint beyond the path. The gold
must score 1 in the forms a model uses, and a wrong answer, a hedge and an echo 0.
"""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import Suite, load
from assay.tasks.prompting import reply

RACE = "Three runners, Ada, Bo and Cy, finish a race. Bo is last. Ada is before Cy."
WHO = "Who is second?"
NAMES = ["Ada", "Bo", "Cy"]

CHOICE_ROWS: dict[str, dict[str, Any]] = {
    "Logic-LM (ProntoQA, AR-LSAT, LogicalDeduction, FOLIO, ProofWriter)": {
        "id": "x_1", "context": RACE, "question": WHO, "explanation": [],
        "options": ["A) Ada", "B) Bo", "C) Cy"], "answer": "C",
    },
    "AGIEval": {
        "passage": RACE, "question": WHO, "options": ["(A)Ada", "(B)Bo", "(C)Cy"],
        "label": "C", "answer": None, "other": {"source": "x"},
    },
    "AGIEval of lm-eval": {"query": f"{RACE} {WHO}", "choices": NAMES, "gold": [2]},
    "LogiQA on the hub": {"context": RACE, "query": WHO, "options": NAMES, "correct_option": 2},
    "LogiQA 2.0": {"id": 7, "answer": 2, "text": RACE, "question": WHO, "options": NAMES},
    "ReClor": {
        "context": RACE, "question": WHO, "answers": NAMES, "label": 2, "id_string": "train_0",
    },
    "ZebraLogic mc_mode": {"puzzle": RACE, "question": WHO, "choices": NAMES, "answer": "Cy"},
    "MMLU": {"question": f"{RACE} {WHO}", "subject": "x", "choices": NAMES, "answer": 2},
    "MMLU-Pro": {
        "question_id": 7, "question": f"{RACE} {WHO}", "options": NAMES, "answer": "C",
        "answer_index": 2, "cot_content": "", "category": "x",
    },
    "CommonsenseQA": {
        "id": "a", "answerKey": "C",
        "question": {"stem": f"{RACE} {WHO}", "choices": [
            {"label": "A", "text": "Ada"}, {"label": "B", "text": "Bo"},
            {"label": "C", "text": "Cy"}]},
    },
    "ARC, letters": {
        "question": f"{RACE} {WHO}", "answerKey": "C",
        "choices": {"text": NAMES, "label": ["A", "B", "C"]},
    },
    "ARC, numbers": {
        "question": f"{RACE} {WHO}", "answerKey": "3",
        "choices": {"text": NAMES, "label": ["1", "2", "3"]},
    },
    "BIG-bench": {"input": f"{RACE} {WHO}", "target_scores": {"Ada": 0, "Bo": 0, "Cy": 1}},
    "TruthfulQA": {
        "question": f"{RACE} {WHO}", "mc1_targets": {"choices": NAMES, "labels": [0, 0, 1]},
    },
    "columns": {"question": f"{RACE} {WHO}", "A": "Ada", "B": "Bo", "C": "Cy", "answer": "C"},
    "option columns": {
        "Question": f"{RACE} {WHO}", "Option A": "Ada", "Option B": "Bo", "Option C": "Cy",
        "Correct Answer": "C",
    },
    "SocialIQA": {
        "context": RACE, "question": WHO, "answerA": "Ada", "answerB": "Bo", "answerC": "Cy",
        "label": "3",
    },
    "MedMCQA": {"question": f"{RACE} {WHO}", "opa": "Ada", "opb": "Bo", "opc": "Cy", "cop": 2},
    "letters in the question": {
        "question": f"{RACE} {WHO}\n(A) Ada\n(B) Bo\n(C) Cy", "answer": "(C)",
    },
    "letters in one line": {
        "query": f"Q: {RACE} {WHO} Answer Choices: (A)Ada (B)Bo (C)Cy", "answer": "C",
    },
    "letters with full stops": {"problem": f"{RACE} {WHO}\nA. Ada\nB. Bo\nC. Cy", "gold": "C"},
    "options as an object": {
        "question": f"{RACE} {WHO}", "options": {"A": "Ada", "B": "Bo", "C": "Cy", "D": None},
        "answer": "C",
    },
    "options as text": {
        "question": f"{RACE} {WHO}", "options": "A) Ada B) Bo C) Cy", "answer": "C) Cy",
    },
    "options as a literal": {
        "question": f"{RACE} {WHO}", "choices": "['Ada', 'Bo', 'Cy']", "answer": "2",
    },
}  # fmt: skip


def _file(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def _holds(suite: Suite, index: int, right: list[str], wrong: list[str]) -> None:
    problem = suite[index]
    assert suite.verify(problem, suite.gold(problem) or "").correct, problem
    for answer in right:
        for text in (
            reply(answer),
            f"Let me see.\nThe answer is {answer}.",
            f"\\boxed{{{answer}}}",
        ):
            verdict = suite.verify(problem, text)
            assert verdict.correct, (problem.prompt, text, verdict)
    first = right[0]
    hedges = [f"{first} or {other}" for other in wrong] + [f"{o} or maybe {first}" for o in wrong]
    for answer in [
        *wrong,
        *hedges,
        f"not {first}",
        f"{first} {first}",
        "",
        *("x" + r for r in right),
    ]:
        for text in (reply(answer), f"The answer is {answer}."):
            verdict = suite.verify(problem, text)
            assert verdict.score == 0, (problem.prompt, text, verdict)
            assert verdict.reason
    for text in (problem.prompt, reply(problem.prompt.rpartition("\n")[0]), f"<answer>{first}"):
        assert suite.verify(problem, text).score == 0, text


@pytest.mark.parametrize("row", CHOICE_ROWS.values(), ids=CHOICE_ROWS)
def test_choices(row: dict[str, Any], tmp_path: Path) -> None:
    suite = load("multiple_choice", path=_file(tmp_path, [row]))
    prompt = suite[0].prompt
    assert prompt.index("Three runners") < prompt.index(WHO) < prompt.index("Ada", 70)
    for part in (RACE, WHO, "Cy"):
        assert prompt.count(part) >= 1, prompt
    assert prompt.count(RACE) == 1
    assert suite[0].meta["options"] == NAMES
    _holds(suite, 0, ["C", "(C)", "Cy", "C) Cy", "(C) Cy", "**C**"], ["A", "Bo", "D", "(C) Bo"])


def test_indices_from_one_are_found_out_from_the_whole_file(tmp_path: Path) -> None:
    def row(label: object) -> dict[str, Any]:
        return {"sentence": "The cup did not fit the box: _ was big.", "option1": "the cup",
                "option2": "the box", "answer": label}  # fmt: skip

    for labels, letters in (
        (["1", "2"], "AB"), ([1, 2], "AB"), ([2, 2], "BB"), ([0, 1], "AB"), (["0", "1"], "AB"),
    ):  # fmt: skip
        suite = load("multiple_choice", path=_file(tmp_path, [row(label) for label in labels]))
        assert "".join(problem.answer for problem in suite) == letters, labels
    path = _file(tmp_path, [row(1), row(1)])
    assert load("multiple_choice", path=path, first_index=1)[0].answer == "A"
    assert load("multiple_choice", path=path, first_index=0)[0].answer == "B"


def test_ties_of_scores_take_either(tmp_path: Path) -> None:
    row = {"input": "Which is even?", "target_scores": {"one": 0, "two": 1, "four": 1}}
    suite = load("multiple_choice", path=_file(tmp_path, [row]))
    for answer in ("B", "C", "four"):
        assert suite.verify(suite[0], reply(answer)).correct
    for answer in ("A", "B or C", "B, C"):
        assert suite.verify(suite[0], reply(answer)).score == 0


def test_passages_with_several_questions(tmp_path: Path) -> None:
    """AR-LSAT's own files: a list of passages, each with its questions."""
    question = {"question": WHO, "options": NAMES, "answer": "C", "tags": ["", ""]}
    passage = {"id": "p", "passage": RACE, "passageId": "4", "questions": [
        {"id": "p_1", **question}, {"id": "p_2", **question, "question": "Who is first?",
                                    "answer": "A"}]}  # fmt: skip
    path = tmp_path / "AR_DevelopmentData.json"
    path.write_text(json.dumps([passage]))
    suite = load("multiple_choice", path=str(path), id_field="id")
    assert [problem.answer for problem in suite] == ["C", "A"]
    assert RACE in suite[1].prompt
    assert "Who is first?" in suite[1].prompt
    assert suite.find("p_2") == suite[1]


def test_logiqa_blocks(tmp_path: Path) -> None:
    path = tmp_path / "Eval.txt"
    block = f"\nc\n{RACE}\n{WHO}\nA.Ada\nB.Bo\nC.Cy\nD.Di\n"
    path.write_text(block * 2)
    suite = load("multiple_choice", path=str(path))
    assert len(suite) == 2
    _holds(suite, 1, ["C", "Cy"], ["A", "Di"])


@pytest.mark.parametrize("ending", ["json", "jsonl", "csv", "tsv", "parquet", "json.gz", "csv.gz"])
def test_every_kind_of_file(ending: str, tmp_path: Path) -> None:
    rows = [{"question": f"{RACE} {WHO}", "choices": NAMES, "answer": "C"}] * 3
    path = tmp_path / f"rows.{ending}"
    plain_name = ending.removesuffix(".gz")
    if plain_name == "parquet":
        pandas = pytest.importorskip("pandas")
        pandas.DataFrame(rows).to_parquet(path)
    elif plain_name in ("csv", "tsv"):
        text = tmp_path / "text"
        with text.open("w", newline="") as file:
            writer = csv.DictWriter(
                file, list(rows[0]), delimiter="\t" if "t" in plain_name else ","
            )
            writer.writeheader()
            writer.writerows({**row, "choices": str(row["choices"])} for row in rows)
        data = text.read_bytes()
        path.write_bytes(gzip.compress(data) if ending.endswith(".gz") else data)
    else:
        lines = "\n".join(json.dumps(row) for row in rows)
        data = (lines if plain_name == "jsonl" else json.dumps({"data": rows})).encode()
        path.write_bytes(gzip.compress(data) if ending.endswith(".gz") else data)
    suite = load("multiple_choice", path=str(path))
    assert [problem.answer for problem in suite] == ["C"] * 3


def test_json_lines_named_json_and_an_object_of_rows(tmp_path: Path) -> None:
    row = {"question": "6 * 7?", "answer": "42"}
    for value in (f"{json.dumps(row)}\n{json.dumps(row)}\n", json.dumps({"a": row, "b": row})):
        path = tmp_path / "rows.json"
        path.write_text(value)
        assert len(load("exact_answer", path=str(path))) == 2
    path.write_text(json.dumps(row))
    assert len(load("exact_answer", path=str(path))) == 1


PRONTO = {
    "question": "Every zump is a lorp. Lorps are not sour. Max is a zump.",
    "query": "True or false: Max is sour.",
    "chain_of_thought": ["Max is a zump."], "answer": "False",
}  # fmt: skip
EXACT: dict[str, tuple[Any, str, list[str], list[str]]] = {
    "PrOntoQA": (
        {f"example{i}": {"in_context_example0": PRONTO, "test_example": PRONTO} for i in (1, 2)},
        "word", ["False", "false"], ["True", "Unknown"],
    ),
    "ProofWriter": (
        {"id": "a", "theory": "The cat is red.", "questions": {
            "Q1": {"question": "The cat is red.", "answer": True},
            "Q2": {"question": "The cat is big.", "answer": "Unknown"}}},
        "word", ["True"], ["False", "Unknown"],
    ),
    "RuleTaker": (
        {"id": "a", "context": "The cat is red.", "questions": [
            {"id": "q", "text": "The cat is red.", "label": True},
            {"id": "r", "text": "The cat is blue.", "label": False}]},
        "word", ["True"], ["False"],
    ),
    "LogicBench": (
        {"type": "x", "data_samples": [{"id": 1, "context": "If it rains, the cat is wet.",
         "qa_pairs": [{"question": "Is it?", "answer": "no"}, {"question": "So?", "answer": "yes"}]
         }]}, "word", ["no", "No"], ["yes"],
    ),
    "bAbI on the hub": (
        [{"passage": "Mary went to the hall.", "question": "Where is Mary?", "answer": "hall",
          "task": 1}], "text", ["hall", "the hall"], ["kitchen"],
    ),
    "BABILong": (
        [{"input": "Mary went to the hall.", "question": "Where is Mary?", "target": "hall"}],
        "text", ["hall"], ["kitchen"],
    ),
    "BIG-bench with several targets": (
        {"name": "x", "examples": [{"input": "Name a vowel.", "target": ["the letter u", "u"]}]},
        "text", ["u", "the letter u"], ["t"],
    ),
    "verl": (
        [{"data_source": "x", "prompt": [{"role": "user", "content": "What is 6 * 7?"}],
          "ability": "math", "reward_model": {"style": "rule", "ground_truth": "42"}}],
        "number", ["42", "42.0"], ["43"],
    ),
    "GSM8K": (
        [{"question": "What is 6 * 7?", "answer": "6 * 7 = <<6*7=42>>42\n#### 42"}],
        "number", ["42"], ["43", "6"],
    ),
    "StrategyQA": (
        [{"question": "Is a cat bigger than a bus?", "answer": False, "facts": ["Cats are small."]},
         {"question": "Is a bus bigger than a cat?", "answer": True, "facts": []}],
        "word", ["False", "No"], ["True", "Yes"],
    ),
    "CLUTRR": (
        [{"story": "Ann is the mother of Bo.", "query": "What is Ann to Bo?", "target": "mother"}],
        "text", ["mother"], ["father"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("value", "kind", "right", "wrong"), EXACT.values(), ids=EXACT)
def test_exact_answers(
    value: Any, kind: str, right: list[str], wrong: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(value))
    suite = load("exact_answer", path=str(path))
    assert suite[0].meta["kind"] == kind
    _holds(suite, 0, right, wrong)


def test_a_passage_stands_once_before_its_question(tmp_path: Path) -> None:
    for name in ("PrOntoQA", "ProofWriter", "bAbI on the hub", "BABILong", "CLUTRR", "LogicBench"):
        path = tmp_path / "rows.json"
        path.write_text(json.dumps(EXACT[name][0]))
        prompt = load("exact_answer", path=str(path))[0].prompt
        told = {
            "PrOntoQA": "Every zump", "ProofWriter": "The cat", "bAbI on the hub": "Mary went",
            "BABILong": "Mary went", "CLUTRR": "Ann is", "LogicBench": "If it",
        }[name]  # fmt: skip
        assert prompt.startswith(told), prompt
        assert len(prompt.split("\n")) == 3, prompt


def test_kor_bench(tmp_path: Path) -> None:
    """Samples and their rules in two files; answers in double square brackets."""
    rules = [{"idx": "3", "title": "swap", "tag": "x", "rule_content": "a#b is b - a."}]
    samples = [
        {"idx": "21", "rule_id": "3", "question": "2#9?\nAnswer as [[number]].", "answer": "[[7]]"},
        {"idx": "22", "rule_id": "3", "question": "Which?", "answer": "[[A]]"},
        {"idx": "23", "rule_id": "3", "question": "Both?", "answer": "[[A,B]]"},
    ]
    _file(tmp_path, rules, "rule.jsonl")
    suite = load("exact_answer", path=_file(tmp_path, samples, "sample.jsonl"), id_field="idx")
    assert suite[0].prompt.startswith("a#b is b - a.\n2#9?")
    _holds(suite, 0, ["7", "[[7]]", "7.0"], ["8", "[[8]]", "-7"])
    _holds(suite, 1, ["A", "[[A]]"], ["B", "[[B]]"])
    _holds(suite, 2, ["A,B", "[[A, B]]", "A, B"], ["A", "B,A"])


ZEBRA = {
    "header": ["House", "Name", "Drink"],
    "rows": [["1", "Arnold", "tea"], ["2", "Peter", "water"], ["3", "Eric", "iced milk"]],
}
BY_HOUSE = {f"House {n}": {"Name": name, "Drink": drink} for n, name, drink in ZEBRA["rows"]}
OBJECTS = [dict(zip(ZEBRA["header"], row, strict=True)) for row in ZEBRA["rows"]]
MARKDOWN = "| House | Name | Drink |\n|---|:-:|---|\n" + "\n".join(
    f"| {' | '.join(row)} |" for row in ZEBRA["rows"]
)


def test_zebralogic_tables(tmp_path: Path) -> None:
    row = {"id": "lgp-3x2", "size": "3*2", "puzzle": "There are 3 houses.", "solution": ZEBRA}
    other = {**row, "id": "b", "solution": {**ZEBRA, "rows": ZEBRA["rows"][::-1]}}
    suite = load("grid", path=_file(tmp_path, [row, other]), id_field="id")
    problem = suite.find("lgp-3x2")
    assert "[House, Name, Drink]" in problem.prompt
    numbers = [[int(n), name, drink] for n, name, drink in ZEBRA["rows"]]
    for shape in (
        ZEBRA, ZEBRA["rows"], numbers, BY_HOUSE, OBJECTS, {"solution": BY_HOUSE},
        {"reasoning": "so", "solution": BY_HOUSE}, dict(reversed(BY_HOUSE.items())),
        [ZEBRA["header"], *ZEBRA["rows"]],
    ):  # fmt: skip
        for text in (json.dumps(shape), f"```json\n{json.dumps(shape, indent=1)}\n```"):
            verdict = suite.verify(problem, f"<answer>{text}</answer>")
            assert verdict.correct, (text, verdict)
    assert suite.verify(problem, f"<answer>\n{MARKDOWN}\n</answer>").correct
    assert suite.verify(problem, f"So:\n**Final answer:**\n```\n{MARKDOWN}\n```").correct
    swapped = [
        [*r[:2], d] for r, d in zip(ZEBRA["rows"], ["water", "tea", "iced milk"], strict=True)
    ]
    for shape, words in (
        (swapped, "row 1"), (ZEBRA["rows"][::-1], "order"), (ZEBRA["rows"][:2], "3 rows"),
        ([*ZEBRA["rows"][:2], ZEBRA["rows"][1]], "twice"),
        ([*ZEBRA["rows"], ["4", "x", "y"]], "not 4"),
        ([row[:2] for row in ZEBRA["rows"]], "not a table"), ([], ""), ({}, ""), ("tea", ""),
        ({"House 1": BY_HOUSE["House 1"]}, "not a table"), ([["1", "Arnold", True]], "not a table"),
        ({**BY_HOUSE, "House 4": BY_HOUSE["House 3"]}, "not a table"), ([[["1"]]], "not a table"),
        ([OBJECTS[0], OBJECTS[0], OBJECTS[1]], "twice"), (None, ""),
    ):  # fmt: skip
        verdict = suite.verify(problem, f"<answer>{json.dumps(shape)}</answer>")
        assert verdict.score == 0, shape
        assert words in verdict.reason, (shape, verdict.reason)
    twice = json.dumps(BY_HOUSE)[:-1] + ', "House 1": {"Name": "Eric", "Drink": "tea"}}'
    assert suite.verify(problem, f"<answer>{twice}</answer>").score == 0
    near = suite.wrong(problem)
    assert near is not None
    assert suite.verify(problem, near).score == 0


def test_tables_of_columns_and_of_pairs(tmp_path: Path) -> None:
    columns = {"Name": ["Ann", "Bo"], "Drink": ["tea", "milk"]}
    suite = load("grid", path=_file(tmp_path, [{"puzzle": "Who?", "solution": columns}]))
    for shape in (columns, [["Ann", "tea"], ["Bo", "milk"]], {"Drink": ["tea", "milk"],
                  "Name": ["Ann", "Bo"]}, [{"Name": "Ann", "Drink": "tea"},
                  {"Drink": "milk", "Name": "Bo"}]):  # fmt: skip
        assert suite.verify(suite[0], reply(json.dumps(shape))).correct, shape
    for shape in ({**columns, "Drink": ["milk", "tea"]}, {**columns, "Drink": ["tea"]},
                  {"Name": ["Ann", "Bo"]}, {**columns, "Pet": ["a", "b"]}):  # fmt: skip
        assert suite.verify(suite[0], reply(json.dumps(shape))).score == 0, shape
    pairs = {"Ann": "tea", "Bo": "milk"}
    suite = load("grid", path=_file(tmp_path, [{"puzzle": "Who?", "solution": pairs}]))
    for shape in (pairs, {"Bo": "Milk", "Ann": "tea"}, [["Ann", "tea"], ["Bo", "milk"]]):
        assert suite.verify(suite[0], reply(json.dumps(shape))).correct, shape
    for shape in ({"Ann": "milk", "Bo": "tea"}, {"Ann": "tea"}, {**pairs, "Cy": "cola"},
                  {"Ann": "tea", "Bo": True}, {"Ann": ["tea"], "Bo": ["milk"]}):  # fmt: skip
        assert suite.verify(suite[0], reply(json.dumps(shape))).score == 0, shape


def test_lists_of_numbers_are_one_answer_and_of_texts_alternatives(tmp_path: Path) -> None:
    rows = [{"question": "Primes below 6?", "answer": [2, 3, 5]},
            {"question": "A vowel?", "answer": ["a", "e"]}]  # fmt: skip
    suite = load("exact_answer", path=_file(tmp_path, rows))
    _holds(suite, 0, ["2, 3, 5", "[2, 3, 5]"], ["2", "5, 3, 2", "2, 3"])
    for text, due in (("a", 1), ("e", 1), ("i", 0), ("a or e", 0)):
        assert suite.verify(suite[1], reply(text)).score == due, text


def test_a_blanked_solution_is_refused(tmp_path: Path) -> None:
    blank = {**ZEBRA, "rows": [["___"] * 3] * 3}
    row = {"id": "a", "puzzle": "There are 3 houses.", "solution": blank}
    with pytest.raises(UsageError, match="blanked out"):
        load("grid", path=_file(tmp_path, [row]))


def test_sudokus_in_one_string(tmp_path: Path) -> None:
    """Kaggle's files: quizzes and solutions as digits; others name the columns otherwise."""
    path = tmp_path / "sudoku.csv"
    path.write_text("quizzes,solutions\n1034341221434301,1234341221434321\n")
    suite = load("grid", path=str(path))
    assert "1 0 3 4\n3 4 1 2" in suite[0].prompt
    for answer in (
        "[[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,2,1]]",
        "1 2 3 4\n3 4 1 2\n2 1 4 3\n4 3 2 1",
    ):
        assert suite.verify(suite[0], reply(answer)).correct
    assert suite.verify(suite[0], reply("[[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,1,2]]")).score == 0
    puzzles = load("sudoku_puzzles", path=str(path))
    assert puzzles.verify(puzzles[0], puzzles.gold(puzzles[0]) or "").correct


TASK = {
    "train": [{"input": [[1]], "output": [[2]]}],
    "test": [{"input": [[3]], "output": [[4]]}, {"input": [[5]], "output": [[6]]}],
}


def test_arc_agi_2_and_kaggle(tmp_path: Path) -> None:
    folder = tmp_path / "ARC-AGI-2" / "data" / "evaluation"
    folder.mkdir(parents=True)
    (folder / "abc.json").write_text(json.dumps(TASK))
    for name in ("arc", "arc:2"):
        suite = load(name, data_dir=str(tmp_path))
        assert [problem.answer for problem in suite] == ["[[4]]", "[[6]]"]
    with pytest.raises(UsageError, match="arc:1 or arc:2"):
        load("arc:3", data_dir=str(tmp_path))
    challenges = {"abc": {**TASK, "test": [{"input": [[3]]}, {"input": [[5]]}]}}
    path = tmp_path / "arc-agi_evaluation_challenges.json"
    path.write_text(json.dumps(challenges))
    with pytest.raises(UsageError, match="solutions"):
        load("arc", path=str(path))
    solutions = tmp_path / "arc-agi_evaluation_solutions.json"
    solutions.write_text(json.dumps({"abc": [[[4]], [[6]]]}))
    suite = load("arc", path=str(path))
    assert suite.find("abc/1").answer == "[[6]]"
    assert suite.verify(suite[0], reply("[[4]]")).correct
    assert suite.verify(suite[0], reply("[[6]]")).score == 0


FOLIO_ROWS: dict[str, dict[str, Any]] = {
    "v2": {
        "story_id": 1, "example_id": 7, "premises": "All cats purr.\nTom is a cat.",
        "premises-FOL": "", "conclusion": "Tom purrs.", "conclusion-FOL": "", "label": "True",
    },
    "v0.0": {
        "premises": ["All cats purr.", "Tom is a cat."], "conclusion": "Tom purrs.",
        "label": "True",
    },
    "NLI": {
        "premise": "All cats purr. Tom is a cat.", "hypothesis": "Tom purrs.",
        "label": "entailment",
    },
}  # fmt: skip


@pytest.mark.parametrize("row", FOLIO_ROWS.values(), ids=FOLIO_ROWS)
def test_folio_variants(row: dict[str, Any], tmp_path: Path) -> None:
    suite = load("folio", path=_file(tmp_path, [row]))
    assert "All cats purr." in suite[0].prompt
    _holds(suite, 0, ["True", "true", "**True**"], ["False", "Unknown", "Uncertain"])


def test_babi_tables_and_short_names(tmp_path: Path) -> None:
    (tmp_path / "qa1_test.txt").write_text("1 Mary went to the hall.\n2 Where is Mary?\thall\t1\n")
    assert load("babi:qa1", data_dir=str(tmp_path))[0].answer == "hall"
    assert load("babi", path=str(tmp_path / "qa1_test.txt"))[0].answer == "hall"
    row = {"passage": "Mary has the milk, the apple.", "question": "What?", "answer": "milk,apple"}
    suite = load("babi", path=_file(tmp_path, [row]))
    assert suite.verify(suite[0], reply("apple and milk")).correct
    assert suite.verify(suite[0], reply("apple")).score == 0


BBH: dict[str, tuple[str, str, str, str, str]] = {
    "boolean_expressions": ("not ( True ) and ( False ) is", "False", "word", "false", "True"),
    "causal_judgement": (
        "Did it?\nOptions:\n- Yes\n- No", "No", "word", "no", "Yes"),
    "date_understanding": (
        "What is the date?\nOptions:\n(A) 01/02/2020\n(B) 02/01/2020", "(B)", "choice", "B", "A"),
    "dyck_languages": (
        "Complete the rest of the sequence. Input: ( [ { <", "> } ] )", "brackets", ">}])",
        "> } ]"),
    "formal_fallacies": (
        "Is the argument valid?\nOptions:\n- valid \n- invalid", "invalid", "word", "Invalid",
        "valid"),
    "geometric_shapes": (
        "This SVG path draws a\nOptions:\n(A) circle\n(B) kite", "(B)", "choice", "(B) kite",
        "(A)"),
    "multistep_arithmetic_two": ("((-1 + 2) * 3) =", "-3", "number", "-3", "3"),
    "navigate": ("Do you return?\nOptions:\n- Yes\n- No", "Yes", "word", "yes", "no"),
    "object_counting": ("How many fruits do I have?", "12", "number", "12", "11"),
    "sports_understanding": ("Is it plausible?", "yes", "word", "Yes", "no"),
    "tracking_shuffled_objects_five_objects": (
        "At the end, Ann has the\nOptions:\n(A) red ball\n(B) cup", "(A)", "choice", "red ball",
        "cup"),
    "web_of_lies": ("Does Ann tell the truth?", "No", "word", "no", "yes"),
    "word_sorting": ("Sort the words. List: b a c", "a b c", "words", "a, b, c", "a c b"),
    "word_sorting of one": ("Sort the words. List: cat", "cat", "text", "cat", "dog"),
}  # fmt: skip


@pytest.mark.parametrize("name", BBH)
def test_the_formats_of_bbh(name: str, tmp_path: Path) -> None:
    text, target, kind, right, wrong = BBH[name]
    path = tmp_path / f"{name.split()[0]}.json"
    path.write_text(json.dumps({"canary": "x", "examples": [{"input": text, "target": target}]}))
    suite = load("bbh", path=str(path))
    assert suite[0].meta["kind"] == kind
    problem = suite[0]
    assert suite.verify(problem, suite.gold(problem) or "").correct
    assert suite.verify(problem, f"So the answer is {right}.").correct
    assert suite.verify(problem, reply(right)).correct
    for bad in (wrong, f"{right} or {wrong}", f"{wrong} or maybe {right}", f"not {right}", ""):
        assert suite.verify(problem, reply(bad)).score == 0, bad


MISTAKES: dict[str, tuple[str, Any, str]] = {
    "no options": ("multiple_choice", [{"question": "q", "answer": "A"}], "at least 2"),
    "two right": (
        "multiple_choice", [{"question": "q", "options": ["a", "b"], "gold": [0, 1]}],
        "2 right options"),
    "null answer": ("exact_answer", [{"question": "q", "answer": None}], "answer"),
    "object answer": ("exact_answer", [{"question": "q", "answer": {"x": 1}}], "object"),
    "no question": ("exact_answer", [{"foo": "q", "answer": "1"}], "question"),
    "no grid": ("grid", [{"puzzle": "p", "solution": "abc"}], "not a grid"),
    "ragged table": ("grid", [{"puzzle": "p", "solution": {"header": ["a"], "rows": [["x", "y"]]}}],
                     "not a grid"),
    "too many numbers": ("game24", [{"numbers": [1] * 9}], "2 to 6 whole numbers"),
    "a sudoku of 80": ("sudoku_puzzles", [{"puzzle": "." * 80}], "16, 36, 64, 81"),
    "folio label": (
        "folio", [{"premises": "p", "conclusion": "c", "label": "perhaps"}], "True, False"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_name_file_line_and_mend(
    name: str, rows: list[dict[str, Any]], words: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=words) as mistake:
        list(load(name, path=_file(tmp_path, rows)))
    assert "rows.jsonl:1" in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_a_broken_parquet_file_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1 this is none")
    with pytest.raises(UsageError, match="not Parquet"):
        load("exact_answer", path=str(path))


def test_logicbench_and_gaokao_need_no_field_told(tmp_path: Path) -> None:
    samples = {"type": "x", "axiom": "y", "samples": [
        {"id": 1, "context": RACE, "question": WHO, "answer": "choice_3",
         "choices": {f"choice_{i}": name for i, name in enumerate(NAMES, 1)}}]}  # fmt: skip
    path = tmp_path / "data_instances.json"
    path.write_text(json.dumps(samples))
    suite = load("multiple_choice", path=str(path))
    assert suite[0].meta["options"] == NAMES
    _holds(suite, 0, ["C", "Cy"], ["A", "Bo"])
    pairs = {
        "type": "x",
        "samples": [
            {
                "id": 1,
                "context": RACE,
                "qa_pairs": [
                    {"question": "Is Cy second?", "answer": "yes"},
                    {"question": "Is Bo?", "answer": "no"},
                ],
            }
        ],
    }
    path.write_text(json.dumps(pairs))
    suite = load("exact_answer", path=str(path))
    assert [problem.answer for problem in suite] == ["yes", "no"]
    assert suite[1].prompt.startswith(RACE)
    texts = ["1．第二名是（　　）\nA．Ada   \nB．Bo   \nC．Cy\n",
             "2．第二名是（　　） \nA．Ada  B．Bo   \nC．Cy  D．Di\n"]  # fmt: skip
    rows = [
        {"year": "2010", "question": text, "answer": [answer], "analysis": "A错", "index": i}
        for i, (text, answer) in enumerate([(texts[0], "C"), (texts[1], "C"), (texts[1], "AC")])
    ]
    path.write_text(json.dumps({"keywords": "x", "example": rows}))
    suite = load("multiple_choice", path=str(path))
    assert [problem.answer for problem in suite] == ["C", "C", "AC"]
    _holds(suite, 1, ["C", "Cy", "C．Cy"], ["A", "Bo"])
    _holds(suite, 2, ["AC", "A, C", "A and C", "C、A"], ["A", "C", "ABC", "BD"])


def test_a_file_of_many_kinds_of_answers(tmp_path: Path) -> None:
    """As BIG-Bench Extra Hard's mini set: each answer has its own kind."""
    kinds = {
        "unknown": "text", "(B)": "choice", "7": "number", "[]": "brackets", "[ ( ) ]": "brackets",
        "yes": "word", "1, 2, 3": "text", '{"a": 1}': "text", "]": "brackets", "-3.5": "number",
    }  # fmt: skip
    rows = [
        {"task": "t", "input": f"Question {i}?\n(A) x\n(B) y", "target": target}
        for i, target in enumerate(kinds)
    ]
    path = tmp_path / "mini.json"
    path.write_text(json.dumps({"canary": "x", "examples": rows}))
    for name in ("exact_answer", "bbh"):
        suite = load(name, path=str(path))
        for problem in suite:
            assert suite.verify(problem, suite.gold(problem) or "").correct, problem
            assert suite.verify(problem, suite.wrong(problem) or "").score == 0, problem
    suite = load("exact_answer", path=str(path))
    assert [problem.meta["kind"] for problem in suite] == list(kinds.values())


def test_a_question_of_several_fields(tmp_path: Path) -> None:
    row = {"story": RACE, "ask": WHO, "names": NAMES, "key": "C", "board": "1 2\n2 1"}
    path = _file(tmp_path, [row])
    options = {"question_field": "story+ask", "answer_field": "key"}
    suite = load("multiple_choice", path=path, options_field="names", **options)
    assert suite[0].prompt.startswith(f"{RACE}\n{WHO}")
    assert load("exact_answer", path=path, **options)[0].prompt.startswith(f"{RACE}\n{WHO}")
    grid = load("grid", path=path, question_field="story+ask", answer_field="board")
    assert f"{RACE}\n{WHO}" in grid[0].prompt
    with pytest.raises(UsageError, match="field 'nothing' is missing"):
        load("exact_answer", path=path, question_field="story+nothing", answer_field="key")
