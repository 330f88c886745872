"""A proof finds planted faults, blames nobody else, and loses nothing when it stops."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from assay.harness import cli
from assay.harness.proving import (
    CHECKS,
    Proof,
    ProofSettings,
    overview,
    prove,
    read_thresholds,
)
from assay.harness.proving.answers import near_misses
from assay.harness.proving.checks import ProofRow
from assay.harness.proving.deciders import different, value_of
from assay.harness.proving.duplicates import check_duplicates
from assay.harness.proving.histories import History, at_least, check_histories
from assay.harness.proving.inputs import examples_in, variations
from assay.harness.proving.mutation import mutants, stubs
from assay.harness.proving.prompts import check_leak, check_text
from assay.harness.proving.proof import tallies
from assay.harness.proving.subject import Subject
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, Verdict, load
from assay.tasks.code.verifier import verify_function
from assay.tasks.logic.question_files.suite import Item, QuestionSuite
from assay.tasks.math._published import PublishedRow as MathRow
from assay.tasks.math._published import PublishedSuite
from assay.tasks.suite import StoredSuite

QUIET = ProofSettings(quiet=True, environments=False)
THINGS = ("apples", "marbles", "tickets", "pencils", "stamps", "coins", "shells", "cards")
PEOPLE = ("Ada", "Ben", "Cleo", "Dov", "Eva", "Finn", "Gil", "Hana")


def _rows(count: int = 8) -> list[MathRow]:
    return [
        MathRow(
            f"{PEOPLE[n]} has {n + 3} {THINGS[n]} and finds {2 * n + 5} more at the {place}. "
            f"How many {THINGS[n]} does {PEOPLE[n]} have now?",
            str(3 * n + 8),
            f"{n + 3} + {2 * n + 5} = <<{n + 3}+{2 * n + 5}={3 * n + 8}>>{3 * n + 8}\n"
            f"#### {3 * n + 8}",
        )
        for n, place in zip(
            range(count), ("beach", "market", "old station", "school yard", "river bank",
                           "city park", "farm gate", "harbour"), strict=False,
        )
    ]  # fmt: skip


def _math(rows: list[MathRow]) -> PublishedSuite:
    return PublishedSuite("planted", "test", rows)


def _blamed(proof: Proof) -> set[tuple[str, str]]:
    assert proof.errors == []
    return {(row.check, row.problem) for row in proof.blamed()}


def test_a_sound_task_is_not_blamed() -> None:
    proof = prove(_math(_rows()), QUIET)
    assert _blamed(proof) == set()
    by_name = {tally.check: tally for tally in proof.tallies}
    assert by_name["gold"].tested == 8
    assert by_name["gold"].low == 0
    assert 0.3 < by_name["gold"].high < 0.4  # Wilson: 0 of 8 goes up to 32%


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("gold", lambda r: MathRow(r.question, str(int(r.answer) + 1), r.gold)),
        ("deciders_differ", lambda r: MathRow(r.question, r.answer, r.gold.replace("<<", "<<1+"))),
        ("answer_in_prompt", lambda r: MathRow(f"{r.question}\n#### {r.answer}", r.answer, r.gold)),
        ("answer_in_prompt", lambda r: MathRow(f"{r.question}\n{r.gold}", r.answer, r.gold)),
        ("damaged_prompt", lambda r: MathRow(r.question[:50], r.answer, r.gold)),
        ("damaged_prompt", lambda r: MathRow("{{question}}", r.answer, r.gold)),
        ("damaged_prompt", lambda r: MathRow(f"{r.question} â‚¬5?", r.answer, r.gold)),
    ],
)
def test_a_planted_fault_is_found_where_it_is(check: str, change: object) -> None:
    rows = _rows()
    rows[3] = change(rows[3])  # type: ignore[operator]
    assert (check, "planted-test-3") in _blamed(prove(_math(rows), QUIET))
    assert {problem for _, problem in _blamed(prove(_math(rows), QUIET))} == {"planted-test-3"}


def test_a_checker_that_pays_for_wrong_answers_is_found() -> None:
    class Lax(PublishedSuite):
        def check(self, problem: Problem, completion: str) -> Verdict:
            verdict = super().check(problem, completion.replace("-", ""))
            return verdict

    rows = [*_rows(), MathRow("Ira owes 4 euros to Jo. What is the balance of Ira?", "-4")]
    proof = prove(Lax("planted", "test", rows), QUIET)
    assert ("wrong_answers", "planted-test-0") in _blamed(proof)


def test_duplicates_are_named_with_the_earlier_problem() -> None:
    rows = _rows()
    rows[5] = rows[2]
    rows[6] = MathRow(rows[1].question.replace("finds", "gets"), rows[1].answer, rows[1].gold)
    suite = _math(rows)
    pytest.importorskip("datasketch")
    elsewhere = {"train": [Problem("t0", "planted", suite[7].prompt, suite[7].answer)]}
    found = [row for row in check_duplicates(Subject(suite, list(suite)), elsewhere) if row.failed]
    assert {(row.check, row.problem, row.others) for row in found} == {
        ("duplicates", "planted-test-5", ("planted-test-2",)),
        ("near_duplicates", "planted-test-6", ("planted-test-1",)),
        ("across_splits", "planted-test-7", ("train: t0",)),
    }


def test_the_spaces_of_a_drawing_count() -> None:
    boards = ["#####\n#@ $#\n#  .#", "#####\n# @$#\n#  .#", "#####\n#@ $#\n#  .#"]
    suite = _math([MathRow(f"Push the box:\n{board}\n", "1", "#### 1") for board in boards])
    rows = check_duplicates(Subject(suite, list(suite)), {})
    found = {row.problem for row in rows if row.failed and row.check == "duplicates"}
    assert found == {"planted-test-2"}


def test_two_right_options_and_a_puzzle_with_two_solutions_are_ambiguous() -> None:
    items = [
        Item(f"What is {n} + 2?\n(A) {n + 2}\n(B) {n}\n(C) {n + 9}", "A", "choice",
             [str(n + 2), f"{2 * n + 4}/2" if n == 4 else str(n), str(n + 9)])
        for n in range(1, 7)
    ]  # fmt: skip
    proof = prove(QuestionSuite("planted", "test", items), QUIET)
    assert _blamed(proof) == {("ambiguous", "planted-test-3")}


class Functions(StoredSuite):
    """Code problems whose tests are in `meta["tests"]`."""

    name, domain = "planted", "code"

    def gold(self, problem: Problem) -> str:
        return f"```python\n{problem.answer}\n```"

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verify_function(completion, problem.meta["tests"], "f")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return "```python\ndef f(*args):\n    return 0\n```"


SUM = (
    "def f(xs):\n    total = 0\n    for x in xs:\n        if x > 2:\n            total += x\n"
    "    return total"
)


def test_tests_that_ask_nothing_too_little_or_depend_on_the_place_are_found() -> None:
    tests = {
        "strong": "assert f([1, 2, 3]) == 3\nassert f([]) == 0\nassert f([2, 9, 4]) == 13\n"
        "assert f([3]) == 3\nassert f([0, 1]) == 0\nassert f([5, 5]) == 10\nassert f([-4, 3]) == 3",
        "weak": "assert f([9, 8, 7]) == 24\nassert f([5, 6, 4]) == 15\nassert f([5, 9, 8]) == 22",
        "nothing": "try:\n    f([1])\nexcept Exception:\n    pass",
        "not asked": "assert callable(f)",
    }
    clock = "import time\ndef f(x):\n    return time.localtime(x).tm_hour"
    problems = [Problem(n, "planted", f"Sum, {n}?", SUM, {"tests": t}) for n, t in tests.items()]
    hours = {"tests": "assert f(0) == 0\nassert f(7200) == 2"}
    problems.append(Problem("clock", "planted", "The hour?", clock, hours))
    blamed = _blamed(prove(Functions(problems, "test"), QUIET))
    assert ("weak_tests", "weak") in blamed
    assert ("no_assertion", "nothing") in blamed
    assert ("no_assertion", "not asked") in blamed
    assert ("unsteady", "clock") in blamed
    assert not any(problem == "strong" for _, problem in blamed)


def test_mutants_differ_from_the_program_and_are_python() -> None:
    made = mutants(SUM, "f", random.Random(0), 40)
    programs = [program for _, program in made]
    assert len(set(programs)) == len(made) > 15
    assert SUM not in programs
    for program in programs:
        compile(program, "mutant", "exec")
    assert len(stubs(SUM, "f")) == 3
    assert made == mutants(SUM, "f", random.Random(0), 40)


def test_new_inputs_keep_what_holds_of_all_examples() -> None:
    given = examples_in(
        ["assert f([1, 2, 5], 3) == 1\nassert f([0, 7], 2) == 0\nassert f([4], 1)"], ("f",)
    )
    made = variations(given, random.Random(0), 50)
    assert len(made) > 10
    for items, count in made:
        assert items == sorted(items)
        assert count == len(items) > 0
        assert all(isinstance(item, int) and item >= 0 for item in items)
    assert not {repr(one) for one in made} & {repr(one) for one in given}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("1/2", "0.5", False), ("\\frac{3}{4}", "\\frac34", False), ("2\\sqrt{3}", "3.4641", True),
        ("1,200", "1200", False), ("\\pi", "3.14159", True), ("2^{10}", "1024", False),
        ("x+1", "1", None), ("(1,2)", "12", None), ("-3", "3", True), ("9^{9^{9}}", "1", None),
    ],
)  # fmt: skip
def test_the_second_decider_decides_what_it_can_prove(
    first: str, second: str, expected: bool | None
) -> None:
    assert different(first, second) is expected
    assert dict(near_misses("0")).keys() == {"off by one, above", "off by one, below"}
    assert value_of("__import__('os')") is None


def test_an_inverted_problem_needs_proof() -> None:
    def history(weak: int, strong: int) -> History:
        made = History()
        for run, right in (("a", weak), ("b", weak), ("c", strong), ("d", strong)):
            made.counts[run] = [right, 40]
        return made

    suite = _math(_rows())
    known = {p.id: history(4, 36) for p in suite} | {suite[2].id: history(36, 4)}
    found = {row.problem for row in check_histories(Subject(suite, list(suite)), known)
             if row.check == "inverted" and row.failed}  # fmt: skip
    assert found == {suite[2].id}
    assert at_least(2, 2, 2, 4) == pytest.approx(1 / 6)


def test_prompts_that_are_code_must_parse_where_the_others_do() -> None:
    prompts = [f'def f{n}(x):\n    """Return x plus {n}."""\n' for n in range(6)]
    prompts[4] = 'def f4(x):\n    """Return x pl'
    problems = [Problem(str(n), "planted", prompt, "", {}) for n, prompt in enumerate(prompts)]
    suite = Functions(problems, "test")
    subject = Subject(suite, problems)
    assert [p.id for p in problems if check_text(subject, p).failed] == ["4"]
    assert check_leak(Subject(load("arithmetic", size=3), []), load("arithmetic", size=3)[0])


