"""The page in a real Chromium, as a person uses it: sorted, filtered, opened, on a phone."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from assay.harness.comparison.runs import scores_of
from assay.harness.leaderboard.markdown import place
from assay.harness.leaderboard.viewer import make_server
from assay.harness.results import RunFolder

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("ASSAY_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: install it or set ASSAY_CHROMIUM to its path"
)
# The sandbox of Chromium needs privileges that containers lack; the rest keeps it off the network.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds to wait for what should come at once, for a slow and busy machine."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=2 * PATIENCE
        )
        yield opened
        opened.close()


class Visit:
    """Opens pages, and collects whatever any of them complains about."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.complaints: list[str] = []

    def __call__(self, address: str, width: int = 1280, **options: Any) -> Any:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        # What is out of view is not laid out and has no inner text; here all counts as seen.
        page.add_style_tag(content="main > section { content-visibility: visible !important }")
        self.wait(page)
        return page

    @staticmethod
    def wait(page: Any) -> None:
        """Until everything that the filters ask for is drawn."""
        page.wait_for_function("Number(document.body.dataset.drawn) === turn")


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    visit = Visit(browser)
    yield visit
    for context in list(browser.contexts):
        context.close()
    assert visit.complaints == []


@pytest.fixture
def address(results: Path) -> str:
    return (results / "index.html").as_uri()


@pytest.fixture
def first_group(results: Path) -> dict[str, Any]:
    """The board that the page opens with."""
    return json.loads((results / "leaderboard.json").read_text())["groups"][0]


def _models(page: Any) -> list[str]:
    return page.locator("#ranked [data-run]").all_inner_texts()


def _open(page: Any, model: str) -> None:
    page.locator("#table [data-run]", has_text=model).click()
    page.locator("#drill-list details").first.wait_for()


def _state(page: Any) -> dict[str, str]:
    return page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")


def test_the_first_sentence_says_who_is_first(visit: Visit, address: str) -> None:
    page = visit(address)
    said = page.locator("#sentence").inner_text()
    assert said.startswith("openai/grand is first; ahead of the next by ")
    page.locator("#group").select_option(label="sequences")
    assert "tied" in page.locator("#sentence").inner_text() or "first" in said


def test_the_table_is_sorted_by_accuracy_and_by_any_column(visit: Visit, address: str) -> None:
    page = visit(address)
    assert _models(page)[0] == "openai/grand"
    page.locator("[data-sort=tokens]").click()
    assert _models(page)[0] == "openai/waste"
    page.locator("[data-sort=tokens]").click()
    assert _models(page)[0] == "openai/small"
    heading = page.locator("th", has=page.locator("[data-sort=tokens]"))
    assert heading.get_attribute("aria-sort") == "ascending"
    page.locator("[data-sort=cost]").click()
    page.locator("[data-sort=cost]").click()
    assert _models(page) == ["openai/small", "openai/grand", "openai/waste", "hf/open-model-7b"]


def test_ranks_intervals_settings_and_outcomes_are_shown(
    visit: Visit, address: str, first_group: dict[str, Any]
) -> None:
    page = visit(address)
    row = page.locator("#ranked tr", has_text="openai/small")
    assert row.locator(".rank").inner_text() == place(first_group["rows"]["run-2"]["rank"])
    assert row.locator(".bar .band").count() == 1
    accuracy = first_group["rows"]["run-2"]["accuracy"]
    assert 0 < accuracy < 1
    assert f"{100 * accuracy:.1f}" in row.inner_text()
    assert row.locator(".chip").all_inner_texts() == [
        "T=0", "2 samples", "seed 0", "\N{LESS-THAN OR EQUAL TO} 1024 tokens",
    ]  # fmt: skip
    said = row.locator(".strip").get_attribute("aria-label")
    right = round(160 * accuracy)
    assert said == f"correct {right}, wrong {160 - right}"


