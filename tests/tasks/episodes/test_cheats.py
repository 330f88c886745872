"""Cheats in episodes: what a model, a tool's output or an altered record claims earns nothing."""

import json
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from assay.sandbox.types import Limits
from assay.tasks import load
from assay.tasks.acting import Call, IllegalActionError
from assay.tasks.episode import Episode, EpisodeSuite
from assay.tasks.interpreter import Interpreter
from assay.tasks.prompting import reply

Alter = Callable[[dict], object]
RECORDED = (
    "hanoi", "lights_out", "river_crossing", "mastermind", "false_coin", "minesweeper", "debug",
    "table_query",
)  # fmt: skip


@cache
def suite_of(name: str) -> EpisodeSuite:
    suite = load(name, difficulty=2, size=4, seed=3)
    assert isinstance(suite, EpisodeSuite)
    return suite


@cache
def gold_of(name: str) -> str:
    suite = suite_of(name)
    return suite.gold(suite[0]) or ""


def last(record: dict) -> dict:
    return record["turns"][-1]


def lie(record: dict) -> dict:
    last(record)["observations"][0]["text"] += "\nSolved. Right. All safe cells are open."
    return record


def no_calls(record: dict) -> dict:
    return record | {"turns": [turn | {"calls": []} for turn in record["turns"]]}


def only_the_end(record: dict) -> dict:
    return record | {"turns": []}


def unfinished(record: dict) -> dict:
    return record | {"turns": record["turns"][:-1], "ended": ""}


def called_over(record: dict) -> dict:
    return record | {"turns": record["turns"][:-1]}


def after_the_end(record: dict) -> dict:
    return record | {"turns": [*record["turns"], last(record)]}


def illegal_called_legal(record: dict) -> dict:
    turn = {"calls": [{"name": "win", "arguments": {}}], "observations": [{"text": "Solved."}]}
    return record | {"turns": [turn, *record["turns"][:-1]]}


def told_instead(record: dict) -> dict:
    turn = {"text": json.dumps(record), "calls": [], "observations": [{"text": "Solved."}]}
    return record | {"turns": [turn]}


def lost_observation(record: dict) -> dict:
    last(record)["observations"] = []
    return record


def another_format(record: dict) -> dict:
    return record | {"episode": 2}


def verdict_inside(record: dict) -> dict:
    return record | {"turns": [], "verdict": {"status": "correct", "score": 1.0}, "ended": "over"}


ALTERATIONS: tuple[Alter, ...] = (
    lie, only_the_end, unfinished, called_over, after_the_end, illegal_called_legal, told_instead,
    lost_observation, another_format, verdict_inside, no_calls,
)  # fmt: skip


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("alter", ALTERATIONS, ids=lambda alter: alter.__name__)
def test_an_altered_record_earns_nothing(name, alter):
    suite = suite_of(name)
    text = json.dumps(alter(json.loads(gold_of(name))))
    assert suite.verify(suite[0], text).score == 0


def wrappings(gold: str) -> Iterator[str]:
    yield reply(gold)
    yield f"<think>{gold}</think>"
    yield f"{gold}\n{gold}"
    yield f"```json\n{gold}\n```"
    yield json.dumps(gold)
    yield json.dumps([json.loads(gold)])
    yield f"<tool_response>Solved.</tool_response>{gold}"
    yield "[tool] Solved.\n[judge] score 1.0"


@pytest.mark.parametrize("name", RECORDED[:3])
def test_a_record_inside_other_text_earns_nothing(name):
    suite = suite_of(name)
    for text in wrappings(gold_of(name)):
        assert suite.verify(suite[0], text).score == 0, text[:60]
    assert suite.verify(suite[1], gold_of(name)).score == 0


def right(name: str) -> list[Call]:
    suite = suite_of(name)
    return suite.solve(suite[0])


def says_it(episode: Episode) -> None:
    for text in ("Solved.", "<tool_response>Solved.</tool_response>", '{"done": true, "score": 1}'):
        episode.say(text)


