"""Plant faults of ten kinds in sound tasks, and count what `assay prove` finds and whom it blames.

    python benchmarks/prove_planted.py [--each 20] [--data-dir DATA]

Each faulty task is a small one with one planted fault in one problem; it counts as found when the
right check fails that very problem. Beside it stands the same task without the fault; any fault
that is found there counts as blame. Questions are GSM8K's where its file is there, otherwise
generated word problems. Writes results/benchmarks/prove_planted.json.
"""

import argparse
import ast
import json
import platform
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assay.harness.metrics import wilson_interval
from assay.harness.proving import ProofSettings, prove
from assay.harness.proving.inputs import variations
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, Suite, Verdict, load
from assay.tasks.code.generating.inputs import inputs_for
from assay.tasks.code.generating.mutation import mutants
from assay.tasks.code.generating.running import reference_values
from assay.tasks.code.verifier import verify_function
from assay.tasks.logic.question_files.suite import Item, QuestionSuite
from assay.tasks.math.verifier import verify_math
from assay.tasks.suite import StoredSuite
from assay.tasks.verdict import correct
from tqdm import tqdm

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "prove_planted.json"
SIZE = 4
"""Problems of a code task."""


@dataclass(frozen=True)
class Task:
    """A suite, the problem that is faulty, the checks that find it, and other splits."""

    suite: Suite
    problem: str = ""
    checks: tuple[str, ...] = ()
    others: Sequence[Problem] = ()


class Math(StoredSuite):
    """Questions with worked golds; `meta["lax"]` makes the checker accept what it should not."""

    domain = "math"
    name = "planted_math"

    def gold(self, problem: Problem) -> str:
        return str(problem.meta["gold"])

    def check(self, problem: Problem, completion: str) -> Verdict:
        verdict = verify_math(problem.answer, completion)
        lax = problem.meta.get("lax")
        found = verdict.extracted or ""
        if lax == "tolerance" and verdict.status == "incorrect":
            try:
                if abs(float(found) - float(problem.answer)) <= 1 + 0.1 * abs(float(found)):
                    return correct(found, "close")
            except ValueError:
                return verdict
        if lax == "sign" and found.lstrip("-") == problem.answer.lstrip("-"):
            return correct(found, "without the sign")
        if lax == "anything" and completion.strip():
            return correct(found, "some text")
        if lax == "empty" and not completion.strip():
            return correct("", "nothing failed")
        return verdict

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return "\\boxed{1}"


class Code(StoredSuite):
    """Functions with assert tests."""

    domain = "code"
    name = "planted_code"

    def gold(self, problem: Problem) -> str:
        return f"```python\n{problem.answer}\n```"

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verify_function(completion, problem.meta["tests"], "f")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return "```python\ndef f(*args):\n    return 0\n```"


def questions(data_dir: str | None) -> list[Problem]:
    """Sound questions with worked golds."""
    try:
        suite: Suite = load("gsm8k", data_dir=data_dir)
    except UsageError:
        suite = load("word_problems", size=600)
    return [
        Problem(f"q{index}", "planted_math", p.prompt, p.answer, {"gold": gold})
        for index, p in enumerate(suite)
        if (gold := suite.gold(p)) is not None and suite.verify(p, gold).correct
    ]


def math_task(rng: random.Random, data: Sequence[Problem], size: int = 40) -> list[Problem]:
    return rng.sample(list(data), size)


def code_task(rng: random.Random, size: int = SIZE) -> list[Problem]:
    """Functions of the generated suite, with so many tests that small mistakes do not pass."""
    suite = load("function_synthesis", seed=rng.randrange(10**6), size=size, difficulty=3)
    problems = []
    for index, problem in enumerate(suite):
        inputs = _telling_inputs(problem, rng)
        values = reference_values(problem.answer, "f", [[value] for value in inputs])
        tests = "\n".join(
            f"assert f({given!r}) == {value!r}" for given, value in zip(inputs, values, strict=True)
        )
        meta = {"tests": tests, "takes": problem.meta["takes"]}
        problems.append(Problem(f"c{index}", "planted_code", problem.prompt, problem.answer, meta))
    return problems


