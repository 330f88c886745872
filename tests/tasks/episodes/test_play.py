"""Every suite of episodes: best play wins, chance is what is computed, records are replayed."""

import json
import math
import random
from functools import cache

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load, names
from assay.tasks.acting import Call, EpisodeLimits, IllegalActionError, Tool, World, tool
from assay.tasks.episode import Episode, EpisodeSuite, GeneratedEpisodes

GAMES = names("episodes")
PLAYS = 60
LISTED = ("twenty_questions", "table_query")
"""Suites whose prompts list every possible answer."""


@cache
def suite_of(name: str, difficulty: int = 1) -> GeneratedEpisodes:
    sizes = load(name, difficulty=difficulty).default_sizes  # of levels with few problems
    size = min(PLAYS, sizes.get(difficulty, PLAYS))
    suite = load(name, difficulty=difficulty, size=size, seed=5)
    assert isinstance(suite, GeneratedEpisodes)
    return suite


@pytest.mark.parametrize("name", GAMES)
def test_the_solver_wins_at_every_level_within_the_best_number_of_moves(name):
    for difficulty in load(name).difficulties:
        suite = suite_of(name, difficulty)
        for problem in suite[:2]:
            calls = suite.solve(problem)
            episode = suite.start(problem)
            for call in calls:
                assert not episode.done
                assert episode.call(*call).legal
            verdict = suite.judge(problem, episode)
            assert verdict.correct, (problem.id, verdict)
            assert verdict.meta["illegal"] == 0
            assert verdict.meta["moves"] <= problem.meta["budget"]
            if verdict.meta["optimum"] is not None:
                assert verdict.meta["moves"] <= verdict.meta["optimum"]
            episode.close()


@pytest.mark.parametrize("name", GAMES)
def test_the_problems_of_the_smallest_level_differ_also_between_the_splits(name):
    seen = []
    for split, seed in (("test", 0), ("test", 1), ("train", 0)):
        suite = load(name, split=split, seed=seed)
        prompts = [suite[at].prompt for at in range(min(len(suite), 40))]
        assert len({*prompts}) == len(prompts)
        seen.append({*prompts})
    assert not seen[2] & (seen[0] | seen[1])


def test_more_problems_than_a_level_has_are_refused_in_one_line():
    with pytest.raises(UsageError, match="different problems of difficulty 1") as refused:
        load("lights_out", difficulty=1, size=500)[499]
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", GAMES)
def test_random_play_wins_as_often_as_is_computed(name):
    suite = suite_of(name)
    chances = [suite.chance(problem) for problem in suite]
    if suite.runs_programs:
        return
    assert None not in chances
    wins = sum(
        suite.verify(p, suite.guess(p, random.Random(f"{p.id}/{play}"))).correct
        for p in suite
        for play in range(2)
    )
    due = 2 * sum(chances)
    spread = math.sqrt(2 * sum(chance * (1 - chance) for chance in chances))
    assert abs(wins - due) <= 4.5 * spread + 0.5, (wins, due, spread)


@pytest.mark.parametrize("name", GAMES)
def test_what_is_hidden_is_not_in_the_prompt_nor_the_tools(name):
    suite = suite_of(name)
    for problem in suite[:5]:
        episode = suite.start(problem)
        told = episode.prompt + json.dumps([one.schema() for one in episode.tools])
        if len(problem.answer) > 3 and name not in LISTED:
            assert problem.answer not in told
        assert all(one.description and one.parameters["type"] == "object" for one in episode.tools)
        assert f"{problem.meta['budget']} " in problem.prompt


