"""What is seen while a run goes on: the first line, live lines, silence, Ctrl-C, `assay watch`."""

import io
import re
import time
from pathlib import Path

import pytest
from assay.harness.backends.contract import Activity, Completion
from assay.harness.backends.random import RandomModel
from assay.harness.cli import run as cli
from assay.harness.evaluation import TaskSpec, evaluate, live, plan_task
from assay.harness.evaluation.live import LiveScore, LiveView, Screen
from assay.harness.results import create_run, open_run
from assay.tasks.verdict import correct, wrong

SPEC = TaskSpec("arithmetic", {"size": 4, "difficulty": 1})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def view(tmp_path: Path, activity: Activity | None, stream: io.StringIO, monkeypatch) -> LiveView:
    monkeypatch.setattr(live, "REFRESH", 0.01)
    monkeypatch.setattr(live, "STORED", 0.01)
    monkeypatch.setattr(live.sys, "stderr", stream)
    folder = create_run(tmp_path, "one", {"config": {"samples": 1, "tasks": [
        {"name": "arithmetic", "problems": 4}]}})  # fmt: skip
    return LiveView(folder, [plan_task(SPEC)], {"arithmetic": 1}, activity, show=True)


def completions():
    plan = plan_task(SPEC)
    return [Completion(request, "x", completion_tokens=7) for request in plan.requests(0, set())]


def until(condition) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_first_line_names_the_run_and_its_folder(tmp_path, monkeypatch):
    stream = io.StringIO()
    view(tmp_path, None, stream, monkeypatch).close()
    first = stream.getvalue().splitlines()[0]
    folder = tmp_path / "runs" / "one"
    assert first == f"run one in {folder}: 4 samples, 1 of them stored already"


def test_a_live_line_tells_done_accuracy_speed_air_retries_and_time_left(tmp_path, monkeypatch):
    stream, activity = Terminal(), Activity(in_flight=64, waiting_for="http://x")
    activity.retries["status 429"] = 3
    shown = view(tmp_path, activity, stream, monkeypatch)
    first, second, *_ = completions()
    shown.add(first, correct("1", "r"))
    shown.add(second, wrong("incorrect", "1", "r"))
    until(lambda: "in the air" in stream.getvalue())
    shown.close()
    line = re.search(r"arithmetic  3/4  50.0% \[9.5%, 90.5%\]  \d+ tok/s  0:\d\d:\d\d left  "
                     r"64 in the air  repeated: 3 status 429", stream.getvalue())  # fmt: skip
    assert line is not None, stream.getvalue()
    assert not (tmp_path / "runs" / "one" / "live.json").exists()


def test_silence_is_said_with_what_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "SILENT", 0.05)
    stream, activity = io.StringIO(), Activity(in_flight=2, waiting_for="http://x/v1")
    shown = view(tmp_path, activity, stream, monkeypatch)
    until(lambda: stream.getvalue().count("waiting for 2 requests to http://x/v1") >= 2)
    shown.close()


def test_a_changed_request_is_said_once(tmp_path, monkeypatch):
    stream, activity = io.StringIO(), Activity()
    shown = view(tmp_path, activity, stream, monkeypatch)
    activity.changes["seed"] = "seed is left out, since the server says: no"
    until(lambda: "seed is left out" in stream.getvalue())
    shown.close()
    assert stream.getvalue().count("seed is left out") == 1


def test_a_failed_request_is_counted():
    tally = LiveScore("a", 3)
    tally.fail()
    assert "1 failed" in tally.line(time.monotonic())


def test_where_there_is_no_terminal_lines_are_few(tmp_path, monkeypatch):
    stream = io.StringIO()
    shown = view(tmp_path, None, stream, monkeypatch)
    for completion in completions()[:3]:
        shown.add(completion, correct("1", "r"))
    shown.close()
    assert len(stream.getvalue().splitlines()) == 2
    assert "\r" not in stream.getvalue()


def test_a_replaced_line_leaves_no_rest():
    stream = Terminal()
    screen = Screen(stream)
    screen.replace("long line")
    screen.say("kept")
    assert stream.getvalue() == "\r\033[Klong line\r\033[Kkept\n"


def test_watch_tells_a_finished_a_running_and_a_left_run_apart(tmp_path, capsys, monkeypatch):
    stream, activity = io.StringIO(), Activity(in_flight=5, waiting_for="http://x")
    shown = view(tmp_path, activity, stream, monkeypatch)
    until(lambda: shown._folder.live_path.exists())
    assert cli(["watch", "one", "--out", str(tmp_path), "--once"]) == 0
    assert "running, 5 in the air to http://x" in capsys.readouterr().out
    shown.close()
    assert cli(["watch", "one", "--out", str(tmp_path), "--once"]) == 0
    assert "nobody is running it; --resume --run-id one continues it" in capsys.readouterr().out
    evaluate("oracle", [SPEC], out=tmp_path, run_id="two", progress=False)
    assert cli(["watch", "two", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "arithmetic  4/4  100.0%" in said
    assert "finished" in said
    assert cli(["watch", "three", "--out", str(tmp_path)]) == 2


class Interrupted(RandomModel):
    def generate(self, requests, sampling):
        for number, completion in enumerate(super().generate(requests, sampling)):
            if number == 2:
                raise KeyboardInterrupt
            yield completion


def test_ctrl_c_says_how_to_go_on(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("assay.harness.backends.random.RandomModel", Interrupted)
    code = cli(["eval", "--model", "random", "--tasks", "arithmetic", "--difficulty", "1",
                "--size", "4", "--out", str(tmp_path), "--run-id", "one", "--quiet"])  # fmt: skip
    assert code == 130
    said = capsys.readouterr().err
    assert said == (
        "assay: interrupted; what was done is stored; the same command with "
        "--resume --run-id one continues it\n"
    )
    assert len(list(open_run("one", tmp_path).samples())) == 2


@pytest.mark.parametrize("name", ["nope", "trackio"])
def test_a_tracker_that_is_not_there_is_one_line(tmp_path, capsys, name):
    code = cli(["eval", "--model", "oracle", "--tasks", "arithmetic", "--size", "2", "--out",
                str(tmp_path), "--track", name])  # fmt: skip
    assert code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--track" in said
    assert not (tmp_path / "runs").exists()


def test_numbers_go_to_a_tracker(tmp_path, monkeypatch):
    sent, closed = [], []

    class Tracker:
        def log(self, values, step):
            sent.append((values, step))

        def close(self):
            closed.append(True)

    monkeypatch.setattr("assay.harness.evaluation.driver.check_tracker", lambda name: None)
    monkeypatch.setattr("assay.harness.evaluation.driver.open_tracker", lambda *given: Tracker())
    evaluate("oracle", [SPEC], out=tmp_path, track="wandb", progress=False)
    values, step = sent[-1]
    assert (values["arithmetic/accuracy"], step, closed) == (1.0, 4, [True])
