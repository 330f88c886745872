"""A bundle proves its run: every verdict comes out again, and whatever was changed is named."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assay.harness.backends import load_model
from assay.harness.bundle import DIGESTS, HEADER, PROBLEMS, SAMPLES, reverify, write_bundle
from assay.harness.cli import app, run
from assay.harness.evaluation import TaskSpec, evaluate
from assay.sandbox.errors import UsageError
from typer.testing import CliRunner

SPECS = [
    TaskSpec("arithmetic", {"size": 60, "difficulty": 1}),
    TaskSpec("boolean_circuits", {"size": 40, "difficulty": 1}),
]
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle")
    done = evaluate(load_model("random"), SPECS, 1, out=out, run_id="one", progress=False)
    return write_bundle(done.folder, out)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(path: Path, files: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path


def lines_of(data: bytes) -> Lines:
    return [json.loads(line) for line in data.splitlines()]


def packed(lines: Lines) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def forged(files: dict[str, bytes], samples: bytes) -> dict[str, bytes]:
    """The bundle with other samples, and with every hash made to fit."""
    digests = "".join(f"{hashlib.sha256(line).hexdigest()}\n" for line in samples.splitlines())
    changed = files | {SAMPLES: samples, DIGESTS: digests.encode()}
    header = json.loads(files[HEADER])
    header["files"] = {
        name: hashlib.sha256(data).hexdigest() for name, data in changed.items() if name != HEADER
    }
    return changed | {HEADER: json.dumps(header).encode()}


def test_every_verdict_comes_out_again(bundle: Path) -> None:
    found = reverify(bundle)
    assert (found.records, found.same) == (100, 100)
    assert found.findings == found.unverified == []
    with_hash = reverify(bundle, expected=found.sha256)
    assert with_hash.findings == []


def test_equal_runs_are_equal_bundles(bundle: Path, tmp_path: Path) -> None:
    done = evaluate(load_model("random"), SPECS, 1, out=tmp_path, run_id="one", progress=False)
    again = members(write_bundle(done.folder, tmp_path))
    first = members(bundle)
    assert all(again[name] == first[name] for name in (SAMPLES, PROBLEMS, DIGESTS))


def _flip(record: dict[str, Any]) -> None:
    right = record["verdict"]["status"] == "correct"
    record["verdict"] |= {"status": "incorrect", "score": 0.0} if right else {
        "status": "correct", "score": 1.0
    }  # fmt: skip


def _count(record: dict[str, Any]) -> None:
    record["completion_tokens"] = 1


def _rewrite(record: dict[str, Any]) -> None:
    record["completion"] += " "


@pytest.mark.parametrize("change", [_flip, _count, _rewrite])
def test_every_tampered_record_is_named_and_no_other(
    bundle: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    files = members(bundle)
    samples = lines_of(files[SAMPLES])
    chosen = range(0, 100, 10)
    raw = files[SAMPLES].splitlines()
    for number in chosen:
        change(samples[number])
        raw[number] = json.dumps(samples[number], separators=(",", ":")).encode()
    found = reverify(repacked(tmp_path / "x.zip", files | {SAMPLES: b"\n".join(raw) + b"\n"}))
    named = {
        f"{samples[n]['suite']}/{samples[n]['problem_id']}#{samples[n]['sample']}" for n in chosen
    }
    assert {one.where for one in found.findings} == named | {SAMPLES}
    assert found.same == 90


def test_a_flipped_verdict_is_found_even_when_all_hashes_were_made_to_fit(
    bundle: Path, tmp_path: Path
) -> None:
    files = members(bundle)
    samples = lines_of(files[SAMPLES])
    for number in range(0, 100, 10):
        _flip(samples[number])
    path = repacked(tmp_path / "x.zip", forged(files, packed(samples)))
    found = reverify(path)
    assert len(found.findings) == 10
    assert all(one.what.startswith("was ") for one in found.findings)
    assert found.same == 90


def test_a_consistent_forgery_is_found_by_the_published_hash(bundle: Path, tmp_path: Path) -> None:
    published = reverify(bundle).sha256
    files = members(bundle)
    samples = lines_of(files[SAMPLES])
    samples[0]["completion"] += " "
    path = repacked(tmp_path / "x.zip", forged(files, packed(samples)))
    assert reverify(path).findings == []
    assert [one.where for one in reverify(path, expected=published).findings] == [HEADER]


def test_another_gold_a_removed_and_a_repeated_record_are_named(
    bundle: Path, tmp_path: Path
) -> None:
    files = members(bundle)
    problems = lines_of(files[PROBLEMS])
    problems[3]["answer"] = "another"
    changed = files | {PROBLEMS: packed(problems)}
    found = reverify(repacked(tmp_path / "gold.zip", changed))
    where = f"{problems[3]['suite']}/{problems[3]['problem_id']}"
    assert {one.where for one in found.findings} == {PROBLEMS, where}
    samples = lines_of(files[SAMPLES])
    fewer = reverify(repacked(tmp_path / "few.zip", forged(files, packed(samples[1:]))))
    assert [one.what for one in fewer.findings] == ["99 records, not 100 as the bundle states"]
    twice = packed([samples[1], *samples[1:]])
    again = reverify(repacked(tmp_path / "twice.zip", forged(files, twice)))
    assert [one.what for one in again.findings] == ["is a sample that the bundle holds already"]


@pytest.mark.parametrize(
    "line", [b"[]", b"{", b'{"suite": 1}', b'{"suite": "arithmetic", "problem_id": "x"}', b"\xff"]
)
def test_what_is_no_record_is_named(bundle: Path, tmp_path: Path, line: bytes) -> None:
    files = members(bundle)
    samples = files[SAMPLES].splitlines()
    samples[7] = line
    path = repacked(tmp_path / "x.zip", forged(files, b"\n".join(samples) + b"\n"))
    assert [one.where for one in reverify(path).findings] == [f"{SAMPLES}:8"]


def test_a_suite_that_is_gone_is_not_a_difference(bundle: Path, tmp_path: Path) -> None:
    files = {
        name: data.replace(b"boolean_circuits", b"boolean_circus")
        for name, data in members(bundle).items()
    }
    path = repacked(tmp_path / "x.zip", forged(files, files[SAMPLES]))
    found = reverify(path)
    assert (found.same, len(found.unverified)) == (60, 40)
    assert found.findings == []
    assert "boolean_circus" in found.unverified[0].what


def test_the_command_line_writes_and_verifies_a_bundle(bundle: Path, tmp_path: Path) -> None:
    results = str(bundle.parent)
    runner = CliRunner()
    options = ["--results", results, "--out", str(tmp_path)]
    made = runner.invoke(app, ["export", "bundle", "one", *options])
    assert made.stdout.strip() == str(tmp_path / "one.assay.zip")
    said = runner.invoke(app, ["reverify", made.stdout.strip()])
    assert said.exit_code == 0
    assert "100 of 100 records are intact with the same verdict" in said.stdout
    digest = said.stdout.split()[1]
    as_json = runner.invoke(app, ["reverify", str(bundle), "--json"])
    assert json.loads(as_json.stdout)["sha256"] == digest
    wrong = runner.invoke(app, ["reverify", str(bundle), "--sha256", "00"])
    assert "1 differ:" in wrong.stdout
    assert run(["reverify", str(bundle), "--sha256", "00"]) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no zip", "cannot be read as a bundle"), (None, "No such file"), (b"zip", "it lacks ")],
)
def test_what_is_no_bundle_is_one_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "x.zip"
    if content == b"zip":
        repacked(path, {"a": b""})
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        reverify(path)


def test_a_damaged_archive_is_one_line(bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    data[data.index(b"samples.jsonl") + 60] ^= 0xFF
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="cannot be read as a bundle"):
        reverify(path)