def test_thresholds_are_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text("[thresholds]\ngold = 0.0\nweak_tests = 0.2\n[tasks.mbpp]\nweak_tests = 0.3\n")
    limits = read_thresholds(file)
    assert limits.of("mbpp") == {"gold": 0.0, "weak_tests": 0.3}
    assert limits.of("humaneval")["weak_tests"] == 0.2
    for text in ("[thresholds]\ngolds = 0", "[thresholds]\ngold = 2", "[limits]\n", "gold"):
        file.write_text(text)
        with pytest.raises(UsageError, match="--thresholds"):
            read_thresholds(file)


def test_the_command_writes_cards_and_fails_past_a_threshold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "q.jsonl"
    rows = [{"question": row.question, "answer": row.answer} for row in _rows()]
    rows[6] = rows[1]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    limits = tmp_path / "limits.toml"
    limits.write_text("[thresholds]\nduplicates = 0.2\n")
    out = tmp_path / "proofs"
    command = ["prove", "questions", "-o", f"path={questions}", "--out", str(out), "--quiet",
               "--thresholds", str(limits), "--no-environments"]  # fmt: skip
    assert cli.run(command) == 0
    limits.write_text("[thresholds]\nduplicates = 0.1\n")
    capsys.readouterr()
    assert cli.run([*command, "--json"]) == 3
    card = json.loads(capsys.readouterr().out)[0]
    assert next(t for t in card["tallies"] if t["check"] == "duplicates")["crossed"]
    folder = out / "questions"
    assert "questions-test-6" in (folder / "README.md").read_text()
    html = (out / "index.html").read_text()
    assert '<details id="questions">' in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
    assert str(tmp_path) not in (folder / "card.json").read_text()
    read = Proof.read(folder / "card.json")
    assert read is not None
    assert read.blamed()[0].problem == "questions-test-6"
    assert "[questions](questions/README.md)" in overview([read])[0]
    assert overview([read])[1] == html
    assert cli.run(["prove", "nothing-like-it"]) == 2
    assert cli.run(["prove", "arithmetic", "--runs", str(tmp_path)]) == 2