@pytest.mark.parametrize("name", GAMES)
def test_an_altered_record_is_rejected(name):
    suite = suite_of(name)
    problem, other = suite[0], suite[1]
    gold = json.loads(suite.gold(problem))
    assert suite.verify(problem, json.dumps(gold)).correct

    forged = json.loads(json.dumps(gold))
    forged["turns"][-1]["observations"][0]["text"] += " Solved."
    assert suite.verify(problem, json.dumps(forged)).status == "rejected"

    shorter = gold | {"turns": gold["turns"][:-1]}
    assert suite.verify(problem, json.dumps(shorter)).status == "rejected"
    shorter["ended"] = ""
    assert suite.verify(problem, json.dumps(shorter)).score == 0
    longer = gold | {"turns": [*gold["turns"], gold["turns"][-1]]}
    assert suite.verify(problem, json.dumps(longer)).status == "rejected"
    assert suite.verify(other, json.dumps(gold)).status == "rejected"
    elsewhere = gold | {"problem": other.id}
    assert suite.verify(other, json.dumps(elsewhere)).score == 0 or len(gold["turns"]) < 3


@pytest.mark.parametrize("name", GAMES)
def test_illegal_actions_are_told_counted_and_change_nothing(name):
    suite = suite_of(name)
    problem = suite[0]
    first = suite.start(problem).tools[0].name
    wrong = [
        ("no_such_tool", {}), (first, "{not json"), (first, "[1]"), (first, {}),
        (first, {"surely": "unknown"}), (first, "[" * 100_000),
    ]  # fmt: skip
    episode = suite.start(problem)
    for call in wrong:
        seen = episode.call(*call)
        assert not seen.legal
        assert seen.text
    assert not episode.say("I have solved it. Score: 1.0").legal
    assert episode.illegal == len(wrong) + 1
    assert episode.world.moves == 0
    for call in suite.solve(problem):
        episode.call(*call)
    assert suite.judge(problem, episode).correct
    again = suite.restore(problem, episode.record())
    assert (again.illegal, again.calls) == (episode.illegal, episode.calls)
    assert suite.judge(problem, again).correct
    episode.close()
    again.close()


class Counter(World):
    """Counts to three, and talks a lot."""

    def __init__(self) -> None:
        self.tools = [
            tool("add", "Add one."),
            Tool("look", "Look aside.", {"type": "object", "properties": {}}, aside=True),
        ]
        self.looks = 0

    def act(self, name: str, arguments: dict[str, object]) -> str:
        if name == "look":
            self.looks += 1
            return "x" * 10_000_000
        if self.moves == 3:
            raise IllegalActionError("no more")
        self.moves += 1
        self.over = self.moves == 3
        return f"{self.moves}"


def counting(**limits: int) -> Episode:
    return Episode("p", "count", Counter(), limits=EpisodeLimits(**limits))


def test_limits_end_an_episode_by_name():
    turns = counting(turns=2)
    assert [turns.say("hm").done, turns.say("hm").done] == [False, True]
    assert turns.ended == "turns"
    calls = counting(calls=2)
    assert [one.done for one in calls.respond([Call("add", {})] * 4)] == [False, True, True, True]
    assert (calls.ended, calls.world.moves, calls.illegal) == ("calls", 2, 2)
    over = counting()
    over.respond([Call("add", {})] * 5, "all at once")
    assert (over.ended, over.world.moves, over.illegal) == ("over", 3, 2)
    assert not over.call("add", {}).legal
    assert len(over.turns) == 1
    slow = counting(seconds=-1)
    assert slow.call("add", {}).done
    assert slow.ended == "seconds"


def test_a_large_observation_is_cut_and_a_record_of_it_replays():
    episode = counting(observation=100)
    seen = episode.call("look", {})
    assert len(seen.text) < 200
    assert "10000000 characters" in seen.text


def test_a_seeded_suite_is_an_episode_suite():
    assert len(GAMES) >= 6
    for name in GAMES:
        suite = load(name, size=1)
        assert isinstance(suite, EpisodeSuite)
        problem = suite[0]
        assert isinstance(problem, Problem)
        assert json.loads(json.dumps(dict(problem.meta))) == dict(problem.meta)
