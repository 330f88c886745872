"""docs/suites.md says what the generated suites are: its table is made from them.

`python tests/tasks/logic/test_suites_page.py` rewrites the table.
"""

import re
from pathlib import Path

from assay.tasks import load, names
from assay.tasks.registry import options_of
from assay.tasks.suite import GeneratedSuite

PAGE = Path(__file__).resolve().parents[3] / "docs" / "suites.md"
BEGIN, END = "<!-- table of generated suites -->", "<!-- end of the table -->"


def _generated() -> list[str]:
    return [name for name in names("logic") if "difficulty" in options_of(name)]


def _row(name: str) -> str:
    suite = load(name)
    assert isinstance(suite, GeneratedSuite)
    paragraphs = [" ".join(part.split()) for part in (suite.__doc__ or "").split("\n\n")]
    harder = next(part for part in paragraphs if part.startswith("Difficulty: "))
    form = re.search(r"Give (.*?),? as <answer>", suite[0].prompt)
    assert form is not None
    told = harder.removeprefix("Difficulty: ")
    answer = re.sub(r"for [A-Z]\w*(?:, [A-Z]\w*)* in", "for each person in", form[1])
    cells = [f"`{name}`", paragraphs[0], told[0].upper() + told[1:], answer]
    return "| " + " | ".join(cells) + " |"


def table() -> str:
    """One row for each generated suite: its levels, what they change, and what an answer is."""
    rows = [
        "| suite | level 1 to level 10 | a higher level means | an answer is |",
        "|---|---|---|---|",
    ]
    return "\n".join([*rows, *(_row(name) for name in _generated())])


def test_the_table_is_that_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == table()


def test_every_suite_of_logic_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in names("logic") if f"`{name}" not in text] == []


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
