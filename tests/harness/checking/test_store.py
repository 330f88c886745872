"""The store of verdicts: what hits, what never does, and what happens to a damaged file."""

import os
import sqlite3
import subprocess
import sys

import pytest
from assay.harness.checking import Job, fingerprints, open_engine
from assay.harness.checking.engine import Engine
from assay.harness.checking.jobs import ResolvedJob
from assay.harness.checking.local import LocalChecks
from assay.harness.checking.store import FILE, VerdictStore, open_store
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load
from assay.tasks.verdict import checker_error, correct, wrong

KEY, OTHER = b"k" * 32, b"o" * 32
JOBS = [Job("arithmetic", f"<answer>{n}</answer>", answer="4") for n in range(6)]


@pytest.fixture
def store(tmp_path):
    one = VerdictStore(tmp_path / "cache")
    yield one
    one.close()


def reopened(store):
    store.close()
    return VerdictStore(store.path.parent)


def test_what_is_put_comes_back_from_memory_and_from_the_file(store):
    verdict = wrong("incorrect", "41", "41 is not 42", stage="value", numbers=[1, 2.5, None])
    store.put(KEY, verdict)
    assert store.get(KEY) == verdict
    assert store.get(OTHER) is None
    again = reopened(store)
    assert again.get(KEY) == verdict
    again.close()


def test_a_checker_error_is_never_kept(store):
    store.put(KEY, checker_error("a worker died"))
    assert store.get(KEY) is None


def test_a_poisoned_row_is_removed_and_not_believed(store):
    store.put(KEY, wrong("incorrect", "41", "no"))
    store.put(OTHER, correct("42", "yes"))
    store.flush()
    with sqlite3.connect(store.path) as file:
        # The row of the right answer under the key of the wrong one, with its own hash.
        file.execute(
            "UPDATE verdicts SET (verdict, hash) = (SELECT verdict, hash FROM verdicts "
            "WHERE key = ?) WHERE key = ?", (OTHER, KEY),
        )  # fmt: skip
    assert store.get(KEY) is None
    assert store.rejected == 1
    assert store.get(OTHER).correct
    with sqlite3.connect(store.path) as file:
        assert file.execute("SELECT count(*) FROM verdicts").fetchone() == (1,)


@pytest.mark.parametrize("damage", ["text", "cut", "zeros", "columns", "version"])
def test_a_torn_file_is_rebuilt(store, damage):
    for number in range(300):
        store.put(number.to_bytes(32, "big"), correct("4", "x" * 200))
    store.close()
    content = store.path.read_bytes()
    if damage == "columns":
        store.path.unlink()
        with sqlite3.connect(store.path) as file:
            file.execute("CREATE TABLE verdicts (key BLOB, verdict TEXT)")
    elif damage == "version":
        with sqlite3.connect(store.path) as file:
            file.execute("PRAGMA user_version = 99")
    else:
        middle = len(content) // 2
        torn = {
            "text": b"not a database " * 500,
            "cut": content[:middle],
            "zeros": content[:4096] + bytes(len(content) - 4096),
        }
        store.path.write_bytes(torn[damage])
    again = VerdictStore(store.path.parent)
    found = [again.get(number.to_bytes(32, "big")) for number in range(300)]
    assert all(verdict is None or verdict == correct("4", "x" * 200) for verdict in found)
    again.put(KEY, correct("1", "new"))
    once_more = reopened(again)
    assert once_more.get(KEY).correct
    once_more.close()


def test_several_processes_write_one_store(store):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from assay.harness.checking.store import VerdictStore\n"
        "from assay.tasks.verdict import correct\n"
        "store = VerdictStore(Path(sys.argv[1]))\n"
        "for n in range(700): store.put(int(sys.argv[2] + f'{n:04}').to_bytes(32, 'big'),"
        " correct('4', 'ok'))\n"
        "store.close()\n"
    )
    folder = str(store.path.parent)
    writers = [subprocess.Popen([sys.executable, "-c", code, folder, str(n)]) for n in (1, 2, 3)]
    assert [writer.wait(240) for writer in writers] == [0, 0, 0]
    with sqlite3.connect(store.path) as file:
        assert file.execute("SELECT count(*) FROM verdicts").fetchone() == (2100,)


