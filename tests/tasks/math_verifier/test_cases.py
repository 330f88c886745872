"""The labelled cases, hostile answers, and the promises of the interface."""

import asyncio
import importlib.util
import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from assay.tasks.math.verifier import Rules, equivalent, verify_math

_HERE = Path(__file__).parent
CASES = [json.loads(line) for line in (_HERE / "cases.jsonl").read_text("utf-8").splitlines()]


BLIND = [json.loads(line) for line in (_HERE / "blind.jsonl").read_text("utf-8").splitlines()]
"""Labelled from the policy alone by someone who never saw the verifier; kept as they came."""
STATEMENTS = [
    json.loads(line) for line in (_HERE / "blind_statements.jsonl").read_text("utf-8").splitlines()
]
"""Whole completions, labelled in the same way. `open` marks those that are still judged wrongly."""


def _hostile() -> dict[str, str]:
    names: dict[str, dict[str, str]] = {}
    exec((_HERE / "hostile.py").read_text("utf-8"), names)
    return names["HOSTILE"]


HOSTILE = _hostile()


def _is_equal(case: dict[str, object]) -> bool:
    gold = str(case["gold"])
    if "completion" in case:
        return verify_math(gold, str(case["completion"])).correct
    return equivalent(gold, str(case["answer"]))


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in CASES}))
def test_labelled_cases(kind: str) -> None:
    wrong = [case for case in CASES if case["kind"] == kind and _is_equal(case) != case["equal"]]
    assert wrong == []


@pytest.mark.parametrize("part", sorted({case["set"] for case in BLIND}))
def test_blind_cases(part: str) -> None:
    cases = [case for case in BLIND if case["set"] == part and not case["contested"]]
    wrong = [case for case in cases if _is_equal(case) != case["equal"]]
    assert len(wrong) <= 0.015 * len(cases), wrong
    assert sum(not case["equal"] for case in wrong) <= 1, wrong


@pytest.mark.parametrize("part", sorted({case["set"] for case in STATEMENTS}))
def test_blind_statements(part: str) -> None:
    cases = [case for case in STATEMENTS if case["set"] == part]
    wrong = [
        case
        for case in cases
        if verify_math(case["gold"], case["completion"]).correct != case["expected"]
    ]
    assert wrong == [case for case in cases if case.get("open")], "mark or unmark them as open"


def test_there_are_enough_labelled_cases_of_both_labels() -> None:
    labels = Counter(case["equal"] for case in CASES)
    assert sum(labels.values()) >= 1_500
    assert min(labels.values()) >= 600


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_answers_earn_nothing(name: str) -> None:
    gold = "123454321"
    for completion in (HOSTILE[name], f"\\boxed{{{HOSTILE[name]}}}"):
        verdict = verify_math(gold, completion)
        assert verdict.score == 0.0
    assert verify_math(gold, "\\boxed{123454321}").correct


@pytest.mark.parametrize("gold", ["x^2+y^2=25", "(-\\infty,2)", "B"])
def test_hostile_answers_against_other_golds(gold: str) -> None:
    for name, answer in HOSTILE.items():
        assert verify_math(gold, f"\\boxed{{{answer}}}").status != "checker_error", name


@pytest.mark.parametrize("gold", ["", "  ", "$$", "\n"])
def test_an_empty_gold_is_our_error(gold: str) -> None:
    for completion in ("", "\\boxed{}", "\\boxed{5}"):
        verdict = verify_math(gold, completion)
        assert (verdict.status, verdict.score) == ("checker_error", None)
    assert not equivalent(gold, "")


def test_rules_can_be_relaxed_and_the_verdict_says_so() -> None:
    assert not verify_math("0.3333", "1/3").correct
    verdict = verify_math("0.3333", "1/3", rules=Rules(tolerance=1e-3))
    assert verdict.correct
    assert verdict.meta["relaxed"] == {"tolerance": 1e-3}
    assert verify_math("25", "25\\%", rules=Rules(percent_is_number=True)).correct
    assert not verify_math("5 cm", "5 m").correct
    assert verify_math("5 cm", "5 m", rules=Rules(ignore_units=True)).correct


def test_no_answer_names_the_reason() -> None:
    verdict = verify_math("5", "The answer is \\boxed{5")
    assert verdict.status == "no_answer"
    assert verdict.meta["truncated"] is True


def test_verdicts_are_the_same_from_threads_and_event_loops() -> None:
    sample = CASES[::9]
    expected = [case["equal"] for case in sample]
    results: dict[int, list[bool]] = {}

    def work(index: int) -> None:
        results[index] = [_is_equal(case) for case in sample]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result == expected for result in results.values())

    async def inside() -> list[bool]:
        return [_is_equal(case) for case in sample]

    assert asyncio.run(inside()) == expected


def test_importing_the_verifier_does_not_import_sympy() -> None:
    script = (
        "import sys\n"
        "from assay.tasks.math.verifier import verify_math\n"
        "assert verify_math('1/2', '0.5').correct\n"
        "print('sympy' in sys.modules, 'torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"], done.stderr


def test_a_check_survives_the_death_of_its_worker() -> None:
    from assay.tasks.math.comparing.algebra_stage import POOL
    from assay.tasks.math.grammar.nodes import to_data
    from assay.tasks.math.grammar.parser import parse

    def ask() -> bool:
        # The worker's own function, with time enough for a busy machine.
        target = "assay.tasks.math.comparing.algebra:same_solutions"
        sides = (to_data(parse(text)) for text in ("\\sqrt{x}<2", "[0,4)"))
        return POOL.call(target, *sides, seconds=60.0)

    assert ask()
    assert POOL._idle
    for worker in POOL._idle:
        worker.process.kill()
        worker.process.wait()
    assert ask()
    assert verify_math("[0,4)", "\\boxed{\\sqrt{x}<2}").status != "checker_error"


def test_the_policy_page_is_made_of_these_cases() -> None:
    spec = importlib.util.spec_from_file_location("policy", _HERE / "policy.py")
    assert spec is not None
    assert spec.loader is not None
    policy = importlib.util.module_from_spec(spec)
    sys.modules["policy"] = policy
    spec.loader.exec_module(policy)
    written = policy.DOCUMENT.read_text("utf-8")
    assert written == policy.page(), "run python tests/tasks/math_verifier/policy.py"