def test_what_cannot_be_compared_is_below_the_line(visit: Visit, address: str) -> None:
    page = visit(address)
    row = page.locator("#below tr", has_text="bundled")
    assert row.locator(".rank").inner_text() == "\N{EN DASH}"
    assert "did not sit boolean_circuits" in row.inner_text()
    page.locator("#group").select_option(label="arithmetic")
    assert "bundled" in _models(page)
    assert page.locator("#below").count() == 0


def test_filters_by_board_date_and_model(visit: Visit, address: str) -> None:
    page = visit(address)
    page.locator("#group").select_option(label="boolean_circuits")
    assert "bundled" not in page.locator("#table").inner_text()
    page.locator("#group").select_option(label="sequences")
    assert len(_models(page)) == 5
    page.locator("#since").fill("2026-01-04")
    page.locator("#since").dispatch_event("change")
    assert set(_models(page)) == {"hf/open-model-7b", "bundled"}
    page.locator("#since").fill("")
    page.locator("#since").dispatch_event("change")
    page.locator("#model").fill("OPENAI")
    assert set(_models(page)) == {"openai/grand", "openai/small", "openai/waste"}
    assert page.locator("#count").inner_text().startswith("3 ranked entries")


def test_the_address_holds_the_view_and_back_returns(visit: Visit, address: str) -> None:
    page = visit(f"{address}#group=arithmetic&model=small&run=run-2")
    assert _models(page) == ["openai/small"]
    page.locator("#drill-list details").first.wait_for()
    label = "document.querySelector('#drill-task').selectedOptions[0].label"
    assert page.evaluate(label) == "arithmetic"
    page.locator("#drill-status").select_option("incorrect")
    page.locator("#drill-list summary").first.click()
    page.wait_for_function("location.hash.includes('sample')")
    opened = page.evaluate("location.href")
    other = visit(opened)
    other.locator("#drill-list details[open] pre").first.wait_for()
    assert other.locator("#drill-list details[open]").count() == 1
    assert other.locator("#drill-status").input_value() == "incorrect"
    page.go_back()
    page.wait_for_function("!location.hash.includes('sample')")
    page.locator("#drill-list details").first.wait_for()
    assert page.locator("#drill-list details[open]").count() == 0
    page.go_back()
    page.wait_for_function("!location.hash.includes('status')")
    assert page.locator("#drill-status").input_value() == ""
    assert _state(page)["model"] == "small"


def test_sort_fold_and_comparison_are_in_the_address(visit: Visit, address: str) -> None:
    page = visit(address)
    page.locator("[data-sort=tokens]").click()
    page.locator("[data-fold=math]").click()
    page.locator("[data-choose=run-1]").check()
    page.locator("[data-choose=run-3]").check()
    page.locator("#chosen-open").click()
    page.locator("#compare-list details").first.wait_for()
    other = visit(page.evaluate("location.href"))
    other.locator("#compare-list details").first.wait_for()
    assert _models(other)[0] == "openai/waste"
    assert other.locator("#heat tbody tr").first.locator("td").count() == 2
    assert "A: openai/grand and B: openai/waste" in other.locator("#compare-title").inner_text()
    page.go_back()
    page.wait_for_function("document.querySelector('#compare').hidden")


def test_the_heat_map_folds_sorts_and_explains_a_cell(visit: Visit, address: str) -> None:
    page = visit(address)
    first = page.locator("#heat tbody tr").first
    assert first.locator("th").inner_text() == "openai/grand"
    assert first.locator("td").count() == 3
    first.locator("td").first.click()
    detail = page.locator("#heat-detail").inner_text()
    assert "openai/grand on boolean_circuits" in detail
    assert "95% interval" in detail
    page.locator("[data-fold=math]").click()
    Visit.wait(page)
    assert page.locator("#heat tbody tr").first.locator("td").count() == 2
    page.locator("#heat tbody tr").first.locator("td").nth(1).click()
    assert "the mean of 2 of 2 tasks" in page.locator("#heat-detail").inner_text()
    page.locator("[data-heat^=boolean]").click()
    Visit.wait(page)
    values = page.locator("#heat tbody tr td:nth-child(2)").all_inner_texts()
    known = [float(value) for value in values if value != "\N{MIDDLE DOT}"]
    assert known == sorted(known, reverse=True)


