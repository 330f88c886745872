"""A match asks every grader about every case, whatever a grader does, and loses nothing."""

import json
from pathlib import Path

import pytest
from assay.harness import cli
from assay.harness.matching import MatchSettings, play, read_cases, read_graders, report
from assay.sandbox.errors import UsageError

GRADERS = """
[graders.exact]
about = "the box is the gold"
code = '''
def grade(gold, completion):
    print("noise on stdout")
    return completion == "\\\\boxed{" + gold + "}"
'''
[graders.generous]
code = '''
import pathlib

def grade(gold, completion):
    pathlib.Path("left-behind.txt").write_text("x")
    return 1
'''
[graders.evaluating]
code = '''
def grade(gold, completion):
    return eval(completion.removeprefix("\\\\boxed{").removesuffix("}")) == eval(gold)
'''
[graders.unwell]
seconds = 6.0
code = '''
import os, time

def grade(gold, completion):
    if gold == "1":
        os._exit(3)
    if completion.endswith("{2}") and gold == "2":
        time.sleep(600)
    return None
'''
[graders.absent]
python = "/nowhere/python"
code = "grade = None"
[graders.broken]
code = "import a_module_that_does_not_exist"
"""
ROWS = [
    {"gold": str(n), "answer": str(n if right else n + 1), "equal": right, "group": str(n),
     "kind": "odd" if n % 2 else "even", "known_to": ["exact"] if n < 3 else []}
    for n in range(6) for right in (True, False)
]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    graders, cases = tmp_path / "graders.toml", tmp_path / "cases.jsonl"
    graders.write_text(GRADERS)
    rows = [*ROWS, {"gold": "", "answer": "1"}, {"completion": "no gold"}]
    cases.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return graders, cases


def test_a_match_survives_its_graders_and_goes_on(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.harness.matching.run.LOADED", 2)
    graders, (cases, left_out) = read_graders(files[0]), read_cases(files[1])
    assert left_out == 2
    settings = MatchSettings(tmp_path / "match", tmp_path / "environments", quiet=True)
    played = {one.name: one for one in play(graders, cases, settings)}
    assert "not a file" in played["absent"].failed
    assert "ModuleNotFoundError" in played["broken"].failed
    assert played["evaluating"].ran_code
    assert not played["exact"].ran_code
    assert played["generous"].wrote == ["left-behind.txt"]
    assert played["exact"].under_load == (0, 2)
    endings = [played["unwell"].grades[case.key].ending for case in cases]
    assert endings == ["none"] * 2 + ["died"] * 2 + ["hung"] + ["none"] * 7

    made = report(cases, list(played.values()), {"exact": "text"}, {"cases": left_out})
    lines = {line.name: line for line in made.lines}
    assert lines["exact"].labelled.accuracy == 1
    assert lines["exact"].unseen.cases == 6
    assert lines["generous"].labelled.false_positives == 6
    assert lines["generous"].by_kind["odd"].cases == 6
    gap = lines["generous"].difference
    assert gap is not None
    assert gap[0] == -0.5
    assert gap[1] < -0.5 < gap[2] < 0
    assert lines["generous"].groups_turned == (6, 6)
    # It pays 12 cases, the first grader 6 of them.
    assert lines["generous"].reward_moved == pytest.approx(6 / 18)
    assert lines["evaluating"].groups_turned == (0, 6)
    assert made.clusters[0].labelled_wrong + made.clusters[0].labelled_right > 0

    store = tmp_path / "match" / "grades.jsonl"
    lines_kept = [line for line in store.read_bytes().split(b"\n") if line]
    store.write_bytes(b"\n".join(lines_kept[:-1]) + b"\n" + lines_kept[-1][:30])
    again = play({"exact": graders["exact"], "unwell": graders["unwell"]}, cases, settings)
    assert [one.grades[case.key].ending for one in again for case in cases] == [
        played[name].grades[case.key].ending for name in ("exact", "unwell") for case in cases
    ]
    pairs = [
        (record["grader"], record["case"])
        for line in store.read_bytes().split(b"\n")
        if line.endswith(b"}")
        for record in [json.loads(line)]
    ]
    assert len(pairs) == len(set(pairs))


def test_the_command_writes_a_report(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["match", "--graders", str(files[0]), "--cases", str(files[1]), "--out", str(out),
               "--environments", str(tmp_path / "environments"), "--quiet"]  # fmt: skip
    assert cli.run([*command, "--only", "exact,broken", "--first", "4"]) == 3
    assert "| exact | 100.0%" in capsys.readouterr().out
    assert cli.run([*command, "--only", "exact,nobody"]) == 2
    assert "nobody" in capsys.readouterr().err
    assert json.loads((out / "report.json").read_text())["cases"] == 4
    assert "not run: its code cannot be used" in (out / "README.md").read_text()
    assert "<script" not in (out / "index.html").read_text()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[graders.a]\n", "code"),
        ("[graders.a]\ncode = 'x'\nfields = 1\n", "fields"),
        ("[other]\n", "graders.NAME"),
        ("graders =", "cannot be read"),
    ],
)
def test_a_bad_declaration_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "graders.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_graders(file)
    cases = tmp_path / "cases.jsonl"
    odd = {"gold": "1", "answer": "1", "equal": 1}
    for row, word in (({"gold": "1"}, "no row"), (odd, "expected")):
        cases.write_text(json.dumps(row))
        with pytest.raises(UsageError, match=word):
            read_cases(cases)
