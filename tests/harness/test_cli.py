"""The command line: what each verb prints, and one line with code 2 for a user's mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from assay.harness.cli import run

OPENAI = ("--model", "openai/x", "--base-url", "http://127.0.0.1:1/v1")
ARITHMETIC = ("--tasks", "arithmetic", "--difficulty", "1", "--size", "6", "--quiet")


@pytest.fixture
def assay(capsys, monkeypatch):
    """Run a command line; its exit code, standard output and standard error."""
    monkeypatch.delenv("ASSAY_DATA", raising=False)
    monkeypatch.delenv("ASSAY_SANDBOX", raising=False)
    monkeypatch.delenv("ASSAY_ALLOW_UNSAFE", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def stored(assay, tmp_path):
    """A folder with a perfect run and a random run."""
    for model in ("oracle", "random"):
        code, _, errors = assay("eval", "--model", model, *ARITHMETIC, "--out", tmp_path,
                                "--run-id", model)  # fmt: skip
        assert code == 0, errors
    return tmp_path


def bad(assay, *arguments, names: str) -> None:
    """Checks that these arguments give exit code 2 and one line that names the mistake."""
    code, output, errors = assay(*arguments)
    assert code == 2, (output, errors)
    assert errors.count("\n") == 1, errors
    assert errors.startswith("assay: ")
    assert names in errors


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--model", "nope", *ARITHMETIC], "unknown model 'nope': use one of anyllm, bundled"),
        (["--model", "oracle/x", *ARITHMETIC], "write oracle alone"),
        (["--model", "replay/nope.jsonl", *ARITHMETIC], "'nope.jsonl': there is no such file"),
        (["--model", "openai/x", "--base-url", "here", *ARITHMETIC], "--base-url 'here'"),
        (["--model", "oracle", "--model-option", "x", *ARITHMETIC], "--model-option 'x': write it"),
        (["--model", "oracle", "--model-option", "x=1", *ARITHMETIC], "has no option 'x'"),
        (["--model", "oracle", "--tasks", "arithmetics"], "did you mean arithmetic"),
        (["--model", "oracle", "--tasks", ","], "names no task"),
        (["--model", "oracle", "--tasks", "arithmetic,arithmetic"], "twice"),
        (["--model", "oracle", "--tasks", "arithmetic", "--split", "dev"], "split 'dev'"),
        (["--model", "oracle", "--tasks", "arithmetic", "-o", "colour=1"], "'colour': known:"),
        (["--model", "oracle", "--tasks", "arithmetic:x"], "has no variants"),
        (["--model", "oracle", "--tasks", "arithmetic", "--difficulty", "99"], "use 1 to"),
        (["--model", "oracle", "--tasks", "arithmetic", "--size", "0"], "size 0"),
        (["--model", "oracle", "--tasks", "arithmetic", "--size", "x"], "'--size'"),
        (["--model", "oracle", "--limit", "0", *ARITHMETIC], "--limit 0"),
        (["--model", "oracle", "--limit", "9" * 20, *ARITHMETIC], "--limit 9999"),
        (["--model", "oracle", "--limit", "1", "--first", "1", *ARITHMETIC], "exclude each other"),
        (["--model", "oracle", "--tasks", "arithmetic", "--size", "9" * 23], "--size 9999"),
        (["--model", "oracle", "--seed", "9" * 20, *ARITHMETIC], "--seed 9999"),
        (["--model", "oracle", "--suite-seed", "9" * 20, *ARITHMETIC], "--suite-seed 9999"),
        (["--model", "oracle", "-o", "seed=" + "9" * 20, *ARITHMETIC], "at most 18 digits"),
        (["--model", "oracle", "--workers", "-3", *ARITHMETIC], "--workers -3: use 1 or more"),
        (["--model", "oracle", "--temperature", "inf", *ARITHMETIC], "--temperature inf"),
        (["--model", "oracle", "--request", "x=1", *ARITHMETIC], "has no option 'request'"),
        ([*OPENAI, "--model-option", "timeout=soon", *ARITHMETIC], "model option timeout 'soon'"),
        ([*OPENAI, "--model-option", "timeout=inf", *ARITHMETIC], "model option timeout 'inf'"),
        ([*OPENAI, "--model-option", "retries=-1", *ARITHMETIC], "retries -1: use 0 or more"),
        ([*OPENAI, "--request", "x", *ARITHMETIC], "--request 'x': write it as KEY=VALUE"),
        ([*OPENAI, "--header", "a=é", *ARITHMETIC], "--header"),
        ([*OPENAI, "--server", "nope", *ARITHMETIC], "--server 'nope': use one of openai"),
        (["--model", "oracle", "--template", "{{", *ARITHMETIC], "--template: line 1"),
        (["--model", "oracle", "--template", "{{ nope }}", *ARITHMETIC], "'nope' is undefined"),
        (["--model", "oracle", "--template", "no", *ARITHMETIC], "leaves the problem out"),
        (["--model", "oracle", "--system", "@nope", *ARITHMETIC], "--system @nope: the file"),
        (["--model", "oracle", "--fewshot", "101", *ARITHMETIC], "--fewshot 101: use 100 or less"),
        (
            ["--model", "oracle", "--fewshot", "2", "--fewshot-file", "nope", *ARITHMETIC],
            "'nope': there is no such file",
        ),
        (
            ["--model", "oracle", "--fewshot", "2", "--fewshot-split", "dev", *ARITHMETIC],
            "split 'dev'",
        ),
        (["--model", "oracle", "--prefill", "So", *ARITHMETIC], "cannot continue a text"),
        (["--model", "oracle", "--samples", "0", *ARITHMETIC], "--samples 0"),
        (["--model", "oracle", "--max-tokens", "0", *ARITHMETIC], "--max-tokens 0"),
        (["--model", "oracle", "--temperature", "-1", *ARITHMETIC], "--temperature -1"),
        (["--model", "oracle", "--temperature", "nan", *ARITHMETIC], "--temperature nan"),
        (["--model", "oracle", "--top-p", "2", *ARITHMETIC], "--top-p 2"),
        (["--model", "oracle", "--sandbox", "jail", *ARITHMETIC], "--sandbox 'jail'"),
        (["--model", "oracle", "--colour", *ARITHMETIC], "No such option: --colour"),
        (["--tasks", "arithmetic"], "Missing option '--model'"),
        (["--model", "oracle", "--resume", *ARITHMETIC], "--resume needs --run-id"),
        (["--model", "oracle", "--resume", "--run-id", "x", *ARITHMETIC], "no run 'x'"),
        (["--model", "oracle", "--run-id", "../x", *ARITHMETIC], "run id '../x'"),
        (["--model", "oracle", "--tasks", "gsm8k"], "point --data-dir or $ASSAY_DATA at"),
        (["--model", "oracle", "--tasks", "gsm8k", "--data-dir", "/nowhere"], "'/nowhere' is not"),
    ],
)
def test_a_bad_eval(assay, tmp_path, arguments, names):
    bad(assay, "eval", *arguments, "--out", tmp_path, names=names)
    left = list((tmp_path / "runs").iterdir()) if (tmp_path / "runs").exists() else []
    assert left == []


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["nope"], "No such command 'nope'"),
        (["list", "nope"], "use tasks, groups, models or sandboxes"),
        (["rescore", "nope"], "no run 'nope'"),
        (["compare", "nope", "nope"], "no run 'nope'"),
        (["leaderboard", "--out", "nowhere"], "no run with samples in nowhere"),
        (["verify", "--task", "arithmetic", "--id", "x", "--completion", "1"], "no problem 'x'"),
        (["verify", "--task", "arithmetic", "--id", "x"], "Missing option '--completion'"),
        (["verify", "--task", "arithmetic,ordering", "--id", "x", "--completion", "1"], "one task"),
        (["audit", "--problems", "0", "--tasks", "arithmetic"], "--problems 0: use 1 or more"),
        (["audit", "--answers", "x"], "--answers 'x': use one of tags, boxed, plain"),
        (["audit", "--callable", "nope"], "write it as module:function"),
        (["export", "verl", "--out", "x"], "give --tasks"),
        (["export", "lm-eval", "--out", "x"], "give --run"),
        (["view", "--out", "nowhere"], "run assay leaderboard first"),
        (["serve", "--port", "99999"], "--port 99999"),
        (["score", "--tasks", "arithmetic", "--file", "nope"], "there is no such file"),
        (["train", "grpo"], "give --config FILE"),
        (["export", "nope", "--tasks", "arithmetic", "--out", "x"], "unknown export 'nope'"),
        (["audit", "--tasks", "nope"], "unknown task 'nope'"),
        (["serve", "--host", "0.0.0.0"], "set a token"),
        (["train", "grpo", "--config", "nope.toml"], "nope.toml"),
    ],
)
def test_a_bad_command_line(assay, arguments, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, errors = assay(*arguments)
    assert code == 2
    last = errors.rstrip("\n").rpartition("\n")[2]  # a bar may have been drawn before
    assert last.startswith("assay: ")
    assert names in last
    assert list(tmp_path.iterdir()) == []


def test_no_verb_shows_the_verbs(assay):
    code, _, errors = assay()
    assert code == 2
    for verb in ("list", "eval", "score", "verify", "rescore", "compare", "ability",
                 "leaderboard", "view",
                 "train", "serve", "audit", "export", "doctor"):  # fmt: skip
        assert f"\n  {verb} " in errors


def test_the_console_script_and_the_module_agree():
    done = subprocess.run(
        [sys.executable, "-m", "assay.harness.cli", "--version"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("assay ")
    script = Path(sys.executable).parent / "assay"
    if not script.exists():
        pytest.skip("the console script is not installed beside this interpreter")
    again = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert again.stdout == done.stdout


def test_a_taken_run_id(assay, stored):
    bad(assay, "eval", "--model", "oracle", *ARITHMETIC, "--out", stored, "--run-id", "oracle",
        names="run id 'oracle' exists")  # fmt: skip


def test_an_unwritable_output_folder(assay, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    bad(assay, "eval", "--model", "oracle", *ARITHMETIC, "--out", file, names="cannot be written")


def test_a_differing_configuration_is_not_resumed(assay, stored):
    bad(assay, "eval", "--model", "oracle", *ARITHMETIC, "--seed", "2", "--out", stored,
        "--run-id", "oracle", "--resume", names="seed: 0 there, 2 now")  # fmt: skip
    bad(assay, "eval", "--model", "oracle", *ARITHMETIC, "--first", "2", "--out", stored,
        "--run-id", "oracle", "--resume",
        names="tasks: 4 problems of arithmetic there, not now")  # fmt: skip


def test_eval_prints_the_table(assay, tmp_path):
    code, output, _ = assay("eval", "--model", "oracle", *ARITHMETIC, "--out", tmp_path)
    assert code == 0
    assert "arithmetic" in output
    assert "100.0%" in output


def test_list(assay):
    code, output, _ = assay("list", "--json")
    assert code == 0
    assert {"math", "code", "logic"} <= set(json.loads(output))
    assert "gsm8k" in json.loads(output)["math"]
    listed = [line.split() for line in assay("list")[1].splitlines()]
    assert [words[1] for words in listed if words[0] == "gsm8k"] == ["*"]
    assert [len(words) > 5 for words in listed if words[0] == "arithmetic"] == [True]
    assert "openai/NAME: " in assay("list", "models")[1]
    assert "process" in assay("list", "sandboxes")[1]


def test_list_details(assay, own_rows):
    code, output, errors = assay("list", "--details", "--json", "--data-dir", own_rows)
    assert code == 0, errors
    cards = {card["name"]: card for card in map(json.loads, output.splitlines())}
    gsm8k, dyck = cards["gsm8k"], cards["dyck"]
    assert (gsm8k["data"], gsm8k["licence"], gsm8k["splits"]) == ("here", "MIT", ["train", "test"])
    assert gsm8k["size"] > 0
    assert (dyck["data"], dyck["size"], dyck["domain"]) == ("made here", 200, "logic")
    assert cards["questions"]["data"].startswith("missing: ")
    assert "navigate" in cards["bbh"]["variants"]
    assert "zebra" in assay("list", "groups")[1]


def test_verify_explains(assay, tmp_path, monkeypatch):
    code, output, _ = assay("verify", "--task", "arithmetic", "--id", "arithmetic-test-d1-s0-0",
                            "--completion", "I do not know", "--json")  # fmt: skip
    assert code == 0
    verdict = json.loads(output)
    assert verdict["score"] == 0.0
    assert verdict["reason"]
    code, output, _ = assay("verify", "--task", "arithmetic", "--id", "arithmetic-test-d1-s0-0",
                            "--completion", "I do not know")  # fmt: skip
    assert "status     " in output
    assert "prompt     'What is " in output


def test_rescore_compare_and_leaderboard(assay, stored):
    code, output, _ = assay("rescore", "random", "--out", stored, "--quiet")
    assert code == 0
    assert "0 verdicts changed" in output
    code, output, _ = assay("compare", "oracle", "random", "--out", stored, "--json")
    assert code == 0
    assert json.loads(output)
    code, output, _ = assay("compare", "oracle", "random", "--out", stored, "--until-decided")
    assert code == 0
    assert "A - B = +100.0% after 6 of 6 problems" in output
    assert "undecided on every problem" in output
    code, _, errors = assay("compare", "oracle", "random", "--out", stored, "--margin", "0.1")
    assert code == 2
    assert "--until-decided" in errors
    code, output, _ = assay("ability", "--out", stored, "--json")
    assert code == 0
    (group,) = json.loads(output)
    assert group["runs"][0]["model"] == "oracle"
    assert group["runs"][0]["ability"] == "all solved"
    code, _, _ = assay("leaderboard", "--out", stored)
    assert code == 0
    for name in ("leaderboard.json", "LEADERBOARD.md", "index.html"):
        assert (stored / name).stat().st_size > 0
    assert "oracle" in (stored / "LEADERBOARD.md").read_text()


def test_a_comparison_widens_runs_until_it_is_decided(assay, tmp_path):
    for model in ("oracle", "random"):
        code, _, _ = assay(
            "eval", "--model", model, "--tasks", "arithmetic", "--difficulty", "1", "--size", "64",
            "--limit", "8", "--run-id", model, "--out", tmp_path, "--quiet",
        )  # fmt: skip
        assert code == 0
    code, output, _ = assay("compare", "oracle", "random", "--out", tmp_path, "--until-decided")
    assert code == 0
    assert "A is better" in output
    config = json.loads((tmp_path / "runs" / "random" / "manifest.json").read_text())["config"]
    assert config["limit"] == 16
    order = json.loads((tmp_path / "comparisons" / "oracle--random.json").read_text())["order"]
    assert len(order) == config["limit"]
    _, turned, _ = assay("compare", "random", "oracle", "--out", tmp_path, "--until-decided")
    assert "B is better" in turned
    assert len(list((tmp_path / "comparisons").iterdir())) == 1
    # Looking again neither samples nor reorders.
    _, again, _ = assay("compare", "oracle", "random", "--out", tmp_path, "--until-decided")
    assert again == output


COMPLETION = '{"id": "%s", "completion": "\\\\boxed{%s}"}\n'


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "question": "6 * 7?", "answer": "42"}\n'
                    '{"id": "b", "question": "6 * 8?", "answer": "48"}\n')  # fmt: skip
    return path


def test_score_of_a_file(assay, questions, tmp_path):
    file = tmp_path / "completions.jsonl"
    file.write_text(COMPLETION % ("0", 42) + COMPLETION % ("1", 47))
    code, output, errors = assay(
        "score", "--tasks", "questions", "-o", f"path={questions}", "--file", file,
        "--out", tmp_path / "out", "--quiet",
    )  # fmt: skip
    assert code == 0, errors
    assert "50.0%" in output


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "there is no completion in it"),
        ('{"id": "0", "completion": "x"}\n{"id": ', "completions.jsonl:2: not JSON"),
        ("[1]", "an object is expected"),
        ('{"completion": "x"}\n', "no id: field"),
        ('{"id": "0"}\n', "no completion: field"),
        ('{"id": "0", "completion": 5}\n', "is not text"),
        ('{"id": "zzz", "completion": "x"}\n', "lacks 1 of the 1 ids, as 'zzz'"),
    ],
)
def test_a_bad_completions_file(assay, questions, tmp_path, text, names):
    file = tmp_path / "completions.jsonl"
    file.write_text(text)
    out = tmp_path / "out"
    bad(assay, "score", "--tasks", "questions", "-o", f"path={questions}", "--file", file,
        "--out", out, "--quiet", names=names)  # fmt: skip
    assert not out.exists() or list(out.glob("runs/*")) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "has no problems"),
        ("nonsense\n", ":1: "),
        ('{"question": "1 + 1?"}\n', "answer"),
        ('{"question": "1 + 1?", "answer": ""}\n', "answer"),
        ('{"question": "1 + 1?", "answer": "2"}\n[]\n', ":2: "),
    ],
)
def test_a_bad_data_file(assay, tmp_path, text, names):
    path = tmp_path / "questions.jsonl"
    path.write_text(text)
    bad(assay, "eval", "--model", "oracle", "--tasks", "questions", "-o", f"path={path}",
        "--out", tmp_path / "out", names=names)  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_duplicate_ids_in_a_data_file(assay, tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "question": "1?", "answer": "1"}\n' * 2)
    bad(assay, "eval", "--model", "oracle", "--tasks", "exact_answer", "-o", f"path={path}",
        "-o", "id_field=id", "--out", tmp_path / "out", names="'a'")  # fmt: skip


def test_the_isolation_is_in_the_manifest(assay, tmp_path):
    code, _, errors = assay(
        "eval", "--model", "oracle", "--tasks", "function_synthesis,arithmetic", "--size", "2",
        "--difficulty", "1", "--quiet", "--out", tmp_path, "--run-id", "one",
    )  # fmt: skip
    assert code == 0, errors
    sandbox = json.loads((tmp_path / "runs" / "one" / "manifest.json").read_text())["sandbox"]
    assert sandbox["backend"] in ("process", "docker")
    assert sandbox["mechanisms"]