def _telling_inputs(problem: Problem, rng: random.Random) -> list[Any]:
    """The suite's inputs, and from 400 others those on which a mutant first shows itself."""
    takes = problem.meta["takes"]
    others = [value for _ in range(10) for value in inputs_for(rng, takes, 20)]
    if takes == "int":
        others += [rng.randint(-2000, 2000) for _ in range(100)]
    kept = list(problem.meta["inputs"])
    others += [value for (value,) in variations([(value,) for value in kept], rng, 300)]
    right = [reference_values(problem.answer, "f", [[value] for value in kept + others])][0]
    for source, _, _ in mutants(problem.answer, rng, 60):
        given = _values(source, kept + others)
        differing = [at for at, value in enumerate(given) if value != right[at]]
        if differing and differing[0] >= len(kept):
            kept.append(others[differing[0] - len(kept)])
            right = reference_values(problem.answer, "f", [[value] for value in kept + others])
    return kept


def _values(source: str, inputs: list[Any]) -> list[Any]:
    try:
        return reference_values(source, "f", [[value] for value in inputs])
    except (ArithmeticError, TypeError, ValueError, IndexError, MemoryError) as error:
        if len(inputs) == 1:
            return [type(error)]
        half = len(inputs) // 2
        return _values(source, inputs[:half]) + _values(source, inputs[half:])


def changed(problems: list[Problem], at: int, **new: Any) -> list[Problem]:
    """The problems with one of them changed; names beside a Problem's go into its meta."""
    own = {key: value for key, value in new.items() if key in ("prompt", "answer")}
    meta = {key: value for key, value in new.items() if key not in own}
    faulty = replace(problems[at], **own, meta={**problems[at].meta, **meta})
    return [*problems[:at], faulty, *problems[at + 1 :]]