def test_a_sample_opens_with_prompt_completion_answer_and_reason(
    visit: Visit, address: str
) -> None:
    page = visit(address)
    _open(page, "openai/small")
    assert page.locator("#drill-count").inner_text() == "50 of 60 samples"
    page.locator("#drill-more").click()
    assert page.locator("#drill-list details").count() == 60
    page.locator("#drill-status").select_option("correct")
    card = page.locator("#drill-list details").first
    card.locator("summary").click()
    card.locator("pre").first.wait_for()
    text = card.inner_text()
    for part in ("correct", "extracted", "gold", "Give the final answer as", "of them thought"):
        assert part.lower() in text.lower()
    assert "<answer>" in card.locator("pre").last.inner_text()
    assert card.locator(".reason").inner_text()
    assert "onerror" in card.locator("pre.thought").inner_text(), "a thought is shown, as text"
    assert page.evaluate("window.broken") is None


def test_samples_are_searched_and_closed(visit: Visit, address: str) -> None:
    page = visit(address)
    _open(page, "openai/grand")
    page.locator("#drill-text").fill("no such text anywhere")
    assert page.locator("#drill-count").inner_text() == "0 of 0 samples"
    page.locator("#drill-close").click()
    assert page.locator("#drill").is_hidden()
    assert page.evaluate("document.activeElement.dataset.run") == "run-1"


