"""The store: whole lines, atomic files, one writer, and a full disk."""

import json
import os
import resource
import subprocess
import sys

import pytest
from assay.harness.results import SampleWriter, create_run, list_runs, new_run_id, open_run
from assay.sandbox.errors import UsageError


def record(sample, completion="text", **more):
    verdict = {"status": "correct", "score": 1.0}
    return {"suite": "s", "problem_id": "p", "sample": sample, "completion": completion,
            "verdict": verdict, **more}  # fmt: skip


RECORDS = [record(0), record(1, "line\nbreak é \u2028"), record(2, "\ud800 \x00", large=2**100)]
DAMAGED = [
    b"oops\n", b"[1]\n", b"[" * 100_000 + b"\n", b'{"a": 1}\n', b'{"verdict": 3}\n',
    b'{"suite": "s", "problem_id": "p", "sample": "x", "completion": "", "verdict": {}}\n',
    b"\xff\xfe\n", b"\n",
]  # fmt: skip


@pytest.fixture
def run(tmp_path):
    return create_run(tmp_path, "one", {"config": {"seed": 3}})


def write(folder, records):
    with SampleWriter(folder) as writer:
        for record in records:
            writer.append(record)


def test_what_is_written_is_read(run, tmp_path):
    write(run, RECORDS)
    again = open_run("one", tmp_path)
    assert list(again.samples()) == RECORDS
    assert again.manifest()["config"] == {"seed": 3}
    assert [found.run_id for found in list_runs(tmp_path)] == ["one"]


def test_a_file_cut_at_any_byte_loses_only_the_torn_line(run):
    write(run, RECORDS)
    whole = run.samples_path.read_bytes()
    for cut in range(len(whole) + 1):
        run.samples_path.write_bytes(whole[:cut])
        kept = whole[:cut].count(b"\n")
        assert list(run.samples()) == RECORDS[:kept]
        write(run, [])
        assert run.samples_path.read_bytes() == b"".join(whole.splitlines(True)[:kept])


def test_a_torn_line_longer_than_the_read_block(run):
    write(run, RECORDS)
    before = run.samples_path.read_bytes()
    run.samples_path.write_bytes(before + b'{"completion": "' + b"x" * 3_000_000)
    write(run, RECORDS[:1])
    assert list(run.samples()) == [*RECORDS, RECORDS[0]]


def test_a_last_line_of_zeros_is_dropped(run):
    write(run, RECORDS)
    with run.samples_path.open("ab") as file:
        file.write(b"\0" * 50 + b"\n")
    write(run, [])
    assert list(run.samples()) == RECORDS


@pytest.mark.parametrize("damage", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_line_is_reported_and_left_out(run, damage, caplog):
    write(run, RECORDS)
    lines = run.samples_path.read_bytes().splitlines(True)
    run.samples_path.write_bytes(b"".join([lines[0], damage, *lines[1:]]))
    assert list(run.samples()) == RECORDS
    (said,) = caplog.messages
    assert "samples.jsonl: 1 damaged lines are left out (line 2)" in said


@pytest.mark.parametrize("manifest", ["", "[]", "{", '{"format": 99}', "[" * 100_000])
def test_a_run_that_cannot_be_read_does_not_hide_the_others(run, tmp_path, manifest, caplog):
    broken = create_run(tmp_path, "broken", {"config": {}})
    broken.manifest_path.write_text(manifest)
    assert [found.run_id for found in list_runs(tmp_path)] == ["one"]
    (said,) = caplog.messages
    assert said.startswith("run broken is left out: ")


@pytest.mark.parametrize("value", ["\ud83d", "\x00", 2**200, {1: "a"}, b"bytes", [[]] * 3])
def test_any_value_is_written_and_read(run, value):
    write(run, [record(0, value=value)])
    (found,) = run.samples()
    assert found["sample"] == 0


def test_a_value_of_any_depth_does_not_spoil_its_record(run):
    deep = "bottom"
    for _ in range(100_000):
        deep = [deep]
    write(run, [record(0, meta={"kept": 1, "deep": deep}), record(1)])
    first, second = run.samples()
    assert (first["completion"], second["sample"]) == ("text", 1)


def test_a_second_writer_is_refused(run):
    code = (
        "import sys; from assay.harness.results import *; from pathlib import Path\n"
        "SampleWriter(RunFolder(Path(sys.argv[1])))"
    )
    with SampleWriter(run):
        done = subprocess.run(
            [sys.executable, "-c", code, str(run.path)], capture_output=True, text=True
        )
    assert "being written by another process" in done.stderr


def test_numbers_beyond_64_bits_and_odd_keys_are_kept(run):
    write(run, [{"n": 2**100, "d": {1: "one"}}])
    assert json.loads(run.samples_path.read_text()) == {"n": 2**100, "d": {"1": "one"}}


def test_an_existing_run_id_is_refused_and_untouched(run, tmp_path):
    write(run, RECORDS)
    with pytest.raises(UsageError, match="'one' exists"):
        create_run(tmp_path, "one", {})
    assert list(run.samples()) == RECORDS
    assert sorted(os.listdir(tmp_path / "runs")) == ["one"]


@pytest.mark.parametrize("run_id", ["", "a/b", "..", ".hidden", "x" * 200, "a b", "a\n"])
def test_illegal_run_ids_are_refused(tmp_path, run_id):
    with pytest.raises(UsageError, match="run id"):
        create_run(tmp_path, run_id, {})
    assert not (tmp_path / "runs").exists()


def test_a_run_id_from_any_model_name_is_legal(tmp_path):
    for model in ["hf/some org/模型", "oracle", "///"]:
        create_run(tmp_path, new_run_id(model), {})


def test_an_output_folder_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        create_run(tmp_path / "out", "one", {})


def test_another_format_is_refused(run):
    run.manifest_path.write_text('{"format": 99}')
    with pytest.raises(UsageError, match="another version"):
        run.manifest()


def test_an_unknown_run_names_the_newest(run, tmp_path):
    with pytest.raises(UsageError, match=r"no run 'two'.*newest there: one"):
        open_run("two", tmp_path)


def test_a_full_disk_leaves_whole_lines(run):
    """A limit on file size stands in for the disk; it fails in the middle of a line."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    line = record(0, "x" * 1000)
    with SampleWriter(run) as writer:
        writer.append(line)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
        try:
            with pytest.raises(UsageError, match=r"cannot be written.*--resume"):
                writer.append(line)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(run.samples()) == [line]
        writer.append(line)
    assert list(run.samples()) == [line, line]


def test_a_full_disk_at_the_start_leaves_no_folder(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(UsageError, match="cannot be written"):
            create_run(tmp_path, "one", {"config": "x" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(tmp_path / "runs") == []
