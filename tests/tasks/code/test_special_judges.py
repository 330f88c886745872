"""Checkers in C++ and Python: compiled apart, confined, bounded, and trusted only once proved."""

import shutil
import time
from pathlib import Path

import pytest
from assay.sandbox import Limits, UsageError, compiler, default_sandbox
from assay.tasks.code.special_judges.checkers import Checker, SpecialJudgeError, decide
from assay.tasks.code.special_judges.verifying import verify_with_checker, why_not_trusted

needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("g++", "c++", "clang++"))), reason="needs a C++ compiler"
)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("ASSAY_TESTLIB", raising=False)


HEADER = """
#include <cstdio>
#include <cstdlib>
#include <fstream>
enum Verdict { _ok = 0, _wa = 1, _pe = 2, _fail = 3, _points = 7 };
inline void quit(Verdict verdict, const char* text) {
    std::fprintf(stderr, "%s\\n", text);
    std::exit(verdict);
}
"""
"""A header with a few of testlib's names, written for these tests."""

SPLIT = """
#include "testlib.h"

int main(int count, char** given) {
    if (count != 4) quit(_fail, "input, output and answer are wanted");
    std::ifstream input(given[1]), output(given[2]), answer(given[3]);
    long total, a, b, want;
    if (!(input >> total) || !(answer >> want)) quit(_fail, "the task's files are broken");
    if (!(output >> a >> b)) quit(_pe, "two numbers are wanted");
    if (a == 13) quit(_points, "half of it");
    if (a == 66) { volatile int* nowhere = nullptr; *nowhere = 1; }
    if (a == 77) for (;;) {}
    if (a == 88) quit(_fail, "better than the jury");
    if (a + b != total) quit(_wa, "the sum is another one");
    std::string rest;
    if (output >> rest) quit(_pe, "more than two numbers");
    quit(_ok, "a right split");
}
"""
CASES = [("9\n", "4 5\n"), ("20\n", "10 10\n")]
CHECKER = Checker(SPLIT, headers={"testlib.h": HEADER})


def _program(first: str) -> str:
    return f"```python\nn = int(input())\na = {first}\nprint(a, n - a)\n```"


@needs_compiler
@pytest.mark.parametrize(
    ("first", "status", "words"),
    [
        ("1", "correct", "all 2 outputs"),
        ("n + 3", "correct", "all 2 outputs"),
        ("13", "incorrect", "half of it"),
        ("66", "incorrect", "but not this one: it did not end well"),
        ("88", "incorrect", "blames the task: better than the jury"),
        ("int('x')", "crashed", "did not end well in case 1"),
    ],
)
def test_a_testlib_checker_decides(first: str, status: str, words: str) -> None:
    verdict = verify_with_checker(_program(first), CASES, CHECKER)
    assert verdict.status == status, verdict
    assert words in verdict.reason


@needs_compiler
def test_wrong_sums_are_rejected_with_the_checkers_words() -> None:
    completion = "```python\nn = int(input())\nprint(n, 1)\n```"
    verdict = verify_with_checker(completion, CASES, CHECKER)
    assert (verdict.status, verdict.meta["passed"]) == ("incorrect", 0)
    assert "the sum is another one" in verdict.reason
    assert verdict.meta["failures"][0]["checker"] == "the sum is another one"


@needs_compiler
def test_a_checker_is_compiled_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "#include <cstdlib>\nint main() { return 7; }\n"
    image = compiler.compile_cpp(source)
    assert image[:4] == b"\x7fELF"
    monkeypatch.setattr(compiler, "_known", {})
    monkeypatch.setattr(compiler, "_compiled", lambda *given: pytest.fail("compiled again"))
    assert compiler.compile_cpp(source) == image


