"""The suites of published files: counts, golds, ids, options, and bad files."""

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import Suite, load
from assay.tasks.math._published import last_boxed, plain_integer

COUNTS = {
    "gsm8k": 1319, "math500": 500, "aime24": 30, "aime25": 30, "imo_answerbench": 400,
    "mgsm": 250, "aqua": 254,
}  # fmt: skip
LANGUAGES = ["bn", "de", "en", "es", "fr", "ja", "ru", "sw", "te", "th", "zh"]


def sample(suite: Suite, size: int = 40) -> list:
    return random.Random(4).sample(list(suite), min(size, len(suite)))


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_all_problems_are_read(name: str, count: int, data_dir: str) -> None:
    suite = load(name, data_dir=data_dir)
    assert len(suite) == count
    assert suite[0].id == f"{name}-test-0"
    assert len({problem.id for problem in suite}) == count
    assert all(problem.answer and problem.prompt for problem in suite)


@pytest.mark.parametrize("name", [*COUNTS, "mgsm:th"])
def test_gold_and_wrong(name: str, data_dir: str) -> None:
    suite = load(name, data_dir=data_dir)
    for problem in sample(suite):
        gold, other = suite.gold(problem), suite.wrong(problem)
        assert gold is not None
        assert other is not None
        assert suite.verify(problem, gold).correct, problem
        assert suite.verify(problem, other).score == 0, problem
        chance = suite.chance(problem)
        assert chance is None or 0 <= chance <= 1


def test_gsm8k_is_the_dataset(data_dir: str) -> None:
    suite = load("gsm8k", data_dir=data_dir)
    first = suite[0]
    assert first.answer == "18"
    assert suite.gold(first) is not None
    assert str(suite.gold(first)).endswith("\n#### 18")
    assert "16 eggs per day" in first.prompt
    assert "18" not in first.prompt
    assert suite.verify(first, "She makes \\boxed{18} dollars").correct
    assert suite.verify(first, "The answer is $18.00.").correct
    assert suite.verify(first, "The answer is 17 or 18.").score == 0
    assert len(load("gsm8k", split="train", data_dir=data_dir)) == 7473
    assert all("," not in problem.answer for problem in suite)


def test_find_takes_the_names_other_tools_use(data_dir: str) -> None:
    gsm8k = load("gsm8k", data_dir=data_dir)
    assert gsm8k.find("gsm8k-test-7") == gsm8k.find("7") == gsm8k[7]
    math = load("math500", data_dir=data_dir)
    assert math.find("test/precalculus/807.json") == math[0]
    imo = load("imo_answerbench", data_dir=data_dir)
    assert imo.find("imo-bench-algebra-002") == imo[1]
    aime = load("aime24", data_dir=data_dir)
    assert aime.find("60") == aime[0]
    for unknown in ("gsm8k-test-1319", "1319", "x", ""):
        with pytest.raises(UsageError, match="has no problem"):
            gsm8k.find(unknown)


def test_an_id_that_is_also_a_row_is_ambiguous(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"question": "a?", "answer": 1, "n": 1}\n{"question": "b?", "answer": 2, "n": 7}'
    )
    suite = load("questions", path=str(path), id_field="n")
    assert suite.find("7") == suite[1]
    assert suite.find("0") == suite[0]
    with pytest.raises(UsageError, match="both a row number and an id"):
        suite.find("1")


def test_levels_and_subjects(data_dir: str) -> None:
    counts = [len(load("math500", data_dir=data_dir, level=level)) for level in range(1, 6)]
    assert counts == [43, 90, 105, 128, 134]
    same = [load("math500", data_dir=data_dir, level=level) for level in (5, "5", "Level 5", ["5"])]
    assert len({suite.fingerprint() for suite in same}) == 1
    both = load("math500", data_dir=data_dir, level="4,5", subject=["Geometry", "number_theory"])
    assert {problem.meta["level"] for problem in both} == {4, 5}
    assert {problem.meta["subject"] for problem in both} == {"Geometry", "Number Theory"}
    for subject in ("Counting & Probability", "counting_and_probability"):
        assert len(load("math500", data_dir=data_dir, subject=subject)) == 38
    with pytest.raises(UsageError, match=r"level '6' of 'math500': use one of 1, 2, 3, 4, 5"):
        load("math500", data_dir=data_dir, level=6)
    with pytest.raises(UsageError, match=r"subject 'Biology' of 'math500': use one of Algebra"):
        load("math500", data_dir=data_dir, subject="Biology")


