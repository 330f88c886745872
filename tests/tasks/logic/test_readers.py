"""Question files by format: published ones, and files of shapes that users bring."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import Suite, load
from assay.tasks.logic.question_files.kinds import Known, pooled, right_values, shape_of
from assay.tasks.logic.shapes.choice import Lettered


def _write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return str(path)


def _accepts(suite: Suite, answer: str, index: int = 0) -> bool:
    return suite.verify(suite[index], f"<answer>{answer}</answer>").correct


OPTIONS = ["red", "light blue", "red and blue"]


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("B", "B"), ("(B)", "B"), ("b", "B"), ("B.", "B"), ("option B", "B"),
        ("B) light blue", "B"),
        ("(B) light blue", "B"), ("B. Light blue.", "B"), ("light blue", "B"), ("\\text{B}", "B"),
        ("**(B)**", "B"), ("the light blue", "B"), ("\\textbf{(B) light blue}", "B"),
        ("(B) red", None), ("A or B", None), ("A, B", None), ("AB", None), ("D", None),
        ("blue", None), ("", None), ("B C", None), ("not B", None), ("(A)(B)", None),
    ],
)  # fmt: skip
def test_letters(answer: str, letter: str | None) -> None:
    assert Lettered(tuple(OPTIONS)).read(answer) == letter


@pytest.mark.parametrize(
    ("kind", "gold", "right", "wrong"),
    [
        ("word", "Yes", ["yes", "YES.", "\\text{Yes}"], ["no", "yes or no", "yes, no", "not yes"]),
        ("text", "the Eiffel Tower", ["Eiffel tower", '"the Eiffel Tower".'], ["tower", "Eiffel"]),
        ("exact", "aB", ["aB", " aB "], ["ab", "aB."]),
        ("number", "1200", ["1,200", "1200.0", "$1200"], ["1201", "12e2", "1200 or 1", "١٢٠٠"]),
        ("brackets", "] )", ["])", "] )"], [")]", "])]", ""]),
        ("words", "ape bee cow", ["ape, bee, cow", "ape\nbee\ncow"], ["bee ape cow", "ape bee"]),
        ("list", "n,e", ["north, east", "n, e", "[n, e]"], ["e,n", "n", "n,e,e"]),
        ("set", "milk,apple", ["apple and milk", "apple, milk"], ["milk", "milk,apple,apple"]),
        ("grid", "[[1,2],[3,4]]", ["[[1, 2], [3, 4]]", "1 2\n3 4"], ["[[1]]", "[[1,2],[3,true]]"]),
    ],
)  # fmt: skip
def test_kinds(kind: str, gold: str, right: list[str], wrong: list[str]) -> None:
    known = Known(gold, {}, "What?", pooled(kind, [gold]))
    values = right_values(kind, known)
    for answer in right:
        assert shape_of(kind, known).read(answer) in values, answer
    for answer in wrong:
        assert shape_of(kind, known).read(answer) not in values, answer


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "options": ["A) red", "B) blue"], "correct": "B"},
        {"question": "q", "choices": {"text": ["red", "blue"]}, "answerKey": "B"},
        {"input": "q", "target_scores": {"red": 0, "blue": 1}},
        {"context": "c", "query": "q", "options": ["red", "blue"], "label": 1},
        {"question": "q", "options": {"A": "red", "B": "blue"}, "answer": "blue"},
        {"context": ["c1", "c2"], "question": "q", "options": ["A) red", "B) blue"], "answer": "B"},
    ],
)  # fmt: skip
def test_multiple_choice_reads_every_common_shape(row: dict[str, Any], tmp_path: Path) -> None:
    suite = load("multiple_choice", path=_write(tmp_path / "q.jsonl", [row]))
    assert "(A) red\n(B) blue" in suite[0].prompt
    assert suite[0].answer == "B"
    assert _accepts(suite, "B")
    assert _accepts(suite, "blue")
    assert not _accepts(suite, "A")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "q", "options": ["a"], "answer": "A"}, "at least 2"),
        ({"question": "q", "options": ["a", "b"], "answer": "C"}, "none of the 2"),
        ({"question": "q", "options": ["a", "b"], "answer": 7}, "no index"),
        ({"question": "q", "answer": "C"}, "options"),
        ({"options": ["a", "b"], "answer": "A"}, "question"),
    ],
)
def test_a_bad_row_names_its_line(row: dict[str, Any], message: str, tmp_path: Path) -> None:
    good = {"question": "q", "options": ["a", "b"], "answer": "A"}
    path = _write(tmp_path / "q.jsonl", [good, row])
    with pytest.raises(UsageError, match=message) as mistake:
        load("multiple_choice", path=path)
    assert "q.jsonl:2" in str(mistake.value)


def test_exact_answer_reads_json_csv_and_gzip(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"examples": [{"input": "1+1", "target": "2"}]}))
    (tmp_path / "b.csv").write_text("question,answer\nwho?,Ada Lovelace\n")
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write(json.dumps({"question": "close [ (", "answer": ") ]"}))
    assert _accepts(load("exact_answer", path=str(tmp_path / "a.json")), "2.0")
    assert _accepts(load("exact_answer", path=str(tmp_path / "b.csv")), "ada lovelace")
    assert _accepts(load("exact_answer", path=str(tmp_path / "c.jsonl.gz")), ")]")


def test_open_answers_are_equal_by_value(tmp_path: Path) -> None:
    suite = load(
        "open_answer", path=_write(tmp_path / "o.jsonl", [{"question": "q", "answer": "1/2"}])
    )
    assert _accepts(suite, "0.5")
    assert _accepts(suite, "\\frac{1}{2}")
    assert not _accepts(suite, "1/3")
    assert not _accepts(suite, "1/2... no, not 1/2")
    assert not _accepts(suite, "The answer is 1/2... no, not 1/2")
    assert not _accepts(suite, "The answer is 1/2?")


def test_grids(tmp_path: Path) -> None:
    row = {"puzzle": [[0, 2], [1, 0]], "solution": [[1, 2], [2, 1]], "id": "g7"}
    suite = load("grid", path=_write(tmp_path / "g.jsonl", [row]), id_field="id")
    assert suite.find("g7") == suite[0]
    assert _accepts(suite, "1 2\n2 1")
    assert not _accepts(suite, "1 2\n2 2")


def test_an_unseen_bbh_task_is_read_by_its_format(tmp_path: Path) -> None:
    examples = [
        {"input": "Is it valid?\nOptions:\n- valid \n- invalid", "target": "valid"},
        {"input": "Complete. Input: ( [ {", "target": "} ] )"},
        {"input": "((1 + 2)) =", "target": "-3"},
        {"input": "Sort: b c a", "target": "a b c"},
        {"input": "not ( True ) is", "target": "False"},
    ]
    path = tmp_path / "unseen.json"
    path.write_text(json.dumps({"canary": "x", "examples": examples}))
    suite = load("bbh", path=str(path))
    assert [p.meta["kind"] for p in suite] == ["word", "brackets", "number", "words", "word"]
    for index, right in enumerate(["Valid", "( [ { } ] )", "-3", "a, b, c", "false"]):
        assert _accepts(suite, right, index), right
    for index, bad in enumerate(["invalid", "] )", "3", "b a c", "true"]):
        assert not _accepts(suite, bad, index), bad


def test_arc_reads_a_folder_a_file_and_json_lines(tmp_path: Path) -> None:
    task = {
        "train": [{"input": [[1]], "output": [[2]]}],
        "test": [{"input": [[3]], "output": [[4]]}],
    }
    folder = tmp_path / "evaluation"
    folder.mkdir()
    (folder / "abc.json").write_text(json.dumps(task))
    (tmp_path / "all.json").write_text(json.dumps({"abc": task}))
    _write(tmp_path / "evaluation.jsonl", [{"id": "abc", **task}])
    for path in (folder, tmp_path / "all.json", tmp_path / "evaluation.jsonl"):
        suite = load("arc", path=str(path))
        assert len(suite) == 1
        assert suite.find("abc").answer == "[[4]]"
    assert len(load("arc", data_dir=str(tmp_path))) == 1


def test_babi_stories(tmp_path: Path) -> None:
    (tmp_path / "qa8_lists_test.txt").write_text(
        "1 A got the milk.\n2 A got the apple.\n3 What is A carrying? \tmilk,apple\t1 2\n"
        "1 B ran.\n2 Where? \tn,e\t1\n"
    )
    suite = load("babi:qa8", data_dir=str(tmp_path))
    assert "A got the milk.\nA got the apple.\nWhat is A carrying?" in suite[0].prompt
    assert "A got" not in suite[1].prompt
    assert _accepts(suite, "apple, milk", 0)
    assert _accepts(suite, "north, east", 1)


@pytest.mark.parametrize("name", ["bbh", "folio", "babi:qa1", "arc"])
def test_real_files_accept_their_gold_and_refuse_the_rest(name: str, data_dir: str) -> None:
    suite = load(name, data_dir=data_dir)
    for problem in suite[:: max(1, len(suite) // 60)]:
        gold = problem.answer
        assert suite.verify(problem, suite.gold(problem) or "").correct
        for bad in ("", problem.prompt, f"<answer>{gold}", f"<answer>not {gold}</answer>"):
            assert suite.verify(problem, bad).score == 0
        near = suite.wrong(problem)
        assert near is not None
        assert suite.verify(problem, near).score == 0


PUBLISHED = {
    "date_understanding": 0.872, "logical_deduction_three_objects": 0.876, "navigate": 0.964,
    "penguins_in_a_table": 0.795, "reasoning_about_colored_objects": 0.916,
    "temporal_sequences": 0.968,
}  # fmt: skip


@pytest.mark.parametrize("task", sorted(PUBLISHED))
def test_recorded_outputs_score_as_published(task: str, data_dir: str) -> None:
    """code-davinci-002 with chain of thought, Suzgun et al. 2022, table 2."""
    path = Path(data_dir) / "outputs" / "bbh_code-davinci-002_cot" / f"{task}.json.gz"
    with gzip.open(path, "rt") as file:
        outputs = json.load(file)["outputs"]
    suite = load(f"bbh:{task}", data_dir=data_dir)
    right = sum(suite.verify(suite[i], row["prediction"]).correct for i, row in enumerate(outputs))
    assert right / len(outputs) == pytest.approx(PUBLISHED[task], abs=0.0005)


def test_user_mistakes(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    one = _write(tmp_path / "one.jsonl", [{"question": "q", "answer": "1", "puzzle": "1 2 3 4"}])
    for name, options in (
        ("bbh:no_such_task", {}), ("babi:qa21", {}), ("exact_answer", {}),
        ("exact_answer", {"path": str(tmp_path / "none.jsonl")}),
        ("exact_answer", {"path": str(empty)}),
        ("exact_answer", {"path": str(empty), "kind": "poem"}),
        ("exact_answer", {"path": one, "size": 0}), ("exact_answer", {"path": one, "size": -1}),
        ("exact_answer", {"path": one, "answer_field": 7}), ("exact_answer", {"path": 7}),
        ("multiple_choice", {"path": one, "first_index": "x"}),
        ("game24", {"path": one, "size": 0}),
        ("game24", {"path": one, "target": "x"}), ("game24", {"split": "train"}),
        ("sudoku_puzzles", {"split": "train"}), ("sudoku_puzzles", {"path": one}),
        ("folio", {"split": "nope"}), ("arc", {"split": "nope"}),
        ("arc", {"path": str(tmp_path / "none")}),
    ):  # fmt: skip
        with pytest.raises(UsageError) as mistake:
            list(load(name, **options))
        assert "\n" not in str(mistake.value)
