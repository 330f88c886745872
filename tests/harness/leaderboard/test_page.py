"""The page in a real Chromium, as a person uses it: sorted, filtered, opened, on a phone."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from assay.harness.leaderboard.viewer import make_server

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


def _models(page: Any) -> list[str]:
    return page.locator("#table tbody [data-run]").all_inner_texts()


def _open(page: Any, model: str) -> None:
    page.locator("#table [data-run]", has_text=model).click()
    page.locator("#drill-list details").first.wait_for()


def test_the_table_is_sorted_by_accuracy_and_by_any_column(visit: Visit, address: str) -> None:
    page = visit(address)
    assert _models(page)[0] == "openai/grand"
    assert _models(page)[-1] == "bundled"
    page.locator("[data-sort=tokens]").click()
    assert _models(page)[0] == "openai/waste"
    page.locator("[data-sort=tokens]").click()
    assert _models(page)[0] == "bundled"
    heading = page.locator("th", has=page.locator("[data-sort=tokens]"))
    assert heading.get_attribute("aria-sort") == "ascending"
    page.locator("[data-sort=cost]").click()
    page.locator("[data-sort=cost]").click()
    assert _models(page)[:3] == ["openai/small", "openai/grand", "openai/waste"]
    assert set(_models(page)[3:]) == {"bundled", "hf/open-model-7b"}, "those without a price last"


def test_rank_sets_intervals_and_missing_problems_are_shown(visit: Visit, address: str) -> None:
    page = visit(address)
    row = page.locator("#table tbody tr", has_text="openai/small")
    assert row.locator(".rank").inner_text() == "2–3"
    assert row.locator(".bar .band").count() == 1
    assert "60.0" in row.inner_text()
    assert "50 of 80" in page.locator("#table tbody tr", has_text="bundled").inner_text()


def test_filters_by_domain_suite_date_and_model(visit: Visit, address: str) -> None:
    page = visit(address)
    page.locator("#domain").select_option("logic")
    assert "bundled" not in _models(page)
    assert page.locator("#suite option").all_inner_texts() == ["all of logic", "boolean_circuits"]
    page.locator("#domain").select_option("")
    page.locator("#suite").select_option("sequences")
    assert len(_models(page)) == 5
    page.locator("#since").fill("2026-01-04")
    page.locator("#since").dispatch_event("change")
    assert set(_models(page)) == {"hf/open-model-7b", "bundled"}
    page.locator("#since").fill("")
    page.locator("#since").dispatch_event("change")
    page.locator("#model").fill("OPENAI")
    assert set(_models(page)) == {"openai/grand", "openai/small", "openai/waste"}
    assert page.locator("#count").inner_text() == "3 of 5 runs"


def test_the_address_remembers_the_filters_and_the_run(visit: Visit, address: str) -> None:
    page = visit(f"{address}#suite=arithmetic&model=small&run=run-2")
    assert _models(page) == ["openai/small"]
    page.locator("#drill-list details").first.wait_for()
    assert page.locator("#drill-suite").input_value() == "arithmetic"
    page.locator("#model").fill("")
    page.wait_for_function("!location.hash.includes('model')")
    assert "run=run-2" in page.evaluate("location.hash")


def test_a_sample_opens_with_prompt_completion_answer_and_reason(
    visit: Visit, address: str
) -> None:
    page = visit(address)
    _open(page, "openai/small")
    assert page.locator("#drill-count").inner_text() == "50 of 160 samples"
    page.locator("#drill-more").click()
    assert page.locator("#drill-list details").count() == 100
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


def test_plots_hold_every_run_and_the_pareto_front(visit: Visit, address: str) -> None:
    page = visit(address)
    captions = page.locator("#plots figcaption").all_inner_texts()
    assert captions[:3] == [
        "Accuracy against tokens", "Accuracy against cost", "Accuracy within a token budget",
    ]  # fmt: skip
    assert captions[3].startswith("Several samples")
    tokens, cost, budget, several = page.locator("#plots svg").all()
    assert tokens.locator(".dot").count() == 5
    assert tokens.locator(".dot.best").count() == 3, "bundled, small and grand"
    assert cost.locator(".dot").count() == 3
    assert "openai/waste: 55.0%" in cost.get_attribute("aria-label")
    assert budget.locator(".curve:not(.dashed)").count() == 5
    assert several.locator(".dashed").count() == 5


def test_the_matrix_of_pairs_is_antisymmetric_and_explains_itself(
    visit: Visit, address: str
) -> None:
    page = visit(address)
    assert page.locator("#pairs .win").count() == page.locator("#pairs .lose").count() > 0
    assert page.locator("#pairs .tie").count() == 2
    page.locator("#pairs .win").first.click()
    detail = page.locator("#pair-detail").inner_text()
    assert "openai/grand is better than" in detail
    assert "80 common problems" in detail


def test_everything_is_reached_by_keyboard(visit: Visit, address: str) -> None:
    page = visit(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
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
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "openai/waste is worse than openai/small" in page.locator("#pair-detail").inner_text()
    assert page.locator("#pairs [tabindex='0']").count() == 1, "the matrix is one tab stop"


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


def test_a_phone_needs_no_sideways_scrolling(visit: Visit, address: str) -> None:
    page = visit(address, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    right = page.evaluate("document.querySelector('#table .bar').getBoundingClientRect().right")
    assert right <= 360, "rank, model and accuracy are in view"
    _open(page, "openai/grand")
    page.locator("#drill-list summary").first.click()
    page.locator("#drill-list pre").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


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
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const color = numbers(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
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
