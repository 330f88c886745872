"""The suite contract: verdicts never raise, generated problems are found again, splits differ."""

import itertools
import pickle
import random
import threading

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, Verdict
from assay.tasks.suite import Draft, GeneratedSuite, StoredSuite
from assay.tasks.verdict import correct, wrong


class Stored(StoredSuite):
    name = "stored"
    domain = "math"

    def gold(self, problem: Problem) -> str:
        return problem.answer

    def check(self, problem: Problem, completion: str) -> Verdict:
        if completion == "break":
            raise RuntimeError("the checker is broken")
        if completion == problem.answer:
            return correct(completion, "equal")
        return wrong("incorrect", completion, "different")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return str(rng.randrange(10))


class Sums(GeneratedSuite):
    name = "sums"
    domain = "math"
    difficulties = range(1, 4)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        a, b = rng.randrange(10**difficulty), rng.randrange(10**difficulty)
        return Draft(f"{a}+{b}", str(a + b), key=f"{min(a, b)}+{max(a, b)}")

    gold = Stored.gold
    check = Stored.check
    guess = Stored.guess


class Never(Sums):
    name = "never"

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return Draft("the same", "1")


def stored(*ids: str) -> Stored:
    return Stored([Problem(i, "stored", f"question {i}", i) for i in ids], "test")


def test_stored_suites_are_sequences() -> None:
    suite = stored("a", "b", "c")
    assert len(suite) == 3
    assert suite[-1].id == "c"
    assert [problem.id for problem in suite[:2]] == ["a", "b"]
    assert suite.find("b") is suite[1]
    with pytest.raises(UsageError, match="has no problem 'd'; its ids look like 'a'"):
        suite.find("d")
    with pytest.raises(UsageError, match="has the id 'a' twice"):
        stored("a", "a")
    with pytest.raises(UsageError, match="has no problems"):
        stored()


def test_a_broken_checker_is_no_zero() -> None:
    suite = stored("a")
    verdict = suite.verify(suite[0], "break")
    assert (verdict.status, verdict.score) == ("checker_error", None)
    assert "stored failed on problem a: RuntimeError: the checker is broken" in verdict.reason
    assert suite.verify(suite[0], None).status == "checker_error"  # type: ignore[arg-type]


def test_verify_many_keeps_the_order_and_any_thread_may_call() -> None:
    suite = stored("a", "b")
    problems, answers = [suite[i % 2] for i in range(50)], ["a"] * 50
    scores = [v.score for v in suite.verify_many(problems, answers, workers=4)]
    assert scores == [1.0, 0.0] * 25
    assert suite.verify_many([], []) == []
    with pytest.raises(ValueError, match="1 problems but 2 completions"):
        suite.verify_many(problems[:1], answers[:2])
    found: list[Verdict] = []
    thread = threading.Thread(target=lambda: found.append(suite.verify(suite[0], "a")))
    thread.start()
    thread.join()
    assert found[0].correct


def test_generated_problems_are_found_by_id() -> None:
    suite = Sums(split="train", seed=-3, size=5, difficulty=2)
    for problem in suite:
        assert Sums().find(problem.id) == problem
    assert suite[:2] == [suite[0], suite[1]]
    assert suite[-1] == suite[4]
    with pytest.raises(IndexError):
        suite[5]
    for bad in (
        "sums-dev-d1-s0-0",
        "sums-test-d9-s0-0",
        "other-test-d1-s0-0",
        "sums-test-d1-s0-",
        "0",
    ):
        with pytest.raises(UsageError, match="its ids look like 'sums-train-d2-s-3-0'"):
            suite.find(bad)


def test_generated_content_follows_seed_split_difficulty_alone() -> None:
    first = Sums(seed=1, size=20)
    assert first.fingerprint() == Sums(seed=1, size=20).fingerprint()
    assert [p.prompt for p in first][:10] == [p.prompt for p in Sums(seed=1, size=10)]
    others = [Sums(seed=2, size=20), Sums(seed=1, size=20, difficulty=2), Sums("train", 1, 20)]
    assert len({suite.fingerprint() for suite in (first, *others)}) == 4


def test_splits_are_disjoint_by_content() -> None:
    def keys(split: str) -> set[tuple[int, ...]]:
        return {
            tuple(sorted(map(int, problem.prompt.split("+"))))
            for seed in range(4)
            for problem in Sums(split, seed=seed, size=20)
        }

    assert not keys("train") & keys("test")


def test_problems_of_a_suite_differ_and_ids_name_their_draws() -> None:
    suite = Sums(seed=1, size=46)
    assert len({problem.prompt for problem in suite}) == 46
    numbers = [int(p.id.rpartition("-")[2]) for p in suite]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 45  # a draw that came again is left out
    # A draw alone may come again, and is found by its id all the same.
    drawn = [suite.drawn(number) for number in range(numbers[-1])]
    assert [suite.find(p.id) for p in drawn] == drawn
    assert len({p.prompt for p in drawn}) < len(drawn)
    # Any order, a copy in another process: the same problems.
    fresh = Sums(seed=1, size=46)
    assert [fresh[i] for i in reversed(range(46))][::-1] == list(suite)
    assert pickle.loads(pickle.dumps(fresh))[25] == suite[25]


def test_a_level_with_too_few_problems_says_how_many_there_are() -> None:
    suite = Sums(seed=1, size=90)
    with pytest.raises(UsageError, match="only 46 different problems of difficulty 1 in split"):
        list(suite)
    assert len(list(itertools.islice(suite, 46))) == 46  # what is there can be used


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "dev"}, r"split 'dev' of 'sums': use train or test"),
        ({"difficulty": 4}, "difficulty 4 of 'sums': use 1 to 3"),
        ({"difficulty": "2"}, "difficulty '2' of 'sums': use 1 to 3"),
        ({"difficulty": 2.0}, "difficulty 2.0 of 'sums': use 1 to 3"),
        ({"size": 0}, "size 0 of 'sums'"),
        ({"size": 1.5}, "size 1.5 of 'sums'"),
        ({"seed": "x"}, "seed 'x' of 'sums'"),
    ],
)
def test_bad_options_are_named(options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Sums(**options)


def test_a_generator_without_problems_of_a_split_says_so() -> None:
    (only,) = [
        split for split in Never.splits if Never()._split_of(Draft("the same", "1")) == split
    ]
    (other,) = set(Never.splits) - {only}
    assert Never(split=only)[0].prompt == "the same"
    with pytest.raises(RuntimeError, match=f"drew no problem of split {other}"):
        Never(split=other)[0]