@needs_compiler
def test_a_compiled_program_runs_confined_with_arguments_files_and_stdin() -> None:
    source = r"""
#include <cstdio>
#include <string>
#include <vector>
#include <iostream>
#include <thread>
#include <unistd.h>
#include <fcntl.h>
int main(int count, char** given) {
    std::vector<std::string> words(given + 1, given + count);
    thread_local int local = 41;
    try {
        throw std::string("caught");
    } catch (const std::string& text) {
        std::cout << text << "\n";
    }
    int seen = 0;
    std::thread([&] { seen = local + 1; }).join();
    FILE* file = std::fopen("data", "r");
    char line[16] = "";
    if (file) std::fgets(line, sizeof line, file);
    std::cout << words.size() << words.back() << line << seen << "\n";
    std::cout << fork() << " " << execl("/bin/sh", "sh", nullptr) << " ";
    std::cout << open("/etc/passwd", O_RDONLY) << " " << open("/work", O_RDONLY) << "\n";
    return 5;
}
"""
    program = compiler.native_program(compiler.compile_cpp(source), ("a", "b c"), {"data": "x"})
    outcome = default_sandbox().run(program, Limits(processes=8))
    assert (outcome.exit_code, outcome.stdout) == (5, "caught\n2b cx42\n-1 -1 -1 -1\n"), outcome


ATTACKS = {
    "reads what the machine holds": ('#include "/etc/passwd"\n', "No such file"),
    "embeds a file": ('asm(".incbin \\"/etc/shadow\\"");\nint main() {}\n', "not found"),
    "reads the compiler's memory": ('#include "/proc/self/environ"\n', "No such file"),
    "includes itself for ever": ('#include "main.cpp"\n', "nested"),
    "has no main": ("int f() { return 1; }\n#include <cstdio>\n", "main"),
    "does not parse": ("#include <cstdio>\nint main( {\n", "error"),
}


@needs_compiler
@pytest.mark.parametrize("key", ATTACKS)
def test_what_does_not_compile_is_one_sentence(key: str) -> None:
    source, words = ATTACKS[key]
    verdict = verify_with_checker(_program("1"), CASES, Checker("#include <cmath>\n" + source))
    assert verdict.status == "checker_error"
    assert "field 'checker'" in verdict.reason
    assert "does not compile" in verdict.reason
    assert words in verdict.reason, verdict.reason
    assert "\n" not in verdict.reason
    assert len(verdict.reason) < 500


