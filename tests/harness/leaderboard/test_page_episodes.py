"""An episode on the page: a conversation, boards as text, and where it was lost."""

import json
from pathlib import Path

import pytest
from assay.harness.evaluation import TaskSpec, evaluate
from assay.harness.leaderboard.build import build_leaderboard
from assay.tasks import load

from .test_page import CONTRAST, Visit, browser, pytestmark, visit

__all__ = ["browser", "pytestmark", "visit"]
SPECS = [
    TaskSpec(name, {"difficulty": 1, "size": 3, "seed": 2})
    for name in ("river_crossing", "lights_out", "mastermind")
]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random plays, and the best ones."""
    out = tmp_path_factory.mktemp("played")
    for name in ("random", "oracle"):
        evaluate(name, SPECS, out=out, run_id=name, progress=False)
    build_leaderboard(out)
    return out


def _samples(out: Path, run: str, suite: str) -> list[dict[str, object]]:
    text = (out / "leaderboard_samples" / run / f"{suite}.js").read_text()
    data = json.loads(text[text.index(", {") + 2 : text.rindex(")")])
    return [one | {"problem": data["problems"][one["at"]]["problem"]} for one in data["samples"]]


def test_an_episode_is_lost_where_no_play_wins_from(played: Path) -> None:
    suite = load("river_crossing", **SPECS[0].options)
    marked = 0
    for sample in _samples(played, "random", "river_crossing"):
        if sample["score"] == 1:
            assert "lost" not in sample
            continue
        turn, why = sample["lost"]  # type: ignore[misc]
        assert why == "from here on no play wins"
        problem = suite.find(str(sample["problem"]))
        calls = [
            (turn["calls"][0]["name"], turn["calls"][0]["arguments"])
            for turn in json.loads(str(sample["completion"]))["turns"]
        ]
        for count, hopeless in ((turn, False), (turn + 1, True)):
            episode = suite.start(problem)
            for call in calls[:count]:
                episode.call(*call)
            assert suite.hopeless(problem, episode.world) is hopeless
        marked += 1
    assert marked > 0
    assert all("lost" not in one for one in _samples(played, "oracle", "lights_out"))


def test_a_game_that_no_search_knows_marks_the_last_illegal_action_or_turn() -> None:
    from assay.harness.leaderboard.samples import lost_mark

    suite = load("mastermind", **SPECS[2].options)
    episode = suite.start(suite[0])
    record = {"problem_id": suite[0].id, "completion": "no record"}
    assert lost_mark(suite, record, True) is None
    for code in ("99", "11"):
        episode.call("guess", {"code": code})
    record["completion"] = episode.record()
    assert lost_mark(suite, record, True) == [0, "the last illegal action"]
    other = suite.start(suite[0])
    other.call("guess", {"code": "11"})
    assert lost_mark(suite, record | {"completion": other.record()}, True) == [0, "the last turn"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_an_episode_is_read_as_a_conversation(
    visit: Visit, played: Path, width: int, scheme: str
) -> None:
    address = (played / "index.html").as_uri()
    page = visit(f"{address}#run=random", width=width, color_scheme=scheme)
    page.locator("#drill-task").select_option(label="lights_out")
    lost = next(one for one in _samples(played, "random", "lights_out") if "lost" in one)
    card = page.locator(f'#drill-list > [data-sample="{lost["problem"]}#{lost["sample"]}"]')
    card.locator("summary").first.click()
    turns = card.locator("ol.turns > li")
    turns.first.wait_for()
    assert turns.count() == len(json.loads(str(lost["completion"]))["turns"])
    call = turns.first.locator("details.call")
    assert call.locator("summary").inner_text().startswith("press(row=")
    assert call.locator("pre").is_hidden()
    call.locator("summary").click()
    assert "column: " in call.locator("pre").inner_text()
    board = turns.first.locator("pre.board")
    assert len(board.inner_text().splitlines()) == 3
    style = "(node) => [getComputedStyle(node).fontFamily, getComputedStyle(node).whiteSpace]"
    family, space = board.evaluate(style)
    assert "mono" in family
    assert space == "pre"
    mark = card.locator(".lost > .lost-mark")
    assert mark.count() == 1
    assert "lost here from here on no play wins" in mark.inner_text()
    assert card.locator(".lost").get_attribute("data-turn") == str(lost["lost"][0] + 1)  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CONTRAST) == []
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_text_of_a_model_stays_text_and_long_outputs_are_folded(visit: Visit, played: Path) -> None:
    page = visit((played / "index.html").as_uri())
    hostile = "<img src=x onerror='window.broken=1'>"
    call = {"name": hostile, "arguments": "{no json"}
    turn = {
        "text": f"<think>hm</think>So <tool_call>{hostile}</tool_call>", "calls": [call],
        "observations": [{"text": f"{hostile}\n" * 40, "illegal": True}],
    }  # fmt: skip
    episode = json.dumps({"episode": 1, "turns": [turn, {"text": "free", "calls": []}]},
                         separators=(",", ":"))  # fmt: skip
    page.evaluate("(text) => document.body.append(...texts({completion: text}))", episode)
    item = page.locator("ol.turns > li").first
    assert item.locator("summary").all_inner_texts()[0] == "thought"
    assert "{no json" in item.locator("details.call summary").inner_text()
    assert item.locator("details", has_text="40 lines").count() == 1 or (
        item.locator("summary", has_text="41 lines").count() == 1
    )
    assert item.locator(".badge").inner_text() == "illegal"
    assert page.locator("ol.turns > li").nth(1).inner_text().strip() == "free"
    assert page.evaluate("window.broken") is None
    assert page.evaluate("episodeOf('{\"episode\":1') === null")
