"""Runs every command of the documents, unchanged, in an empty folder.

A block that cannot run here (it needs a server, an hour or another program) is preceded by
`<!-- not run: reason -->`; its options are then still checked against the command line.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from assay.harness.cli import run

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "sandbox").glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
PYTHON_TOO = {"README.md", "CONTRIBUTING.md"}
"""Elsewhere scripts in Python have tests of their own."""
_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>[^\n]+?) -->\s*\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    document: Path
    kind: str
    text: str
    reason: str | None

    @property
    def runs(self) -> bool:
        python = self.kind == "python" and self.document.name in PYTHON_TOO
        return self.reason is None and (self.kind == "sh" or python)


def _blocks(document: Path) -> list[Block]:
    return [
        Block(document, found["kind"], found["text"], found["reason"])
        for found in _BLOCK.finditer(document.read_text())
    ]


def _name(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """As a user has it: the scripts of this environment on the path, and no network."""
    kept = {k: v for k, v in os.environ.items() if k not in ("ASSAY_DATA", "ASSAY_SANDBOX")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return kept | {"PATH": path, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def _run(block: Block, folder: Path, environment: dict[str, str]) -> None:
    command = ["bash", "-e", "-o", "pipefail", "-c", block.text]
    if block.kind == "python":
        command = [sys.executable, "-c", block.text]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, f"{block.text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_command_runs(document: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    for block in _blocks(document):
        if block.runs:
            _run(block, tmp_path, environment)


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_commands_stand_in_blocks_and_those_not_run_say_why(document: Path) -> None:
    text = _BLOCK.sub("", document.read_text())
    loose = re.findall(r"^ {4,}(?:assay|python|make|pip|torchrun) .*$", text, re.MULTILINE)
    assert loose == [], "put commands into ```sh blocks"
    for block in _blocks(document):
        assert block.reason is None or len(block.reason) > 8


def _assay_commands() -> list[tuple[str, list[str]]]:
    """(document, words) of each assay command in a block that is not run."""
    found = []
    for document in DOCUMENTS:
        for block in _blocks(document):
            if block.kind != "sh" or block.reason is None:
                continue
            for line in block.text.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["assay"]:
                    found.append((_name(document), words[1:]))
    return found


@pytest.mark.parametrize(("document", "words"), _assay_commands())
def test_options_of_commands_that_are_not_run_exist(
    document: str, words: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "300")
    assert run([words[0], "--help"]) == 0, f"{document}: there is no verb {words[0]}"
    helped = capsys.readouterr().out
    for word in words[1:]:
        if word.startswith("--"):
            assert word.partition("=")[0] in helped, f"{document}: {word}"


def test_no_merge_is_left_half_done() -> None:
    changes = sorted((ROOT / "docs" / "changelog.d").glob("*.md"))
    for document in [*DOCUMENTS, ROOT / "CHANGELOG.md", *changes]:
        assert not re.search(r"^(?:<{7}|>{7}|={7}$)", document.read_text(), re.MULTILINE), document


def _links(document: Path) -> list[str]:
    return re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_within_the_repository_lead_somewhere(document: Path) -> None:
    for link in _links(document):
        assert (document.parent / link).exists(), link