def test_samples_that_are_gone_are_said(visit: Visit, results: Path, tmp_path: Path) -> None:
    shutil.copy(results / "index.html", tmp_path)
    page = visit((tmp_path / "index.html").as_uri())
    page.locator("#table [data-run]").first.click()
    page.locator("#drill-count", has_text="cannot be read").wait_for()
    assert all("ERR_FILE_NOT_FOUND" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_two_models_are_compared_problem_by_problem(
    visit: Visit, address: str, results: Path
) -> None:
    page = visit(address)
    page.locator("#pairs .win").first.click()
    page.locator("#pair-open").click()
    page.locator("#compare-list details").first.wait_for()
    assert page.locator("#forest .dot").count() == 3
    assert "A is better than B" in page.locator("#compare-note").inner_text()
    page.locator("#compare-kind").select_option("a")
    counted = page.locator("#compare-count").inner_text()
    a = scores_of(RunFolder(results / "runs" / "run-1"))
    assert "openai/grand" in page.locator("#compare-title").inner_text()
    other = "run-4" if "open-model" in page.locator("#compare-title").inner_text() else "run-2"
    b = scores_of(RunFolder(results / "runs" / other))
    task = page.evaluate("document.querySelector('#compare-task').selectedOptions[0].label")

    def solved(scores: dict[str, list[float]], key: str) -> bool:
        return sum(scores[key]) / len(scores[key]) >= 0.5

    only = sum(solved(a[task], key) and not solved(b[task], key) for key in a[task])
    assert f"only A {only}," in counted
    card = page.locator("#compare-list details").first
    card.locator("summary").click()
    card.locator(".beside pre").first.wait_for()
    assert card.locator(".beside > div").count() == 2
    assert "gold" in card.inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#compare").is_hidden()


def test_programs_keep_their_lines_and_are_highlighted(visit: Visit, address: str) -> None:
    page = visit(address)
    code = "Sure.\n```python\ndef f(x):\n    return 'a<b'  # why\n```\n"
    page.evaluate("(text) => document.body.append(...texts({completion: text}))", code)
    shown = page.locator("pre.code")
    assert shown.inner_text().splitlines()[:2] == ["def f(x):", "    return 'a<b'  # why"]
    assert shown.locator(".t-word").all_inner_texts() == ["def", "return"]
    assert shown.locator(".t-text").inner_text() == "'a<b'"


def test_plots_hold_every_run_and_the_pareto_front(
    visit: Visit, address: str, first_group: dict[str, Any]
) -> None:
    page = visit(address)
    captions = page.locator("#plots figcaption").all_inner_texts()
    assert captions[:3] == [
        "Accuracy against tokens", "Accuracy against cost", "Accuracy within a token budget",
    ]  # fmt: skip
    assert captions[3].startswith("Several samples")
    tokens, cost, budget, several = page.locator("#plots svg").all()
    assert tokens.locator(".dot").count() == 4
    assert tokens.locator(".dot.best").count() == 2, "small and grand"
    assert cost.locator(".dot").count() == 3
    accuracy = first_group["rows"]["run-3"]["accuracy"]
    assert f"openai/waste: {100 * accuracy:.1f}%" in cost.get_attribute("aria-label")
    assert budget.locator(".curve:not(.dashed)").count() == 4
    assert several.locator(".dashed").count() == 4


def test_labels_do_not_collide_and_axes_fit_the_data(visit: Visit, address: str) -> None:
    page = visit(address)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("#plots svg")].map((svg) =>
            [...svg.querySelectorAll("text")].map((t) => t.getBoundingClientRect())
              .map((b) => [b.left, b.right, b.top, b.bottom]))"""
    )
    for texts in boxes:
        for i, a in enumerate(texts):
            for b in texts[i + 1 :]:
                apart = a[1] <= b[0] + 1 or b[1] <= a[0] + 1 or a[3] <= b[2] + 4 or b[3] <= a[2] + 4
                assert apart, (a, b)
    used = page.evaluate(
        """() => { const svg = document.querySelector("#plots svg"),
            marks = [...svg.querySelectorAll(".whisker")],
            y = marks.flatMap((w) => [+w.getAttribute("y1"), +w.getAttribute("y2")]);
            return (Math.max(...y) - Math.min(...y)) / (BOX.h - BOX.t - BOX.b); }"""
    )
    assert used > 0.7, "the data fill the height"


def test_a_legend_highlights_one_model_in_every_plot(visit: Visit, address: str) -> None:
    page = visit(address)
    page.locator("#plots .legend [data-key=run-3]").first.click()
    Visit.wait(page)
    assert page.locator("#plots g.lit").count() == page.locator("#plots figure").count()
    assert _state(page)["mark"] == "run-3"
    dimmed = "getComputedStyle(document.querySelector('#plots g.mark:not(.lit)')).opacity"
    assert float(page.evaluate(dimmed)) < 0.5


def test_the_matrix_of_pairs_is_antisymmetric_and_explains_itself(
    visit: Visit, address: str, first_group: dict[str, Any]
) -> None:
    page = visit(address)
    separated = sum(test["p_holm"] < 0.05 for test in first_group["pairs"].values())
    assert page.locator("#pairs .win").count() == page.locator("#pairs .lose").count() == separated
    assert page.locator("#pairs .tie").count() == 12 - 2 * separated
    page.locator("#pairs .win").first.click()
    detail = page.locator("#pair-detail").inner_text()
    assert "openai/grand is better than" in detail
    assert "80 common problems" in detail


def test_every_view_is_saved_as_csv_json_and_png(visit: Visit, address: str) -> None:
    page = visit(address)
    for view in ("scores", "heat", "pairs", "Accuracy against tokens"):
        for kind in ("CSV", "JSON", "PNG"):
            with page.expect_download() as waited:
                page.get_by_role("button", name=f"{view} as {kind}", exact=True).click()
            content = Path(waited.value.path()).read_bytes()
            if kind == "CSV":
                lines = content.decode().splitlines()
                assert len(lines) > 3
                assert any("openai/grand" in line for line in lines)
            elif kind == "JSON":
                assert any("openai/grand" in row.values() for row in json.loads(content))
            else:
                assert content.startswith(b"\x89PNG")
                assert len(content) > 3000, "something is drawn"


def test_a_spreadsheet_runs_nothing_from_a_csv(visit: Visit, address: str) -> None:
    page = visit(address)
    assert page.evaluate("csv([{a: '=1+1', b: -2, c: 'x,\"y'}])") == (
        'a,b,c\r\n\'=1+1,-2,"x,""y"\r\n'
    )


def test_everything_is_reached_by_keyboard(visit: Visit, address: str) -> None:
    page = visit(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "scroll"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.run"):
            break
    page.keyboard.press("Enter")
    page.locator("#drill-list details").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "drill-title"
    page.locator("#drill-list summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("#drill-list pre").first.wait_for()
    page.locator("#pairs td[tabindex]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "not separated from" in page.locator("#pair-detail").inner_text()
    assert page.locator("#pairs [tabindex='0']").count() == 1, "the matrix is one tab stop"
    assert page.locator("#heat [tabindex='0']").count() == 1


def test_controls_and_pictures_have_names(visit: Visit, address: str) -> None:
    page = visit(address)
    _open(page, "openai/grand")
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input, select, button, svg[role=img]")]
            .filter((e) => !(e.labels && e.labels.length) && !e.textContent.trim()
                && !e.getAttribute("aria-label")).map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    assert page.evaluate("document.documentElement.lang") == "en"
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_violation(visit: Visit, address: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page = visit(f"{address}#run=run-1", width=width)
    page.locator("#drill-list summary").first.click()
    page.locator("#drill-list pre").first.wait_for()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page = visit(f"{address}#a=run-1&b=run-2", width=width)
    page.locator("#compare-list summary").first.click()
    page.locator("#compare-list pre").first.wait_for()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_phone_needs_no_sideways_scrolling(visit: Visit, address: str) -> None:
    page = visit(address, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    card = page.locator("#ranked tr").first
    assert card.bounding_box()["width"] <= 360
    assert card.locator("[data-label=Tokens]").is_visible(), "a card shows what a row does"
    _open(page, "openai/grand")
    page.locator("#drill-list summary").first.click()
    page.locator("#drill-list pre").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page = visit(f"{address}#a=run-1&b=run-2", width=360)
    page.locator("#compare-list summary").first.click()
    page.locator("#compare-list pre").first.wait_for()
    assert page.evaluate("document.querySelector('#compare').scrollWidth") <= 360


def test_paper_shows_the_numbers_and_no_controls(visit: Visit, address: str) -> None:
    page = visit(address)
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    assert page.locator("#ranked tr").first.is_visible()
    assert page.locator(".mini").first.is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(visit: Visit, address: str, scheme: str) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3) for every piece of text outside plots."""
    page = visit(address, color_scheme=scheme)
    _open(page, "openai/small")
    page.locator("#drill-list summary").first.click()
    page.locator("#drill-list pre").first.wait_for()
    poor = page.evaluate(CONTRAST)
    assert poor == []
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (body == "rgb(255, 255, 255)") == (scheme == "light")


CONTRAST = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const mix = (over, under) =>
    over.slice(0, 3).map((c, i) => over[3] * c + (1 - over[3]) * under[i]);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const color = numbers(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
      if (color[3] > 0) return mix(color, behind(e.parentElement));
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *:not(svg *)")]
    .filter((e) => e.offsetParent)
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((e) => {
      const [ink, paper] = [light(numbers(getComputedStyle(e).color)), light(behind(e))];
      const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      return [ratio, e.className, e.textContent.slice(0, 30)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


def test_the_page_works_as_assay_view_serves_it(visit: Visit, results: Path) -> None:
    with make_server(results, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            page = visit(f"http://127.0.0.1:{server.server_address[1]}/")
            _open(page, "hf/open-model-7b")
            assert page.locator("#drill-list details").count() == 50
        finally:
            server.shutdown()
