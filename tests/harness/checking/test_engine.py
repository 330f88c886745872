"""The engine: verdicts in order, equal to those of the suites, each equal job checked once."""

import copy
import os
import threading

import pytest
from assay.harness.checking import EngineSettings, Job, engine_of, open_engine, opened_engine
from assay.harness.checking import engine as engine_module
from assay.harness.checking.jobs import ResolvedJob
from assay.harness.checking.local import worker_count
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load

TASKS = ("arithmetic", "quadratic_equations", "knights_and_knaves", "function_synthesis")


@pytest.fixture(scope="module")
def engine():
    with open_engine(workers=1) as one:
        yield one


def pairs(task, count=6):
    suite = load(task, size=count)
    for problem in suite:
        for text in (suite.gold(problem), suite.wrong(problem), "no idea"):
            yield suite, problem, text


def plain(verdict):
    return verdict.model_dump(exclude={"seconds"})


@pytest.mark.parametrize("task", TASKS)
def test_verdicts_are_those_of_the_suite_in_order(engine, task):
    rows = list(pairs(task))
    jobs = [Job(task, text, id=problem.id) for _, problem, text in rows]
    expected = [plain(suite.verify(problem, text)) for suite, problem, text in rows]
    assert [plain(verdict) for verdict in engine.map(jobs)] == expected
    assert [plain(engine.submit(job).result()) for job in jobs] == expected


def test_a_suite_verifies_by_an_engine(engine):
    rows = list(pairs("arithmetic"))
    suite = rows[0][0]
    problems, texts = [row[1] for row in rows], [row[2] for row in rows]
    found = suite.verify_many(problems, texts, engine=engine)
    assert list(map(plain, found)) == list(map(plain, suite.verify_many(problems, texts)))
    with pytest.raises(ValueError, match="18 problems but 1"):
        suite.verify_many(problems, texts[:1], engine=engine)


def test_what_a_job_may_be_checked_against(engine):
    problem = Problem("mine", "arithmetic", "?", "42")
    doubled = "```python\ndef double(x):\n    return 2 * x\n```"
    jobs = [
        Job("arithmetic", "<answer>42</answer>", answer="42"),
        Job("arithmetic", "<answer>42</answer>", problem=problem),
        Job(completion="\\boxed{7}", answers=("6", "7")),
        Job(completion="\\boxed{7}", answers=("6",)),
        Job(completion="```python\nprint(int(input()) + 1)\n```", cases=(("1\n", "2\n"),)),
        Job(completion=doubled, function=("assert double(2) == 4", "double")),
    ]
    assert [verdict.score for verdict in engine.map(jobs)] == [1, 1, 1, 0, 1, 1]


@pytest.mark.parametrize(
    "fields", [{}, {"task": "arithmetic"}, {"id": "1"}, {"task": "gsm8k", "answers": ("1",)},
               {"task": "gsm8k", "id": "1", "answer": "2"}],
)  # fmt: skip
def test_a_job_needs_exactly_one_thing_to_be_checked_against(fields):
    with pytest.raises(UsageError, match="a job needs"):
        Job(completion="x", **fields)


def test_unknown_names_are_the_caller_s_mistake(engine):
    with pytest.raises(UsageError, match="unknown task"):
        engine.map([Job("no_such_task", "x", id="1")])
    with pytest.raises(UsageError, match="no problem"):
        engine.submit(Job("arithmetic", "x", id="1"))
    with pytest.raises(UsageError, match="engine 'cloud': use local or ray"):
        open_engine("cloud")
    with pytest.raises(UsageError, match="for the engine ray"):
        open_engine("local", address="auto")


def test_equal_jobs_are_checked_once():
    with open_engine(workers=1) as engine:
        suite = load("arithmetic")
        jobs = [Job("arithmetic", text, id=suite[0].id) for text in ("1", "2") for _ in range(8)]
        verdicts = engine.map(jobs)
    assert (engine.counts.checked, engine.counts.shared) == (2, 14)
    assert len({id(verdict) for verdict in verdicts}) == 2
    assert engine.counts.as_dict()["hit_rate"] == 0.875


def test_a_suite_made_by_hand_is_checked_in_this_process(engine):
    suite = load("arithmetic")
    suite.loaded_as = None
    checked_by = []
    judge = suite.check

    def check(problem, text):
        checked_by.append(os.getpid())
        return judge(problem, text)

    suite.check = check  # type: ignore[method-assign]
    gold = suite.gold(suite[0])
    assert engine.begin(suite, suite[0], gold).result().correct
    assert checked_by == [os.getpid()]


def test_one_engine_for_all_callers_of_a_process_and_one_after_a_fork():
    assert engine_of("local") is engine_of("local")
    with opened_engine("local") as engine:
        assert engine is engine_of()
    job = Job("arithmetic", "<answer>1</answer>", answer="1")
    assert engine.map([job])[0].correct
    child = os.fork()
    if child == 0:
        os._exit(0 if engine_of().map([job])[0].correct else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    engine_module.close_shared()
    assert engine_of() is not engine


def test_many_threads_share_an_engine(engine):
    rows = list(pairs("arithmetic", 12))
    expected = [suite.verify(problem, text).status for suite, problem, text in rows]
    found = {}

    def work(number):
        jobs = [Job("arithmetic", text, id=problem.id) for _, problem, text in rows]
        found[number] = [verdict.status for verdict in engine.map(jobs)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert list(found.values()) == [expected] * 20


def test_settings_open_an_engine_of_their_own(monkeypatch):
    with EngineSettings(workers=1, cache=False).opened() as engine:
        assert engine is not engine_of()
        assert engine.store is None
    with pytest.raises(UsageError, match="engine 'cloud'"), opened_engine("cloud"):
        pass
    monkeypatch.setenv("ASSAY_WORKERS", "3")
    assert worker_count(None) == 3
    assert worker_count(2) == 2
    monkeypatch.setenv("ASSAY_WORKERS", "many")
    with pytest.raises(UsageError, match="ASSAY_WORKERS='many': use a whole number"):
        worker_count(None)


def test_the_first_math_answers_need_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    suite = load("arithmetic", size=3, difficulty=1)
    sent: list[object] = []
    with open_engine(cache=False) as engine:
        submit = engine.checks.submit
        monkeypatch.setattr(engine.checks, "submit", lambda c: sent.append(c) or submit(c))
        first, second = suite[0], suite[1]
        assert engine.verify_one(suite, first, suite.gold(first) or "").correct
        assert not sent
        monkeypatch.setattr(engine_module, "HERE_SECONDS", 0.0)
        assert engine.verify_one(suite, second, suite.gold(second) or "").correct
        assert len(sent) == 1


def test_a_suite_from_elsewhere_is_checked_where_it_can_be_ended() -> None:
    suite = load("arithmetic", size=1, difficulty=1)
    problem = suite[0]
    assert ResolvedJob("1", suite, problem).ends_by_itself
    foreign = copy.copy(suite)
    foreign.__class__ = type("Foreign", (type(suite),), {"__module__": __name__})
    assert not ResolvedJob("1", foreign, problem).ends_by_itself
    assert ResolvedJob("1", answers=("1",)).ends_by_itself