def test_aime_formats_agree(data_dir: str) -> None:
    folder = Path(data_dir) / "aime24"
    padded = load("aime24", path=str(folder / "aime24_with_solutions.jsonl"))
    plain = load("aime24", path=str(folder / "aime24_qwq.jsonl"))
    assert sorted(p.answer for p in padded) == sorted(p.answer for p in plain)
    assert any(p.answer == "25" for p in padded)
    assert all(p.prompt.count("step by step") == 1 for p in plain)
    problem = next(p for p in padded if p.answer == "25")
    assert plain.verify(problem, "\\boxed{025}").correct
    assert padded.chance(problem) == 1 / 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_mgsm_languages_share_answers(language: str, data_dir: str) -> None:
    english = load("mgsm", data_dir=data_dir)
    other = load(f"mgsm:{language}", data_dir=data_dir)
    assert [p.answer for p in other] == [p.answer for p in english]
    assert load("mgsm", data_dir=data_dir, language=language)[3].answer == other[3].answer


def test_mgsm_refuses_other_languages(data_dir: str) -> None:
    with pytest.raises(UsageError, match=r"language 'xx' of 'mgsm': use one of bn, de, en"):
        load("mgsm:xx", data_dir=data_dir)
    with pytest.raises(UsageError, match="name one language"):
        load("mgsm:de", data_dir=data_dir, language="fr")


def test_aqua_shows_its_options(data_dir: str) -> None:
    suite = load("aqua", data_dir=data_dir)
    problem = suite[0]
    assert problem.prompt.count("\n(") == 5
    assert suite.chance(problem) == 1 / 5
    answers = {suite.guess(problem, random.Random(i)) for i in range(60)}
    assert answers == {f"\\boxed{{{letter}}}" for letter in "ABCDE"}
    assert sum(suite.verify(problem, answer).correct for answer in answers) == 1
    assert len(load("aqua", split="validation", data_dir=data_dir)) == 254


def test_a_published_row_with_a_lost_quote_is_mended(data_dir: str) -> None:
    row = load("imo_answerbench", data_dir=data_dir).find("imo-bench-algebra-036")
    assert row.answer == "Y(x)=A+\\frac{B}{x}-x"
    assert "A+" not in row.prompt
    assert row.meta["category"] == "Algebra"


def test_majority_voting_counts_equal_answers(data_dir: str) -> None:
    suite = load("math500", data_dir=data_dir)
    assert suite.same_answer(suite[0], "1/2", "\\frac{2}{4}")
    assert not suite.same_answer(suite[0], "1/2", "1/3")


def test_upstream_names_are_found(tmp_path: Path, data_dir: str) -> None:
    names = {
        "gsm8k/test.jsonl": "grade_school_math/data/test.jsonl",
        "math500/math500_test.jsonl": "data/math_oai/test.jsonl",
        "aime24/aime24_qwq.jsonl": "eval/data/aime24.jsonl",
        "aime25/aime25_qwq.jsonl": "eval/data/aime25.jsonl",
        "imo_answerbench/answerbench_v2.csv": "imobench/answerbench_v2.csv",
        "mgsm/mgsm_en.tsv": "mgsm_en.tsv",
        "aqua_rat/test.jsonl": "AQuA/test.json",
    }
    for ours, theirs in names.items():
        target = tmp_path / theirs
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(data_dir) / ours, target)
    for name, count in COUNTS.items():
        assert len(load(name, data_dir=str(tmp_path))) == count


def test_the_math_tree_is_read(tmp_path: Path) -> None:
    for number, subject in ((2, "algebra"), (10, "algebra"), (1, "geometry")):
        folder = tmp_path / "MATH" / "test" / subject
        folder.mkdir(parents=True, exist_ok=True)
        record = {
            "problem": f"What is {number} + 1?",
            "level": "Level 5",
            "type": subject.title(),
            "solution": f"It is $\\boxed{{{number + 1}}}$.",
        }
        (folder / f"{number}.json").write_text(json.dumps(record))
    suite = load("math", data_dir=str(tmp_path))
    assert [problem.answer for problem in suite] == ["3", "11", "2"]
    assert suite.find("test/algebra/10.json") == suite[1]
    assert suite.verify(suite[0], suite.gold(suite[0]) or "").correct
    assert len(load("math", data_dir=str(tmp_path), subject="geometry")) == 1