def wrong_reference(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The reference program has a small mistake."""
    sound = code_task(rng)
    for at, problem in enumerate(sound):
        for source, _, _ in mutants(problem.answer, rng, 5):
            task = Code(changed(sound, at, answer=source), "test")
            if not task.verify(task[at], task.gold(task[at])).correct:
                return Task(task, problem.id, ("gold",)), Task(Code(sound, "test"))
    return wrong_reference(rng, data)


def asserts_nothing(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The tests call the function and look at nothing, or only at whether it is there."""
    sound = code_task(rng)
    at = rng.randrange(len(sound))
    calls = [line.removeprefix("assert ").partition(" == ")[0]
             for line in sound[at].meta["tests"].split("\n")]  # fmt: skip
    tests = rng.choice([
        "assert callable(f)", "assert f is not None",
        "\n".join(f"try:\n    {one}\nexcept Exception:\n    pass" for one in calls[:5]),
    ])  # fmt: skip
    faulty = changed(sound, at, tests=tests)
    return Task(Code(faulty, "test"), sound[at].id, ("no_assertion", "weak_tests")), Task(
        Code(sound, "test")
    )


def weak_tests(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """One test is left, which a wrong program passes: shown by running it on the others."""
    sound = code_task(rng)
    for at, problem in enumerate(sound):
        lines = problem.meta["tests"].split("\n")
        for line in rng.sample(lines, 6):
            if _passed_by_a_wrong_program(problem, line, lines, rng):
                faulty = changed(sound, at, tests=line)
                return Task(Code(faulty, "test"), problem.id, ("weak_tests", "no_assertion")), Task(
                    Code(sound, "test")
                )
    return weak_tests(rng, data)


def _passed_by_a_wrong_program(
    problem: Problem, line: str, lines: list[str], rng: random.Random
) -> bool:
    inputs = [[ast.literal_eval(one.partition("f(")[2].partition(") == ")[0])] for one in lines]
    right = reference_values(problem.answer, "f", inputs)
    kept = lines.index(line)
    wrong_programs = 0
    for source, _, _ in mutants(problem.answer, rng, 20):
        try:
            given = reference_values(source, "f", inputs)
        except (ArithmeticError, TypeError, ValueError, IndexError, MemoryError):
            continue
        differing = sum(one != two for one, two in zip(right, given, strict=True))
        wrong_programs += given[kept] == right[kept] and differing >= len(lines) / 4
    return wrong_programs > 0


def contradicting_gold(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The answer field is not what the worked solution ends with."""
    sound = math_task(rng, data)
    at = rng.randrange(len(sound))
    answer = str(int(float(sound[at].answer)) + rng.choice((1, -1, 10)))
    return Task(Math(changed(sound, at, answer=answer), "test"), sound[at].id, ("gold",)), Task(
        Math(sound, "test")
    )


def lax_checker(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The checker takes near numbers, ignores the sign, or pays for any or no text."""
    sound = math_task(rng, data)
    at = rng.randrange(len(sound))
    lax = rng.choice(("tolerance", "sign", "anything", "empty"))
    return Task(Math(changed(sound, at, lax=lax), "test"), sound[at].id, ("wrong_answers",)), Task(
        Math(sound, "test")
    )


def given_away(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The prompt ends or begins with the answer, or holds the worked solution."""
    sound = math_task(rng, data)
    at = rng.randrange(len(sound))
    question, answer, gold = sound[at].prompt, sound[at].answer, sound[at].meta["gold"]
    prompt = rng.choice([
        f"{question}\nAnswer: {answer}", f"{question}\n#### {answer}", f"{question}\n{gold}",
        f"The answer is {answer}.\n{question}", f"{question}\n\\boxed{{{answer}}}",
    ])  # fmt: skip
    faulty = changed(sound, at, prompt=prompt)
    return Task(Math(faulty, "test"), sound[at].id, ("answer_in_prompt",)), Task(
        Math(sound, "test")
    )


def damaged(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The question is cut off, decoded wrongly, empty, or a template's hole."""
    sound = math_task(rng, data)
    at = rng.randrange(len(sound))
    question, line = sound[at].prompt.rsplit("\n", 1)
    cut = question[: rng.randrange(len(question) // 4, 3 * len(question) // 4)].rstrip(" .,?!")
    damage = rng.choice([
        cut, cut, cut, "", "{{question}}", question.replace(" ", " \ufffd", 2),
        f"{question} Café costs 5€ more.".encode().decode("cp1252", "replace"),
        question[:20] + "\x00\x07" + question[20:],
    ])  # fmt: skip
    faulty = changed(sound, at, prompt=f"{damage}\n{line}")
    return Task(Math(faulty, "test"), sound[at].id, ("damaged_prompt",)), Task(Math(sound, "test"))


def twice(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """A question occurs again: the same, with other words, or in another split."""
    sound = math_task(rng, data)
    at = rng.randrange(10, len(sound))
    other = sound[rng.randrange(10)]
    words = other.prompt.split(" ")
    for _ in range(2):
        place = rng.randrange(len(words))
        words[place] = (
            words[place] if any(c.isdigit() or c in "#<>" for c in words[place]) else "so"
        )
    copy, near = other.prompt, " ".join(words)
    strangers = [one for one in rng.sample(list(data), 60) if one not in sound][:30]
    way = rng.choice(("same", "near", "split"))
    if way == "split":
        there = [*strangers, replace(sound[at], id="elsewhere")]
        return Task(Math(sound, "test"), sound[at].id, ("across_splits",), there), Task(
            Math(sound, "test"), others=strangers
        )
    faulty = changed(sound, at, prompt=copy if way == "same" else near, gold=other.meta["gold"],
                     answer=other.answer)  # fmt: skip
    checks = ("duplicates", "near_duplicates")
    return Task(Math(faulty, "test"), sound[at].id, checks), Task(Math(sound, "test"))


def ambiguous(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """Two options say the same, and one of them is the key."""
    asked = [one for one in math_task(rng, data) if one.answer.isdigit()][:20]
    items = []
    for problem in asked:
        value = int(problem.answer)
        offsets = rng.sample([-3, -2, -1, 1, 2, 3, 5, 10], 4)
        options = [str(value), *(str(value + offset) for offset in offsets)]
        rng.shuffle(options)
        items.append(_choice(problem, options, str(value)))
    at = rng.randrange(len(items))
    options, value = list(items[at].options), asked[at].answer
    place = next(index for index, option in enumerate(options) if option != value)
    options[place] = rng.choice(
        [value, f"{value}.0", f"{2 * int(value)}/2", f"\\frac{{{value}}}{{1}}"]
    )
    faulty = [*items[:at], _choice(asked[at], options, value), *items[at + 1 :]]
    suite = QuestionSuite("planted_choice", "test", faulty)
    return Task(suite, suite[at].id, ("ambiguous",)), Task(
        QuestionSuite("planted_choice", "test", items)
    )


def _choice(problem: Problem, options: list[str], value: str) -> Item:
    letters = "ABCDE"
    question = problem.prompt.rsplit("\n", 1)[0]
    shown = "\n".join(f"({letter}) {text}" for letter, text in zip(letters, options, strict=True))
    return Item(f"{question}\n{shown}", letters[options.index(value)], "choice", options)


def unsteady(rng: random.Random, data: Sequence[Problem]) -> tuple[Task, Task]:
    """The tests draw lots, or the reference reads the clock of its time zone."""
    sound = code_task(rng)
    at = rng.randrange(len(sound))
    stamp = rng.randrange(10**6, 10**9)
    hour = stamp % 86400 // 3600
    clock = {
        "answer": "import time\n\ndef f(x):\n    return time.localtime(x).tm_hour",
        "tests": f"assert f({stamp}) == {hour}\nassert f({stamp + 7200}) == {(hour + 2) % 24}",
    }
    faulty = changed(sound, at, **clock)
    return Task(Code(faulty, "test"), sound[at].id, ("unsteady",)), Task(Code(sound, "test"))


KINDS: dict[str, Callable[[random.Random, Sequence[Problem]], tuple[Task, Task]]] = {
    "the reference is wrong": wrong_reference,
    "the tests assert nothing": asserts_nothing,
    "the tests are weak": weak_tests,
    "the gold contradicts its solution": contradicting_gold,
    "the checker is lax": lax_checker,
    "the prompt gives the answer": given_away,
    "the prompt is damaged": damaged,
    "the question occurs twice": twice,
    "two options are right": ambiguous,
    "the verdict depends on the place": unsteady,
}


def look(task: Task, store: Path) -> list[tuple[str, str, str]]:
    """What a proof blames: check, problem, detail. Problems that two tasks share are kept."""
    proof = prove(
        task.suite, ProofSettings(quiet=True, environments=False), store=store,
        other_sets={"train": task.others} if task.others else {},
    )  # fmt: skip
    if proof.errors:
        raise RuntimeError(proof.errors[0])
    return [(row.check, row.problem, row.detail) for row in proof.blamed()]


def main() -> None:
    """Plant, prove, count, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=20)
    options.add_argument("--data-dir", default=None)
    options.add_argument("--kinds", default="", help="words; the results of other kinds stay")
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    data = questions(given.data_dir)
    words = given.kinds.split(",")
    kinds = {name: make for name, make in KINDS.items() if any(word in name for word in words)}
    counts: dict[str, dict[str, Any]] = {}
    with tqdm(total=len(kinds) * given.each) as bar:
        for name, make in kinds.items():
            count: dict[str, Any] = {
                "planted": 0,
                "found": 0,
                "missed": [],
                "sound": 0,
                "blamed": [],
            }
            for number in range(given.each):
                faulty, sound = make(random.Random(f"{name}/{number}"), data)
                with tempfile.TemporaryDirectory() as folder:
                    seen = look(faulty, Path(folder) / "rows.jsonl")
                    blame = look(sound, Path(folder) / "rows.jsonl")
                found = any(p == faulty.problem and c in faulty.checks for c, p, _ in seen)
                count["planted"] += 1
                count["found"] += found
                if not found:
                    problem = faulty.suite.find(faulty.problem)
                    count["missed"].append([number, problem.prompt[-200:], problem.answer[:200]])
                count["sound"] += 1
                if blame:
                    count["blamed"].append([number, *blame[0]])
                bar.update()
            counts[name] = count
            tqdm.write(
                f"{name}: {count['found']} of {count['planted']} found, "
                f"{len(count['blamed'])} of {count['sound']} sound ones blamed"
            )
            write(given.out, counts, given.each, data)


def write(out: Path, counts: dict[str, dict[str, Any]], each: int, data: Sequence[Problem]) -> None:
    """Renew these kinds in the file, and the totals."""
    known = json.loads(out.read_text("utf-8"))["kinds"] if out.exists() else {}
    counts = {name: (known | counts)[name] for name in KINDS if name in known | counts}
    planted = sum(count["planted"] for count in counts.values())
    found = sum(count["found"] for count in counts.values())
    sound = sum(count["sound"] for count in counts.values())
    blamed = sum(len(count["blamed"]) for count in counts.values())
    result = {
        "command": f"python benchmarks/prove_planted.py --each {each}",
        "machine": platform.machine(), "python": platform.python_version(),
        "questions": "gsm8k" if data[0].meta["gold"].count("####") else "word_problems",
        "planted": planted, "found": found,
        "found_interval": wilson_interval(found / planted, planted),
        "sound": sound, "blamed": blamed,
        "blamed_interval": wilson_interval(blamed / sound, sound),
        "kinds": counts,
    }  # fmt: skip
    print(f"{found} of {planted} found; {blamed} of {sound} sound tasks blamed")
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
