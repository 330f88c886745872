"""Bad input and bad programs: each has a status and one sentence; our faults are not theirs."""

import threading

import pytest
from assay.sandbox import Limits, Outcome, Program
from assay.sandbox.types import ChannelClosed, Isolation
from assay.tasks.code.generating.running import verify_expected, verify_values
from assay.tasks.code.judging.sandbox_registry import program_sandbox
from assay.tasks.code.verifier import verify_function, verify_stdio
from assay.tasks.verdict import Verdict

LIMITS = Limits(cpu_seconds=1, wall_seconds=120, memory_mb=256, output_kb=64)
TESTS = "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(3) == 9\n"


def _verdict(source: str, tests: str = TESTS) -> Verdict:
    return verify_function(f"```python\n{source}\n```", tests, "f", limits=LIMITS)


def _sentence(reason: str) -> bool:
    return (
        reason[0] == reason[0].upper()
        and reason.endswith(".")
        and "\n" not in reason
        and len(reason) < 900
    )


PROGRAMS = {
    "no code": ("", "no_answer", "No program"),
    "syntax error": ("def f(n) return n", "rejected", "not Python"),
    "missing entry point": ("def g(n):\n    return n", "rejected", "does not define 'f'"),
    "entry point deleted": ("def f(n): return n * n\ndel f", "rejected", "does not define 'f'"),
    "entry point never reached": (
        "if len(__name__) == 1:\n    def f(n): return n",
        "rejected",
        "does not define 'f'",
    ),
    "wrong arity": ("def f(): return 4", "incorrect", "TypeError"),
    "too many parameters": ("def f(a, b): return 4", "incorrect", "TypeError"),
    "wrong value": ("def f(n): return n + 2", "incorrect", "1 of 2 cases fail"),
    "entry point is a value": ("f = 4", "incorrect", "not callable"),
    "error at load": ("import nothing_of_that_name\ndef f(n): return n", "crashed",
    "as it is loaded"),
    "error in a call": ("def f(n): return n / 0", "incorrect", "ZeroDivisionError"),
    "error that only compiling finds": ("def f(n):\n    return n\nreturn 5", "rejected",
    "not Python"),
    "endless loop": ("def f(n):\n    while True: pass", "timeout", "cpu_seconds"),
    "endless loop at load": ("def f(n): return n\nwhile True: pass", "timeout", "cpu_seconds"),
    "endless output": ("def f(n):\n    while True: print('x' * 999)", "crashed", "output"),
    "endless recursion": ("def f(n): return f(n)", "incorrect", "RecursionError"),
    "too much memory": ("def f(n): return len(bytearray(1 << 32))", "memory", "MemoryError"),
    "exit": ("import os\ndef f(n): os._exit(0)", "crashed", "ended before"),
    "exit at load": ("import os\nos._exit(0)\ndef f(n): return n", "crashed", "ended before"),
    "signal": ("import os\ndef f(n): os.abort()", "crashed", "signal"),
    "result that cannot be sent": (
        "def f(n):\n    x = []\n    for _ in range(9999): x = [x]\n    return x",
        "incorrect",
        "cannot be sent",
    ),
    "result too large": ("def f(n): return 'x' * 40_000_000", "rejected", "more than"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_bad_program_has_a_status_and_a_sentence(name: str) -> None:
    source, status, words = PROGRAMS[name]
    verdict = _verdict(source)
    assert verdict.status == status, verdict
    assert verdict.score == 0.0
    assert words in verdict.reason, verdict.reason
    assert _sentence(verdict.reason), verdict.reason


def test_a_program_of_ten_megabytes() -> None:
    verdict = _verdict("def f(n): return n * n\n" + "#" * 10_000_000)
    assert (verdict.status, verdict.score) == ("rejected", 0.0)
    assert "longer than" in verdict.reason
    large = _verdict("def f(n): return n * n\nDATA = '" + "x" * 190_000 + "'")
    assert large.correct, large


BROKEN_TESTS = {
    "not python": "def check(candidate:\n    pass",
    "unknown name": "def check(candidate):\n    assert candidate(2) == missing_name",
    "missing module": "import module_of_no_one\ndef check(candidate):\n    assert candidate(2)",
    "raises before it asks": "def check(candidate):\n    1 / 0\n    assert candidate(2) == 4",
    "asks nothing": "def check(candidate):\n    assert True",
    "empty": "",
    "no module level code": "x = 3",
    "exits": "import os\nos._exit(0)",
    "never ends": "while True: pass",
    "nested too deeply": "x = " + "-" * 50_000 + "1",
    "wrong check": "def check():\n    assert candidate(2) == 4",
}


@pytest.mark.parametrize("name", BROKEN_TESTS)
def test_broken_tests_are_our_failure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from assay.tasks.code.judging import session

    monkeypatch.setattr(session, "JUDGE_CPU_SECONDS", 1.0)
    verdict = _verdict("def f(n): return n * n", BROKEN_TESTS[name])
    assert verdict.status == "checker_error", verdict
    assert verdict.score is None
    assert "\n" not in verdict.reason
    again = _verdict("def f(n): return n * n")
    assert again.correct, "the next check has a judge that works"


def test_a_broken_task_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import json

    from assay.tasks import load

    row = {
        "task_id": "HumanEval/77", "prompt": 'def f(n):\n    """ Square. """\n', "entry_point": "f",
        "canonical_solution": "    return n * n\n",
        "test": "def check(c):\n    assert c(2) == gone\n",
    }  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    suite = load("humaneval", path=str(path))
    verdict = suite.verify(suite[0], suite.gold(suite[0]) or "")
    assert verdict.status == "checker_error"
    assert "HumanEval/77" in verdict.reason
    assert "gone" in verdict.reason


def test_tests_that_loop_on_the_programs_value_blame_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from assay.tasks.code.judging import session

    monkeypatch.setattr(session, "JUDGE_CPU_SECONDS", 1.0)
    tests = "n = f(2)\nwhile n != 4: pass\nassert n == 4\n"
    verdict = _verdict("def f(n): return 5", tests)
    assert (verdict.status, verdict.score) == ("timeout", 0.0)
    assert _verdict("def f(n): return n * n", tests).correct


class _Failing:
    """A sandbox that cannot start anything."""

    name = "failing"
    isolation = Isolation("unsafe", {})

    def run(self, program: Program, limits: Limits | None = None) -> Outcome:
        return Outcome("sandbox_error", reason="no daemon")

    def run_many(self, programs: list[Program], limits: Limits | None = None) -> list[Outcome]:
        return [self.run(one, limits) for one in programs]

    def open_channel(self, program: Program, limits: Limits | None = None) -> None:
        raise ChannelClosed(Outcome("sandbox_error", reason="no daemon"))


def test_a_failing_sandbox_is_our_failure() -> None:
    box = _Failing()
    program = "```python\ndef f(n): return n * n\n```"
    for verdict in (
        verify_function(program, TESTS, "f", sandbox=box),  # type: ignore[arg-type]
        verify_stdio("```python\nprint(1)\n```", [("", "1")], sandbox=box),
        # type: ignore[arg-type]
        verify_values(program, "f", [[2]], "def f(n): return n * n", sandbox=box),
        # type: ignore[arg-type]
    ):
        assert verdict.status == "checker_error", verdict
        assert verdict.score is None
        assert "no daemon" in verdict.reason


def test_a_given_sandbox_is_used() -> None:
    box = program_sandbox()
    assert verify_function("def f(n): return n * n", TESTS, "f", sandbox=box).correct


def test_values_on_hidden_inputs() -> None:
    reference = "def f(xs):\n    return [x + 1 for x in xs]"
    inputs = [[[1, 2]], [[]], [[5]]]
    assert verify_values("def f(xs): return [x + 1 for x in xs]", "f", inputs, reference).correct
    tuples = verify_values("def f(xs): return tuple(x + 1 for x in xs)", "f", inputs, reference)
    assert tuples.status == "incorrect"
    assert tuples.meta["failures"][0]["expected"] == "[2, 3]"
    assert (tuples.meta["cases"], tuples.meta["passed"]) == (3, 0)
    one = verify_values("def f(xs): return xs and [xs[0] + 1]", "f", inputs, reference)
    assert one.meta["passed"] == 2
    assert "f([1, 2]) gave [2], not [2, 3]" in one.reason
    raised = verify_values("def f(xs): return xs[0]", "f", [[[]]], "def f(xs): return 0")
    assert "IndexError" in raised.reason
    truth = verify_values("def f(x): return 1", "f", [[1]], "def f(x): return True")
    assert truth.status == "incorrect"


FORGED = {
    "the driver's reply": "import __main__ as m\nm.dumps = lambda tree: b'[\"many\",[[\"v\",7]]]'",
    "too many answers": "import __main__ as m\nm.dumps = lambda tree: b'[\"many\",[1,2,3]]'",
    "no list": "import __main__ as m\nm.dumps = lambda tree: b'{}'",
    "names": "import __main__ as m\nm.dumps = lambda tree: b'[\"ok\",{\"f\":1}]'",
    "colliding keys": (
        "def f(x):\n    return {n * (2**61 - 1) for n in range(1, 20_000)}"
    ),
    "a subclass": "class A(int):\n    __eq__ = lambda s, o: True\ndef f(x): return A(1)",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_forged_values_are_wrong(name: str) -> None:
    source = FORGED[name] if "def f" in FORGED[name] else FORGED[name] + "\ndef f(x): return 1"
    verdict = verify_expected(f"```python\n{source}\n```", ("f", "", "", "f"), [[1]], [{3}])
    assert verdict.score == 0.0, verdict


def test_any_thread_may_verify() -> None:
    found: list[Verdict] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(_verdict(f"def f(n): return n * n + {n}")))
        for n in (0, 1, 0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdict.status for verdict in found) == [*["correct"] * 2, *["incorrect"] * 2]
