"""The page in Chromium: abilities, problems worth a look, saved pictures, programs, sections."""

import json
from pathlib import Path
from typing import Any

import pytest

from .test_page import CONTRAST, Visit, browser, pytestmark, visit
from .test_page_extremes import _shows, untidy

__all__ = ["browser", "pytestmark", "untidy", "visit"]


@pytest.fixture
def address(results: Path) -> str:
    return (results / "index.html").as_uri()


def _open_problem(page: Any) -> Any:
    page.locator("#items-table [data-item]").first.click()
    page.locator("#problem-body details").first.wait_for()
    return page.locator("#problem")


def test_abilities_stand_apart_from_ranks_with_their_errors(
    visit: Visit, address: str, results: Path
) -> None:
    page = visit(address)
    section = page.locator("#abilities")
    assert "These are estimates, not ranks" in section.inner_text()
    assert section.locator(".rank").count() == 0
    (group,) = json.loads((results / "leaderboard.json").read_text())["abilities"]
    rows = page.locator("#ability-table tbody tr:not(.line)")
    assert rows.count() == len(group["entries"]) == 5, "bundled is on the scale, too"
    assert rows.first.locator("button").inner_text() == "openai/grand"
    shown = rows.first.locator("td").all_inner_texts()
    assert f"{group['entries'][0]['ability']:+.2f}" in shown[0]
    assert shown[1] == f"{group['entries'][0]['error']:.2f}"
    assert rows.first.locator(".band").count() == 1
    assert "on one scale" in page.locator("#ability-links").inner_text()
    page.locator("#model").fill("openai")
    Visit.wait(page)
    assert rows.count() == 3


def test_groups_that_nothing_connects_are_said(visit: Visit, untidy: str) -> None:
    page = visit(untidy)
    said = page.locator("#ability-links").inner_text()
    assert said.startswith("Not connected: the entries fall into ")
    assert page.locator("#ability-table .line").count() > 1
    assert "stands alone" in page.locator("#ability-table").inner_text()


def test_problems_are_listed_by_kind_and_open_everybodys_answers(
    visit: Visit, address: str
) -> None:
    page = visit(address)
    kinds = page.locator("#items-kind option").all_inner_texts()
    assert [kind.rpartition(" (")[0] for kind in kinds] == [
        "whose gold is doubted", "weak entries solve, strong ones fail", "solved by no entry",
        "all, the hardest first",
    ]  # fmt: skip
    page.locator("#items-kind").select_option("all")
    assert page.locator("#items-count").inner_text() == "20 of 80 problems"
    page.locator("#items-more").click()
    assert page.locator("#items-table tbody tr").count() == 40
    page.locator("#items-task").select_option(label="arithmetic")
    assert page.locator("#items-count").inner_text() == "20 of 30 problems"
    drawer = _open_problem(page)
    name = page.locator("#problem-title").inner_text()
    assert name.startswith("arithmetic")
    assert "solved by" in page.locator("#problem-note").inner_text()
    assert "gold" in drawer.inner_text()
    cards = drawer.locator("details")
    assert cards.count() == 5
    assert "openai/grand" in cards.first.inner_text(), "the most able entry is first"
    cards.first.locator("summary").click()
    cards.first.locator("pre").first.wait_for()
    other = visit(page.evaluate("location.href"))
    other.locator("#problem-body details").first.wait_for()
    assert other.locator("#problem-title").inner_text() == name
    assert other.locator("#items-kind").input_value() == "all"
    page.go_back()
    page.wait_for_function("document.querySelector('#problem').hidden")
    _open_problem(page)
    page.keyboard.press("Escape")
    assert page.locator("#problem").is_hidden()
    assert page.evaluate("Boolean(document.activeElement.dataset.item)")


def test_a_sample_leads_to_everybodys_answers(visit: Visit, address: str) -> None:
    page = visit(f"{address}#run=run-1")
    page.locator("#drill-task").select_option(label="boolean_circuits")
    page.locator("#drill-list summary", has_text="boolean_circuits").first.click()
    page.locator("#drill-list .mini").first.click()
    page.locator("#problem-body details").first.wait_for()
    assert page.locator("#drill").is_hidden()
    assert page.locator("#problem-body details").count() == 4, "bundled sat no boolean_circuits"


