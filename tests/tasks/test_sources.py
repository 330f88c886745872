"""Readers of published files: what they return, and how they say what is wrong."""

import gzip
from pathlib import Path

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import hub, sources


def test_data_folder_is_the_argument_then_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSAY_DATA", raising=False)
    assert sources.data_folder(None) is None
    assert sources.find_file("t", ["a"], None) is None
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path))
    assert sources.data_folder(None) == tmp_path
    assert sources.data_folder(str(tmp_path.parent)) == tmp_path.parent
    monkeypatch.setenv("ASSAY_DATA", "/no/such")
    with pytest.raises(UsageError, match="ASSAY_DATA '/no/such' is not a folder"):
        sources.data_folder(None)
    with pytest.raises(UsageError, match="--data-dir '/none' is not a folder"):
        sources.data_folder("/none")


def test_find_file_prefers_the_first_name_and_takes_gz(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"{}"))
    assert sources.find_file("t", ["a.jsonl", "b.jsonl"], str(tmp_path)) == tmp_path / "b.jsonl.gz"
    (tmp_path / "a.jsonl").write_text("{}")
    assert sources.find_file("t", ["a.jsonl", "b.jsonl"], str(tmp_path)) == tmp_path / "a.jsonl"
    with pytest.raises(UsageError, match=r"task 't': none of c.jsonl \(or .gz\) is in"):
        sources.find_file("t", ["c.jsonl"], str(tmp_path))


def test_read_jsonl_names_file_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff{"a": 1, "u": "x\u2028y"}\r\n\n{"a": 2}\n', encoding="utf-8")
    assert [row["a"] for row in sources.read_jsonl(path, ["a"])] == [1, 2]
    assert [where for where, _ in sources.located_jsonl(path)] == [f"{path}:1", f"{path}:3"]
    with pytest.raises(UsageError, match=r"a.jsonl:3: field 'u' is missing; its fields: a"):
        list(sources.read_jsonl(path, ["u"]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{\n", ":1: not JSON"),
        (b"[" * 100_000, ":1: not JSON that can be read"),
        (b'{"a": ' + b"9" * 5000 + b"}", ":1: not JSON that can be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"3", ":1: an object is expected, not int"),
    ],
)
def test_bad_json_lines(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        list(sources.read_jsonl(path))
    assert "\n" not in str(caught.value)


def test_bad_gzip_and_missing_files(tmp_path: Path) -> None:
    broken = tmp_path / "a.jsonl.gz"
    for content in (b"plain", gzip.compress(b"x" * 9999)[:40], gzip.compress(b"x")[:-3] + b"abc"):
        broken.write_bytes(content)
        with pytest.raises(UsageError, match="cannot be read"):
            sources.read_text(broken)
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            sources.read_text(path)


def test_read_json_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a":\n 1}')
    assert sources.read_json(path) == {"a": 1}
    path.write_text('{"a":\n 1,}')
    with pytest.raises(UsageError, match=r"a.json:2: not JSON"):
        sources.read_json(path)


def test_read_csv_with_and_without_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'q,a\r\n"two\nlines, ""quoted""",1\r\nplain,2\r\n')
    rows = list(sources.read_csv(path, ["q", "a"]))
    assert rows == [{"q": 'two\nlines, "quoted"', "a": "1"}, {"q": "plain", "a": "2"}]
    tsv = tmp_path / "a.tsv"
    tsv.write_text('say "hi\t7\nother\t8\n')
    assert [row["a"] for row in sources.read_csv(tsv, ["q", "a"], "\t", header=False)] == ["7", "8"]
    tsv.write_text("one\ttwo\tthree\n")
    with pytest.raises(UsageError, match=r"a.tsv:1: more columns than q, a"):
        list(sources.read_csv(tsv, ["q", "a"], "\t", header=False))
    tsv.write_text("one\n")
    with pytest.raises(UsageError, match=r"a.tsv:1: field 'a' is missing"):
        list(sources.read_csv(tsv, ["q", "a"], "\t", header=False))
    path.write_text("q,b\n1,2\n")
    with pytest.raises(UsageError, match=r"a.csv:2: field 'a' is missing; its fields: q, b"):
        list(sources.read_csv(path, ["q", "a"]))


def test_a_field_that_is_too_large_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('q\n"' + "x" * 200_000)
    with pytest.raises(UsageError, match="not CSV: field larger than"):
        list(sources.read_csv(path, ["q"]))


def test_the_hub_out_of_reach_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr(hub, "go_offline_if_unreachable", lambda: None)
    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(UsageError) as caught:
        sources.from_hub("amc", "math-ai/amc23", "test")
    assert str(caught.value) == (
        "task 'amc': dataset 'math-ai/amc23' split 'test' cannot be loaded (ConnectionError: "
        "no route); point --data-dir or $ASSAY_DATA at a folder with the published files"
    )
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: [{"a": 1}])
    assert sources.from_hub("amc", "x/y", "test") == [{"a": 1}]
