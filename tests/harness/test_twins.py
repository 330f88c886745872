"""Twins of GSM8K's kind: other numbers, answers derived twice, and the paired gap of a model."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
from assay.harness import cli
from assay.harness.comparison.twins import twin_gaps
from assay.harness.evaluation import TaskSpec, evaluate
from assay.sandbox.errors import UsageError
from assay.tasks import load
from assay.tasks.math.generating.twins import twin_of

DATA = Path(__file__).parents[1] / "data"
ROLLS = (
    "A baker fills 6 trays with 14 rolls each and sells 50 rolls. How many are left?",
    "He bakes 6*14=<<6*14=84>>84 rolls.\nThen 84-50=<<84-50=34>>34 rolls.\n#### 34",
    "34",
)


def made(question: str, solution: str, answer: str, seed: int = 0):
    return twin_of(question, solution, answer, random.Random(seed))


def test_a_twin_has_other_numbers_and_the_answer_that_they_give() -> None:
    for seed in range(30):
        twin = made(*ROLLS, seed=seed)
        assert twin is not None
        (_, trays), (_, each), (_, sold) = twin.numbers
        assert twin.question == ROLLS[0].replace("6", trays, 1).replace("14", each).replace(
            "50", sold)  # fmt: skip
        assert int(twin.answer) == int(trays) * int(each) - int(sold) > 0
        assert int(trays) < int(each) < int(sold)  # what was more is more
        assert twin.gold.endswith(f"#### {twin.answer}")
    assert made(*ROLLS, seed=1) == made(*ROLLS, seed=1)


def test_numbers_keep_their_form_and_words_their_meaning() -> None:
    question = "A dozen pens cost $2.40 and Ann has $1,200. How much is one pen, twice over?"
    solution = "<<2.40/12=0.2>> each, <<0.2*2=0.4>> for two, <<1200-0.4=1199.6>>\n#### 1199.6"
    twin = made(question, solution, "1199.6")
    assert twin is not None
    (_, price), (_, money) = twin.numbers
    assert len(price.partition(".")[2]) == 2
    assert "," in money
    assert Fraction(twin.answer) == Fraction(money.replace(",", "")) - Fraction(price) / 6


@pytest.mark.parametrize(
    ("question", "solution", "answer"),
    [
        ("6 trays with 6 rolls?", "<<6*6=36>>\n#### 36", "36"),  # which 6 is which
        ("7 rolls a day, for 5 weeks and 3 days?", "<<5*7=35>> <<35+3=38>> <<38*7=266>>\n#### 266",
         "266"),  # 7 is a number of the question and the days of a week
        ("6 trays with 14 rolls, 9 burnt?", "<<6*14=84>>\n#### 84", "84"),  # 9 is not used
        ("6 trays with 14 rolls?", "<<6*14=84>> <<84+17=101>>\n#### 101", "101"),  # whence 17
        ("It opens at 6:30 and sells 14 rolls.", "<<6*14=84>>\n#### 84", "84"),  # a time
        ("7 rolls for 3 people?", "<<7/3=2.33>>\n#### 2.33", "2.33"),  # rounded
        ("6 trays with 14 rolls?", "<<6*14=84>>\n#### 85", "85"),  # another answer
        ("6 trays with 14 rolls?", "6*14 = 84\n#### 84", "84"),  # no marks
        ("6 trays with 14 rolls?", "<<6**14=78364164096>>\n#### 78364164096", "78364164096"),
    ],
)  # fmt: skip
def test_what_cannot_be_proved_has_no_twin(question: str, solution: str, answer: str) -> None:
    assert made(question, solution, answer) is None


def test_the_suite_verifies_its_golds_and_refuses_the_old_answers() -> None:
    suite = load("gsm8k_twins", data_dir=str(DATA))
    original = load("gsm8k", data_dir=str(DATA))
    assert len(suite) == len(original) == 3
    for problem in suite:
        assert suite.verify(problem, suite.gold(problem)).correct
        old = original.find(problem.meta["twin_of"])
        assert not suite.verify(problem, original.gold(old)).correct
        assert problem.prompt != old.prompt
    other = load("gsm8k_twins", data_dir=str(DATA), seed=1)
    assert [p.prompt for p in other] != [p.prompt for p in suite]


def test_a_file_without_marks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"question": "6 times 7?", "answer": "42\n#### 42"}) + "\n")
    with pytest.raises(UsageError, match="none of 1 problems has a twin"):
        load("gsm8k_twins", path=str(path))


def test_the_gap_of_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = {"data_dir": str(DATA)}
    specs = [TaskSpec("gsm8k", data), TaskSpec("gsm8k_twins", data)]
    run = evaluate("oracle", specs, out=tmp_path, run_id="both", progress=False)
    lines = [json.loads(line) for line in run.folder.samples_path.read_text().splitlines()]
    for line in lines:
        if line["suite"] == "gsm8k_twins":  # it remembered
            line["verdict"] |= {"score": 0.0, "status": "incorrect"}
    run.folder.samples_path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    gap = twin_gaps(run.folder, run.folder)["gsm8k_twins"]
    assert (gap.problems, gap.difference, gap.only_a) == (3, 1.0, 3)
    assert cli.run(["twins", "both", "--out", str(tmp_path)]) == 0
    assert "gap +100.0%" in capsys.readouterr().out

    for seed in (0, 1):
        spec = TaskSpec("arithmetic", {"difficulty": 4, "size": 12, "seed": seed})
        evaluate("oracle", [spec], out=tmp_path, run_id=f"s{seed}", progress=False)
    assert cli.run(["twins", "s0", "s1", "--out", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["arithmetic"]
    assert (told["problems"], told["difference"]) == (12, 0.0)
    assert cli.run(["twins", "s0", "--out", str(tmp_path)]) == 2
    assert "gsm8k_twins" in capsys.readouterr().err
