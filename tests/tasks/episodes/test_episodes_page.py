"""docs/episodes.md lists the suites of episodes: its table is made from them.

`python tests/tasks/episodes/test_episodes_page.py` rewrites the table.
"""

import re
from pathlib import Path

from assay.tasks import load, names

PAGE = Path(__file__).resolve().parents[3] / "docs" / "episodes.md"
BEGIN, END = "<!-- table of episodes -->", "<!-- end of the table -->"


def _row(name: str) -> str:
    suite = load(name, size=1)
    paragraphs = [" ".join(part.split()) for part in (type(suite).__doc__ or "").split("\n\n")]
    told = paragraphs[1].removeprefix("Difficulty: ")
    tools = ", ".join(f"`{one.name}`" for one in suite.start(suite[0]).tools)
    return f"| `{name}` | {paragraphs[0]} | {told[0].upper()}{told[1:]} | {tools} |"


def table() -> str:
    """One row for each suite: its levels, what they change, and its tools."""
    head = [
        "| suite | lowest to highest level | a higher level means | tools |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *map(_row, names("episodes"))])


def test_the_table_is_that_of_the_code():
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == table()


def test_the_python_example_runs():
    for block in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        exec(compile(block, "episodes.md", "exec"), {})


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