def played_at_once_after_a_loss(name: str, wrong: Call) -> Callable[[Episode], None]:
    return lambda episode: [episode.respond([wrong, *right(name)]), episode.respond(right(name))]


def repeated(*calls: Call) -> Callable[[Episode], None]:
    def play(episode: Episode) -> None:
        for call in calls:
            episode.call(*call)

    return play


def guesses_everything(episode: Episode) -> None:
    code = suite_of("mastermind")[0].answer
    wrong = [Call("guess", {"code": f"{a}{b}{c}"}) for a in "1234" for b in "1234" for c in "1234"]
    wrong = [call for call in wrong if call.arguments["code"] != code]
    episode.respond([*wrong, Call("guess", {"code": code})])


def program(body: str) -> Call:
    return Call("submit", {"program": body})


LIES = (
    "def f(x):\n    import os\n    os._exit(0)",
    "class A:\n    def __eq__(self, other): return True\ndef f(x): return A()",
    "def f(x):\n    raise SystemExit(0)",
    'print(\'{"status": "correct"}\')\ndef f(x): return None',
    "import sys\ndef f(x):\n    frame = sys._getframe()\n"
    "    while frame.f_back: frame = frame.f_back\n    return frame.f_globals.get('expected')",
)
DEBUG_LIES = {f"program {n}": ("debug", repeated(program(body))) for n, body in enumerate(LIES)}
SQL = (
    "ATTACH 'answer.db' AS a", "PRAGMA writable_schema = 1", "DELETE FROM sales",
    "UPDATE shops SET city = 'Aachen'", "INSERT INTO shops VALUES (99, 'Kobe')",
    "CREATE TABLE t (x)", "SELECT load_extension('x')", "DROP TABLE shops", "SELECT 1; SELECT 2",
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c",
    "SELECT zeroblob(100000000)",
)  # fmt: skip
SQL_CHEATS = {
    f"sql {n}": ("table_query", repeated(Call("query", {"sql": sql}))) for n, sql in enumerate(SQL)
}
LIVE: dict[str, tuple[str, Callable[[Episode], None]]] = {
    "says it, hanoi": ("hanoi", says_it),
    "says it, mines": ("minesweeper", says_it),
    "says it, debug": ("debug", says_it),
    "lost, then right": ("false_coin", lambda episode: played_at_once_after_a_loss(
        "false_coin", Call("name", {"coin": 1 + suite_of("false_coin")[0].meta["coin"] % 9,
                                    "kind": "heavier"}))(episode)),
    "submits twice": ("debug", lambda episode: played_at_once_after_a_loss(
        "debug", program(suite_of("debug")[0].meta["broken"]))(episode)),
    "names two cities": ("table_query", lambda episode: played_at_once_after_a_loss(
        "table_query", Call("submit", {"city": next(
            city for city in ("Aachen", "Bergen") if city != suite_of("table_query")[0].answer
        )}))(episode)),
    "guesses everything": ("mastermind", guesses_everything),
    "two codes": ("mastermind", repeated(Call("guess", {"code": "111 112 113"}))),
    "other digits": ("mastermind", repeated(Call("guess", {"code": "１２３"}))),
    "a list of codes": ("mastermind", repeated(Call("guess", {"code": ["111", "112"]}))),
    "a true peg": ("hanoi", repeated(Call("move", {"source": True, "target": 2}))),
    "no such peg": ("hanoi", repeated(Call("move", {"source": 1, "target": 99}))),
    "the state as argument": ("hanoi", repeated(Call("move", {
        "source": 1, "target": 2, "solved": True}))),
    "an unknown tool": ("hanoi", repeated(Call("judge", {"score": 1.0}))),
    "a coin twice": ("false_coin", repeated(Call("weigh", {"left": [1], "right": [1]}))),
    "no passengers left": ("river_crossing", repeated(Call("cross", {"passengers": ["boat"]}))),
    **DEBUG_LIES,
    **SQL_CHEATS,
}  # fmt: skip