@pytest.mark.parametrize("name", ["amc", "minerva", "olympiadbench"])
def test_hub_suites_read_local_files(name: str, tmp_path: Path) -> None:
    path = tmp_path / "test.jsonl"
    records = [
        {"id": 5, "question": "One half?", "answer": 27.0},
        {"problem": "Boxed?", "solution": "so $\\boxed{\\frac{1}{2}}$"},
        {"question": "List?", "final_answer": ["$3$"]},
    ]
    path.write_text("\n".join(map(json.dumps, records)))
    suite = load(name, path=str(path))
    assert [problem.answer for problem in suite] == ["27", "\\frac{1}{2}", "3"]
    assert suite.find("5") == suite[0]
    with pytest.raises(UsageError, match=f"task '{name}': none of .* is in"):
        load(name, data_dir=str(tmp_path))


def test_questions_reads_any_fields(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl.gz"
    lines = [{"q": "six?", "a": 6, "key": "k-six"}, {"q": "half?", "a": 0.5, "key": "k-half"}]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    suite = load(
        "questions", path=str(path), question_field="q", answer_field="a", id_field="key",
        line="Say it.",
    )  # fmt: skip
    assert [problem.answer for problem in suite] == ["6", "0.5"]
    assert suite[0].prompt == "six?\nSay it."
    assert suite.find("k-half") == suite[1] == suite.find("questions-test-1")
    assert suite.verify(suite[1], "\\boxed{1/2}").correct


BAD = {
    '{"question": "a?"}': r":1: field 'answer' is missing; its fields: question",
    '{"question": "a?", "answer": null}': r":1: field 'answer' is None, not a text or number",
    '{"question": "a?", "answer": true}': r":1: field 'answer' is True, not a text or number",
    '{"question": "a?", "answer": "  "}': r":1: field 'answer' is '  ', not a text or number",
    '{"question": {}, "answer": "1"}': r":1: field 'question' is {}, not a text or number",
    '{"question": "a?", "answer": "1"}\n{oops': r":2: not JSON",
    "[1, 2]": r":1: an object is expected, not list",
    "": r"suite 'questions' split 'test' has no problems",
}


@pytest.mark.parametrize(("text", "message"), BAD.items())
def test_bad_lines_are_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        load("questions", path=str(path))
    assert "\n" not in str(caught.value)


def test_bad_calls_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"path '/no/such' of 'questions' is not a file"):
        load("questions", path="/no/such")
    with pytest.raises(UsageError, match=r"split 'dev' of 'gsm8k': use one of train, test"):
        load("gsm8k", split="dev", data_dir=str(tmp_path))
    with pytest.raises(UsageError, match=r"'/no/such' is not a folder"):
        load("gsm8k", data_dir="/no/such")
    with pytest.raises(UsageError, match=r"task 'gsm8k': none of gsm8k/test.jsonl"):
        load("gsm8k", data_dir=str(tmp_path))
    (tmp_path / "gsm8k").mkdir()
    (tmp_path / "gsm8k" / "test.jsonl").write_text('{"question": "a?", "answer": "no marker"}')
    with pytest.raises(UsageError, match=r"test.jsonl:1: field 'answer' has no final line"):
        load("gsm8k", data_dir=str(tmp_path))
    twice = tmp_path / "twice.jsonl"
    twice.write_text('{"question": "a?", "answer": "1", "id": "x"}\n' * 2)
    with pytest.raises(UsageError, match="the id 'x' twice"):
        load("questions", path=str(twice), id_field="id")
    with pytest.raises(UsageError, match="field 'no' is missing or not"):
        load("questions", path=str(twice), id_field="no")
    aime = tmp_path / "aime.jsonl"
    aime.write_text('{"problem": "a?", "answer": "1000"}')
    with pytest.raises(UsageError, match="not a whole number 0 to 999"):
        load("aime24", path=str(aime))
    aqua = tmp_path / "aqua.jsonl"
    aqua.write_text('{"question": "a?", "options": ["A)1", "B)2"], "correct": "C"}')
    with pytest.raises(UsageError, match="'correct' is 'C', not one of"):
        load("aqua", path=str(aqua))


def test_boxes_and_integers() -> None:
    assert last_boxed("a $\\boxed{\\frac{1}{2}}$ or \\boxed{x_{\\{1\\}}}") == "x_{\\{1\\}}"
    assert last_boxed("\\boxed 7$") == "7"
    assert last_boxed("\\fbox{3}") == "3"
    assert last_boxed("\\boxed{open") is None
    assert last_boxed("none") is None
    assert plain_integer("1,200") == "1200"
    assert plain_integer("025") == "25"
    assert plain_integer("-3") == "-3"
    assert plain_integer("1/2") == "1/2"