def test_a_fork_uses_the_file_for_itself(store):
    store.put(KEY, correct("1", "mine"))
    store.flush()
    child = os.fork()
    if child == 0:
        seen = store.get(KEY)
        store.put(OTHER, correct("2", "the child's"))
        store.close()
        os._exit(0 if seen is not None and seen.correct else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.get(OTHER).extracted == "2"


def test_where_the_store_is(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSAY_CACHE", "off")
    assert open_store() is None
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / "named"))
    opened = open_store()
    assert opened.path == tmp_path / "named" / FILE
    opened.close()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="set ASSAY_CACHE to another folder or to off"):
        open_store()
    monkeypatch.delenv("ASSAY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert open_store() is None
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("ASSAY_CACHE", str(shared))
    with pytest.raises(UsageError, match="every user may write"):
        open_store()


def test_an_engine_asks_its_store_and_a_changed_verifier_never_hits(store, monkeypatch):
    def counts():
        with Engine(LocalChecks(1), reopened(store)) as engine:
            scores = [verdict.score for verdict in engine.map(JOBS)]
        assert scores == [0, 0, 0, 0, 1, 0]
        return engine.counts.checked, engine.counts.stored

    assert counts() == (6, 0)
    assert counts() == (0, 6)
    monkeypatch.setattr(fingerprints, "verifier_version", lambda programs=False: "another")
    assert counts() == (6, 0)


def test_every_part_of_a_check_is_in_its_key():
    job = ResolvedJob
    suite = load("arithmetic", size=4)
    harder = load("arithmetic", size=4, difficulty=2)
    first = suite[0]
    changed = Problem(first.id, first.suite, first.prompt, first.answer + "1", first.meta)
    keys = [
        fingerprints.key_of(check)
        for check in (
            job("1", suite, first), job("2", suite, first), job("1", suite, suite[1]),
            job("1", harder, first), job("1", suite, changed), job("1", answers=("1",)),
            job("1", answers=("2",)), job("1", answers=("1", "2")),
            job("1", cases=(("1", "2"),)), job("1", function=("assert f()", "f")),
        )
    ]  # fmt: skip
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert fingerprints.key_of(job("1", load("arithmetic", size=4), suite[0])) == keys[0]


def test_the_version_of_a_verifier_is_its_source(tmp_path, monkeypatch):
    source = tmp_path / "tasks" / "math" / "verifier.py"
    source.parent.mkdir(parents=True)
    source.write_text("VERDICT = 1\n")
    monkeypatch.setattr(fingerprints, "_ROOT", tmp_path)
    monkeypatch.setattr(fingerprints, "_sources", lambda folders: [source])
    monkeypatch.setattr(fingerprints, "_HERE", tmp_path)
    (tmp_path / "verdicts.py").write_text("")
    versions = []
    for text in ("VERDICT = 1\n", "VERDICT = 2\n", "VERDICT = 1\n"):
        source.write_text(text)
        fingerprints.verifier_version.cache_clear()
        versions.append(fingerprints.verifier_version())
    fingerprints.verifier_version.cache_clear()
    assert versions[0] == versions[2] != versions[1]


def test_a_suite_of_somebody_else_has_no_key():
    class Theirs(type(load("arithmetic"))):
        pass

    suite = Theirs(size=2)
    suite.loaded_as = ("theirs", {})
    assert fingerprints.key_of(ResolvedJob("1", suite, suite[0])) is None


def test_no_cache_means_no_store():
    with open_engine(workers=1, cache=False) as engine:
        assert engine.store is None