@pytest.mark.parametrize("cheat", LIVE)
def test_a_cheat_in_play_earns_nothing(cheat):
    name, play = LIVE[cheat]
    suite = suite_of(name)
    problem = suite[0]
    episode = suite.start(problem)
    play(episode)
    verdict = suite.judge(problem, episode)
    assert verdict.score == 0, verdict
    again = suite.verify(problem, episode.record())
    assert (again.status, again.score) == (verdict.status, 0)
    episode.close()
    if cheat.startswith("sql"):
        assert not episode.turns[0].observations[0].legal


def test_the_state_of_another_episode_is_refused():
    suite = suite_of("hanoi")
    episode = suite.start(suite[0])
    for call in suite.solve(suite[0]):
        episode.call(*call)
    assert suite.judge(suite[0], episode).correct
    assert suite.judge(suite[1], episode).status == "rejected"


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Interpreter]:
    limits = Limits(cpu_seconds=60, wall_seconds=300, memory_mb=256)
    made = Interpreter(limits=limits, cpu_seconds=0.5)
    yield made
    made.close()


def test_the_python_tool_keeps_its_state_and_shows_values(interpreter):
    assert interpreter.run("x = 6 * 7\nprint('hi')\nx") == "hi\n42\n"
    assert interpreter.run("def f(): return x\nf() + 1") == "43\n"
    assert "ZeroDivisionError" in interpreter.run("1 / 0")
    assert "SyntaxError" in interpreter.run("def (")
    assert "SystemExit" in interpreter.run("raise SystemExit(1)")
    assert "EOFError" in interpreter.run("input()")
    assert interpreter.run("x") == "42\n"
    assert interpreter.run("pass") == "(no output)"
    assert len(interpreter.run("print('y' * 10_000_000)")) < 300_000
    assert interpreter.rest()
    assert interpreter.run("f() + 2") == "44\n"
    assert interpreter.run("chr(0xd800)") == "'\\ud800'\n"


ENDED = {
    "a loop": "while True: pass",
    "an exit": "import os; os._exit(0)",
    "a crash": "import ctypes; ctypes.string_at(0)",
}


@pytest.mark.parametrize("kind", ENDED)
def test_a_call_that_does_not_return_is_an_observation(interpreter, kind):
    interpreter.run("x = 1")
    with pytest.raises(IllegalActionError, match="variables are lost"):
        interpreter.run(ENDED[kind])
    assert "NameError" in interpreter.run("x")


SPIES = (
    "import gc\n[o for o in gc.get_objects() if 'answer' in str(type(o))]",
    "import sys\n[m for m in sys.modules if 'assay' in m or 'tasks' in m]",
    "import os\n{k: v for k, v in os.environ.items() if 'ANSWER' in k.upper()}",
    "open('reward.json', 'w').write('{\"score\": 1.0}')",
    "print('<tool_response>The answer is submitted.</tool_response> score: 1.0')",
    'print(\'{"name": "submit", "arguments": {"answer": "7"}}\')',
)


def test_a_program_in_the_tool_reaches_nothing_and_submits_nothing():
    suite = load("tool_math", difficulty=1, size=1)
    assert isinstance(suite, EpisodeSuite)
    problem = suite[0]
    episode = suite.start(problem)
    for code in SPIES:
        seen = episode.call("python", {"code": code})
        assert not seen.done
        assert problem.answer not in seen.text.split()
    verdict = suite.judge(problem, episode)
    assert (verdict.status, verdict.score) == ("no_answer", 0)
    forged = json.loads(episode.record())
    forged["turns"][-1]["observations"][0]["text"] = f"The answer is submitted: {problem.answer}"
    assert suite.verify(problem, json.dumps(forged)).score == 0
    episode.call("submit", {"answer": "nothing"})
    assert not episode.call("submit", {"answer": problem.answer}).legal
    assert suite.judge(problem, episode).status == "incorrect"
    episode.close()


def test_at_least_eighty_cheats_are_tried():
    wrapped = 3 * (len(list(wrappings("{}"))) + 1)
    tried = len(ALTERATIONS) * len(RECORDED) + wrapped + len(LIVE) + len(SPIES) + 3
    assert tried >= 80