def test_a_stopped_proof_goes_on_and_a_damaged_store_is_no_loss(tmp_path: Path) -> None:
    class Counting(PublishedSuite):
        asked = 0
        stop_at = 10**9

        def gold(self, problem: Problem) -> str:
            type(self).asked += 1
            return super().gold(problem)

    suite = Counting("planted", "test", _rows())
    store = tmp_path / "rows.jsonl"
    whole = prove(suite, QUIET, store=store)
    lines = store.read_bytes().split(b"\n")
    kept = [line for line in lines if line][:5]
    store.write_bytes(b"\n".join(kept) + b"\n" + kept[0][:40])
    again = prove(suite, QUIET, store=store)
    assert [(t.check, t.failed, t.tested) for t in again.tallies] == [
        (t.check, t.failed, t.tested) for t in whole.tallies
    ]
    keys = [json.loads(line)["key"] for line in store.read_bytes().split(b"\n")
            if line.endswith(b"}")]  # fmt: skip
    assert len(keys) == len(set(keys)) == 8  # five were kept, three were made again


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    out = tmp_path / "proofs"
    command = [sys.executable, "-m", "assay.harness.cli", "prove", "arithmetic", "--size", "1000",
               "--difficulty", "4", "--out", str(out), "--quiet"]  # fmt: skip
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    store = out / "arithmetic" / "rows.jsonl"
    deadline = time.monotonic() + 120
    while not (store.exists() and store.stat().st_size > 1_000):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "resumes from there" in told


def test_every_check_has_words_and_tallies_keep_their_order() -> None:
    rows = [ProofRow(name, "p", False) for name in reversed(CHECKS)]
    assert [tally.check for tally in tallies(rows, {})] == list(CHECKS)
    assert ProofRow.of(json.loads(json.dumps(rows[0].as_json()))) == rows[0]
