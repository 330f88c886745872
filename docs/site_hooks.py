"""Hooks of `make docs`: the README is the first page, and links that leave the site become text."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TO_DOCS = re.compile(r"\]\(docs/")
_TO_REPOSITORY = re.compile(
    r"\[([^\]]+)\]\(((?:\.\./|sandbox/|results/|CONTRIBUTING|Makefile)[^)]*)\)"
)
_PICTURE = re.compile(r"(!\[[^\]]*\]\()docs/")


def on_page_markdown(markdown: str, *, page: object, config: object, files: object) -> str:
    """The text of a page before it is rendered (mkdocs' plugin event of that name)."""
    if page.file.src_uri == "index.md":  # type: ignore[attr-defined]
        markdown = (ROOT / "README.md").read_text()
        markdown = _TO_DOCS.sub("](", _PICTURE.sub(r"\1", markdown))
    return _TO_REPOSITORY.sub(_as_text, markdown)


def _as_text(link: re.Match[str]) -> str:
    """A file of the repository that the site does not hold: its name, and where it stands."""
    path = link[2].removeprefix("../")
    return f"{link[1]} (`{path}` in the repository)" if path not in link[1] else link[1]