def test_drawers_and_sections_are_saved(visit: Visit, address: str) -> None:
    page = visit(f"{address}#items=all")
    saved = {}
    for view in ("abilities", "problems"):
        for kind in ("CSV", "JSON", "PNG"):
            saved[view, kind] = _saved(page, view, kind)
    assert len(json.loads(saved["abilities", "JSON"])) == 5
    assert len(saved["problems", "CSV"].decode().splitlines()) == 81
    _open_problem(page)
    assert len(json.loads(_saved(page, "problem", "JSON"))) == 8
    assert _saved(page, "problem", "PNG").startswith(b"\x89PNG")
    page.evaluate("go({...CLOSED, run: 'run-1'})")
    page.locator("#drill-list details").first.wait_for()
    assert len(_saved(page, "samples", "PNG")) > 10_000, "something is drawn"


def _saved(page: Any, view: str, kind: str) -> bytes:
    with page.expect_download() as waited:
        page.get_by_role("button", name=f"{view} as {kind}", exact=True).click()
    return Path(waited.value.path()).read_bytes()


def test_a_text_of_several_lines_is_saved_line_by_line(visit: Visit, address: str) -> None:
    page = visit(address)
    lines = page.evaluate(
        """() => { const pre = make("pre", {}, "first line\\nsecond\\n\\nthe last");
            $("drill").hidden = false; $("drill-list").replaceChildren(pre);
            return linesOf(pre.firstChild).map(([text]) => text); }"""
    )
    assert lines == ["first line", "second", "the last"]


def test_programs_are_highlighted_by_their_language(visit: Visit, address: str) -> None:
    page = visit(address)
    text = "```cpp\nint f() { return 7; } // why\n```\nor\n```python\nx = 7 // 2  # half\n```\n"
    page.evaluate("(text) => document.body.append(...texts({completion: text}))", text)
    shown = page.locator("pre.code")
    assert shown.count() == 2
    assert shown.nth(0).locator(".t-comment").inner_text() == "// why"
    assert shown.nth(0).locator(".t-word").all_inner_texts() == ["int", "return"]
    assert shown.nth(1).locator(".t-comment").inner_text() == "# half"
    assert shown.nth(1).locator(".t-number").all_inner_texts() == ["7", "2"]


def test_links_lead_to_the_sections_and_keep_the_address(visit: Visit, address: str) -> None:
    page = visit(f"{address}#model=openai")
    titles = page.locator("#sections a").all_inner_texts()
    assert titles == [
        "Scores", "Model by task", "Cost, budget and difficulty", "Pairwise tests",
        "Ability across different problems", "Problems worth a look",
    ]  # fmt: skip
    page.locator("#sections a", has_text="Ability").click()
    assert page.evaluate("document.activeElement.id") == "abilities-title"
    assert page.evaluate("location.hash") == "#model=openai"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_drawer_of_a_problem_fits_can_be_read_and_has_no_violation(
    visit: Visit, untidy: str, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page = visit(f"{untidy}#items=all", width=width, color_scheme=scheme)
    _shows(page, "arithmetic")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CONTRAST) == []
    drawer = _open_problem(page)
    drawer.locator("summary").first.click()
    drawer.locator("details pre").first.wait_for()
    assert page.evaluate("document.querySelector('#problem').scrollWidth") <= width
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_page_has_the_tests_and_curves_of_the_data(
    visit: Visit, address: str, results: Path
) -> None:
    page = visit(address)
    for group in json.loads((results / "leaderboard.json").read_text())["groups"]:
        for pair, test in group["pairs"].items():
            call = f"pairTest(groups.get({group['id']!r}), ...{pair.split('|')!r})"
            shown = page.evaluate(call)
            assert shown["difference"] == pytest.approx(test["difference"], abs=6e-5)
            assert shown["range"] == pytest.approx([test["low"], test["high"]], abs=6e-5)
            assert shown["p"] == pytest.approx(test["p_value"], rel=2e-3, abs=1e-60)
            assert (shown["kind"] != "tie") == (test["p_holm"] < 0.05)
    (first, *_) = json.loads((results / "leaderboard.json").read_text())["groups"]
    for entry, row in first["rows"].items():
        shown = page.evaluate(f"curveOf({entry!r}, 0)")
        assert shown == [[x, pytest.approx(y, rel=1e-3)] for x, y in row["budget_curve"]]