@needs_compiler
@pytest.mark.parametrize(
    "source",
    [
        "template<int N> struct T { T<N + 1> a; T<N + 2> b; };\nT<0> t;\nint main() {}\n",
        "char data[3u << 30] = {1};\nint main() {}\n",
        "constexpr long f(long n) { long s = 0; while (true) s += n; return s; }\n"
        "constexpr long x = f(1);\nint main() {}\n",
    ],
)
def test_a_source_that_would_keep_the_compiler_busy_is_bounded(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(compiler.CompilationError):
        compiler.compile_cpp(source)
    assert time.monotonic() - started < compiler.WALL_SECONDS


RUNNING = {
    "never ends": ("for (;;) {}", "seconds="),
    "sleeps": ("sleep(1000);", "wall_seconds="),
    "prints megabytes": ('for (;;) puts("megabytes of nothing at all");', "output"),
    "takes all memory": ("for (;;) memset(malloc(1 << 24), 1, 1 << 24);", "did not end well"),
    "crashes": ("abort();", "did not end well"),
    "accepts all": ("return 0;", "accepts a wrong"),
    "rejects all": ("return 1;", "rejects a right"),
    "blames the task": ("return 3;", "blames the task"),
    "fills the disk": (
        'FILE* f = fopen("big", "w"); while (fwrite("x", 1, 1, f) == 1) {} return 0;',
        "did not end well|accepts a wrong",
    ),
}


@needs_compiler
@pytest.mark.parametrize("key", RUNNING)
def test_a_checker_that_misbehaves_does_not_decide(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Limits(cpu_seconds=1.0, wall_seconds=4.0, memory_mb=256, output_kb=64, files_mb=8)
    monkeypatch.setattr("assay.tasks.code.special_judges.checkers.CHECKER_LIMITS", quick)
    body, words = RUNNING[key]
    names = ("cstdio", "cstdlib", "cstring", "unistd.h")
    includes = "".join(f"#include <{name}>\n" for name in names)
    source = f"{includes}int main() {{ {body} }}\n"
    reason = why_not_trusted(Checker(source), CASES)
    assert reason is not None
    assert any(part in reason for part in words.split("|")), reason
    verdict = verify_with_checker(_program("1"), CASES, Checker(source))
    assert (verdict.status, verdict.score) == ("checker_error", None)


@needs_compiler
def test_known_outputs_decide_on_trust() -> None:
    right = ("9\n", "4 5\n", "-1 10\n", True)
    wrong = ("9\n", "4 5\n", "4 5 6\n", False)
    assert why_not_trusted(Checker(SPLIT, (right, wrong), headers=CHECKER.headers), CASES) is None
    for given, expected, output, is_right in (right, wrong):
        lie = Checker(SPLIT, ((given, expected, output, not is_right),), headers=CHECKER.headers)
        reason = why_not_trusted(lie, CASES)
        assert reason is not None
        assert ("accepts a wrong" if is_right else "rejects a right") in reason


PYTHON = """
import sys
with open(sys.argv[1]) as given, open(sys.argv[2]) as answer, open(sys.argv[3]) as output:
    total, _, parts = int(given.read()), answer.read(), list(map(int, output.read().split()))
print(int(len(parts) == 2 and sum(parts) == total))
"""
EXITING = """
import sys
total = int(open(sys.argv[1]).read())
parts = list(map(int, open(sys.argv[2]).read().split()))
sys.exit(0 if len(parts) == 2 and sum(parts) == total else 1)
"""


def test_known_programs_decide_on_trust() -> None:
    right = "n = int(input())\nprint(n - 1, 1)\n"
    wrong = "n = int(input())\nprint(n, 1)\n"
    assert why_not_trusted(Checker(PYTHON, right_programs=(right,)), CASES) is None
    assert why_not_trusted(Checker(PYTHON, wrong_programs=(wrong, wrong)), CASES) is None
    reason = why_not_trusted(Checker(PYTHON, right_programs=(wrong,)), CASES)
    assert reason is not None
    assert "known right program" in reason
    reason = why_not_trusted(Checker(PYTHON, wrong_programs=(right, right)), CASES)
    assert reason is not None
    assert "known wrong programs" in reason
    assert why_not_trusted(Checker(PYTHON, wrong_programs=(right, wrong)), CASES) is None


def test_a_python_checker_may_follow_testlib() -> None:
    checker = Checker(EXITING, exit_code_decides=True)
    assert verify_with_checker(_program("3"), CASES, checker).correct
    verdict = verify_with_checker("```python\nprint(input(), 1)\n```", CASES, checker)
    assert verdict.status == "incorrect"
    printing = verify_with_checker(_program("3"), CASES, Checker(EXITING))
    assert printing.status == "checker_error"


def test_without_a_compiler_the_refusal_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiler.find_compiler.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    verdict = verify_with_checker(_program("1"), CASES, CHECKER)
    compiler.find_compiler.cache_clear()
    assert verdict.status == "checker_error"
    assert "install g++" in verdict.reason


@needs_compiler
def test_testlib_comes_from_the_task_or_from_a_named_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = Checker(SPLIT)
    verdict = verify_with_checker(_program("1"), CASES, bare)
    assert verdict.status == "checker_error"
    assert "ASSAY_TESTLIB" in verdict.reason
    monkeypatch.setenv("ASSAY_TESTLIB", str(tmp_path / "none.h"))
    assert "none.h" in verify_with_checker(_program("1"), CASES, bare).reason
    (tmp_path / "testlib.h").write_text(HEADER)
    monkeypatch.setenv("ASSAY_TESTLIB", str(tmp_path / "testlib.h"))
    assert verify_with_checker(_program("1"), CASES, bare).correct


@needs_compiler
def test_the_sandboxes_failure_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="header"):
        compiler.compile_cpp("int main() {}", {"../testlib.h": ""})
    decision = decide(CHECKER, "9\n", "4 5\n", "2 7\n")
    assert decision.accepted
    assert decision.comment == "a right split"
    with pytest.raises(SpecialJudgeError) as caught:
        decide(CHECKER, "x\n", "4 5\n", "2 7\n")
    assert not caught.value.ours
