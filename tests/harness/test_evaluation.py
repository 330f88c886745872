"""Runs: resumed to the same content, refused when they differ, stopped cleanly."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from assay.harness.backends.contract import Completion, ModelIdentity, Sampling
from assay.harness.backends.oracle import OracleModel
from assay.harness.backends.random import RandomModel
from assay.harness.evaluation import TaskSpec, evaluate, sample_seed
from assay.harness.results import open_run
from assay.harness.scoring import rescore
from assay.sandbox.errors import UsageError
from assay.tasks import load
from assay.tasks.verdict import Verdict

SPECS = [
    TaskSpec("arithmetic", {"size": 12, "difficulty": 1}),
    TaskSpec("boolean_circuits", {"size": 9, "difficulty": 1}),
]


class Flaky(RandomModel):
    """The guesser, behind a server that fails for some requests."""

    def __init__(self, down: set[str]) -> None:
        self.down = down
        self.asked: list[tuple[str, str, int]] = []

    def generate(self, requests, sampling):
        for completion in super().generate(requests, sampling):
            request = completion.request
            self.asked.append((request.suite.name, request.problem.id, request.sample))
            if request.problem.id in self.down:
                yield Completion(request, "", finish_reason="error", error="503 from the server")
            else:
                yield completion


class Interrupted(RandomModel):
    """The guesser, interrupted after a few answers."""

    def generate(self, requests, sampling):
        for number, completion in enumerate(super().generate(requests, sampling)):
            if number == 7:
                raise KeyboardInterrupt
            yield completion


class Saying:
    """Always the same text, cut off or not."""

    identity = ModelIdentity(name="saying", backend="test", seeded=True)

    def __init__(self, text: str, finish_reason: str = "stop") -> None:
        self.text, self.finish_reason = text, finish_reason

    def generate(self, requests, sampling):
        for request in requests:
            yield Completion(request, self.text, 5, 7, finish_reason=self.finish_reason)

    def close(self):
        pass


def run(model, out, run_id="one", **settings):
    return evaluate(model, SPECS, out=out, run_id=run_id, progress=False, **settings)


def lines(out: Path, run_id: str = "one") -> Counter[bytes]:
    return Counter((out / "runs" / run_id / "samples.jsonl").read_bytes().splitlines())


def test_the_oracle_is_right_and_the_record_holds_everything(tmp_path):
    done = run(OracleModel(), tmp_path)
    assert done.accuracy == {"arithmetic": 1.0, "boolean_circuits": 1.0}
    record = next(done.folder.samples())
    assert set(record) >= {"suite", "problem_id", "sample", "prompt_hash", "completion", "verdict"}
    assert Verdict(**record["verdict"]).correct
    manifest = done.folder.manifest()
    assert manifest["model"]["name"] == "oracle"
    assert manifest["config"]["tasks"][0]["problems"] == 12
    assert {"versions", "hardware", "sandbox", "started"} <= set(manifest)
    summary = json.loads(done.folder.summary_path.read_text())
    assert summary["missing"] == 0
    assert summary["suites"]["arithmetic"]["problems"] == 12


def test_a_model_by_name(tmp_path):
    done = evaluate("oracle", SPECS[:1], out=tmp_path, progress=False)
    assert done.accuracy == {"arithmetic": 1.0}


def test_each_sample_has_its_own_seed_and_runs_repeat(tmp_path):
    seeds = {sample_seed(0, "a", str(i), j) for i in range(20) for j in range(20)}
    assert len(seeds) == 400
    run(RandomModel(), tmp_path, "one", samples=3, seed=5)
    run(RandomModel(), tmp_path, "two", samples=3, seed=5)
    run(RandomModel(), tmp_path, "three", samples=3, seed=6)
    assert lines(tmp_path, "one") == lines(tmp_path, "two")
    assert lines(tmp_path, "one") != lines(tmp_path, "three")
    assert sum(lines(tmp_path, "one").values()) == 3 * 21


@pytest.mark.parametrize("cut", range(0, 100, 9))
def test_a_run_cut_anywhere_resumes_to_the_same_content(tmp_path, cut):
    run(RandomModel(), tmp_path, samples=2)
    whole = lines(tmp_path)
    path = tmp_path / "runs" / "one" / "samples.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * cut // 100])
    counting = Flaky(set())
    run(counting, tmp_path, samples=2, resume=True)
    assert lines(tmp_path) == whole
    assert len(counting.asked) == 42 - content[: len(content) * cut // 100].count(b"\n")


def test_failed_requests_are_no_verdicts_and_are_asked_again(tmp_path):
    down = {problem.id for problem in list(load("arithmetic", size=12, difficulty=1))[:4]}
    first = run(Flaky(down), tmp_path)
    assert first.summary["missing"] == 4
    assert first.summary["errors"] == {"count": 4, "last": "503 from the server"}
    assert first.summary["suites"]["arithmetic"]["problems"] == 8
    again = Flaky(set())
    second = run(again, tmp_path, resume=True)
    assert {problem for _, problem, _ in again.asked} == down
    assert second.summary["missing"] == 0
    run(RandomModel(), tmp_path, "undisturbed")
    assert lines(tmp_path) == lines(tmp_path, "undisturbed")


def test_an_interrupt_keeps_what_was_done(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(Interrupted(), tmp_path)
    kept = sum(lines(tmp_path).values())
    assert kept == 7
    run(RandomModel(), tmp_path, resume=True)
    run(RandomModel(), tmp_path, "undisturbed")
    assert lines(tmp_path) == lines(tmp_path, "undisturbed")


def test_another_configuration_is_refused_field_by_field(tmp_path):
    run(RandomModel(), tmp_path)
    before = lines(tmp_path)
    with pytest.raises(UsageError, match="another configuration: seed: 0 there, 1 now"):
        run(RandomModel(), tmp_path, seed=1, resume=True)
    with pytest.raises(UsageError, match=r"sampling: .* there, .* now"):
        run(RandomModel(), tmp_path, sampling=Sampling(temperature=0.5), resume=True)
    with pytest.raises(UsageError, match="model: 'random' there, 'oracle' now"):
        run(OracleModel(), tmp_path, resume=True)
    with pytest.raises(UsageError, match="tasks: 9 problems of boolean_circuits there, not now"):
        evaluate(RandomModel(), SPECS[:1], out=tmp_path, run_id="one", resume=True)
    assert lines(tmp_path) == before


def test_a_taken_run_id_and_an_unwritable_folder_are_refused(tmp_path):
    run(RandomModel(), tmp_path)
    with pytest.raises(UsageError, match="run id 'one' exists"):
        run(RandomModel(), tmp_path)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        run(RandomModel(), file)
    with pytest.raises(UsageError, match="twice"):
        evaluate(RandomModel(), [SPECS[0], SPECS[0]], out=tmp_path)


def test_a_completion_that_was_cut_off_is_truncated(tmp_path):
    done = run(Saying("<think>\nI was about to", "length"), tmp_path)
    numbers = done.summary["suites"]["arithmetic"]
    assert numbers["statuses"] == {"truncated": 12}
    assert numbers["truncated"] == 1.0
    assert numbers["mean_completion_tokens"] == 7


def test_a_broken_checker_is_counted_and_never_a_zero(tmp_path):
    class Broken(type(load("arithmetic", size=1, difficulty=1))):  # type: ignore[misc]
        def check(self, problem, completion):
            raise RuntimeError("the checker broke")

    suite = Broken(size=6, difficulty=1)
    done = evaluate(OracleModel(), [suite], out=tmp_path, progress=False)
    numbers = done.summary["suites"]["arithmetic"]
    assert numbers["checker_errors"] == 6
    assert numbers["accuracy"] is None


def test_a_run_is_verified_again(tmp_path):
    done = run(RandomModel(), tmp_path, samples=2)
    path = done.folder.samples_path
    forged = path.read_text().replace(
        '"status":"incorrect","score":0.0', '"status":"correct","score":1.0', 3
    )
    path.write_text(forged)
    again = rescore(open_run("one", tmp_path), progress=False)
    assert len(again.changed) == 3
    assert {change["after"] for change in again.changed} == {"incorrect"}
    assert again.run.summary["suites"] == done.summary["suites"]


def cli(*arguments: str, **options):
    # Where the tests themselves run in the background, a child would ignore the signal.
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _started(*arguments, **options)
    finally:
        signal.signal(signal.SIGINT, interrupt)


def _started(*arguments: str, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "assay.harness.cli", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True,
        **options,
    )  # fmt: skip


def long_eval(out: Path, run_id: str) -> tuple[str, ...]:
    resume = ("--resume",) if (out / "runs" / run_id / "manifest.json").exists() else ()
    return (
        "eval", "--model", "random", "--tasks", "arithmetic", "--difficulty", "3", "--size",
        "2000", "--samples", "4", "--out", str(out), "--run-id", run_id, "--quiet", *resume,
    )  # fmt: skip


def _wait_for_records(samples: Path, process: "subprocess.Popen[str]") -> None:
    while process.poll() is None and not (samples.exists() and samples.stat().st_size):
        time.sleep(0.01)


def test_kill_9_at_random_moments_loses_and_doubles_nothing(tmp_path):
    undisturbed = cli(*long_eval(tmp_path, "undisturbed"))
    _, errors = undisturbed.communicate(timeout=200)
    assert undisturbed.returncode == 0, errors
    rng = random.Random(4)
    samples = tmp_path / "runs" / "killed" / "samples.jsonl"
    for _ in range(4):
        process = cli(*long_eval(tmp_path, "killed"))
        _wait_for_records(samples, process)
        time.sleep(rng.uniform(0, 0.3))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    last = cli(*long_eval(tmp_path, "killed"))
    _, errors = last.communicate(timeout=200)
    assert last.returncode == 0, errors
    assert lines(tmp_path, "killed") == lines(tmp_path, "undisturbed")


def test_ctrl_c_exits_130_and_the_run_can_be_resumed(tmp_path):
    name = "stopped"
    process = cli(*long_eval(tmp_path, name))
    _wait_for_records(tmp_path / "runs" / name / "samples.jsonl", process)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 130, errors
    assert errors.strip() == (
        "assay: interrupted; what was done is stored; the same command with "
        f"--resume --run-id {name} continues it"
    )
    again = cli(*long_eval(tmp_path, name))
    _, errors = again.communicate(timeout=200)
    assert again.returncode == 0, errors
    assert sum(lines(tmp_path, name).values()) == 8000
