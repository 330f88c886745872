"""Files of lm-eval, inspect_ai and EvalPlus are scored, and a run goes out as lm-eval's results."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assay.harness.backends.contract import Completion, ModelIdentity
from assay.harness.completions import read_completions
from assay.harness.evaluation import Run, TaskSpec, evaluate
from assay.harness.export_run import export_run
from assay.harness.scoring import score_file
from assay.sandbox.errors import UsageError
from assay.tasks import load

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows as JSON lines, or one value as JSON."""

    def call(name: str, *rows: Any) -> Path:
        path = tmp_path / name
        lines = rows if name.endswith("jsonl") else rows[:1]
        path.write_text("".join(json.dumps(row) + "\n" for row in lines))
        return path

    return call


@pytest.fixture
def spec(tmp_path: Path) -> TaskSpec:
    """Three problems whose own ids are names."""
    path = tmp_path / "questions.jsonl"
    rows = [("first", "6 * 7?", "42"), ("second", "6 * 8?", "48"), ("third", "6 * 9?", "54")]
    path.write_text(
        "".join(json.dumps({"id": i, "question": q, "answer": a}) + "\n" for i, q, a in rows)
    )
    return TaskSpec("questions", {"path": str(path), "id_field": "id"})


def _score(spec: TaskSpec, path: Path, tmp_path: Path) -> Run:
    return score_file(spec, path, out=tmp_path / "out", run_id="scored", progress=False)


def _statuses(run: Run) -> dict[tuple[str, int], str]:
    return {(r["problem_id"], r["sample"]): r["verdict"]["status"] for r in run.folder.samples()}


def _by_row(run: Run) -> dict[tuple[int, int], str]:
    """The same by the number of the problem in the file of questions."""
    rows = {(int(i.rpartition("-")[2]), k): status for (i, k), status in _statuses(run).items()}
    return dict(sorted(rows.items()))


def _lm_eval(doc_id: int, texts: list[str], name: str = "strict-match") -> dict[str, Any]:
    return {
        "doc_id": doc_id, "doc": {"question": "?"}, "target": "#### 42",
        "arguments": {"gen_args_0": {"arg_0": "Question: ?", "arg_1": {"until": ["\n\n"]}}},
        "resps": [texts], "filtered_resps": ["42"], "filter": name, "metrics": ["exact_match"],
        "doc_hash": "a", "prompt_hash": "b", "target_hash": "c", "exact_match": 1.0,
    }  # fmt: skip


def _boxed(answer: int) -> str:
    return f"so \\boxed{{{answer}}}"


def test_lm_eval_samples_count_once_whatever_their_filters(
    spec: TaskSpec, write: Write, tmp_path: Path
) -> None:
    rows = [
        _lm_eval(number, [_boxed(answer)], name)
        for name in ("strict-match", "flexible-extract")
        for number, answer in ((1, 48), (0, 41), (2, 54))
    ]
    run = _score(spec, write("samples_gsm8k.jsonl", *rows), tmp_path)
    assert _by_row(run) == {(0, 0): "incorrect", (1, 0): "correct", (2, 0): "correct"}


def test_lm_eval_repeats_are_samples(spec: TaskSpec, write: Write, tmp_path: Path) -> None:
    row = _lm_eval(0, [_boxed(42), _boxed(43), "<think> it never ends"])
    run = _score(spec, write("samples.jsonl", row), tmp_path)
    assert list(_by_row(run).values()) == ["correct", "incorrect", "no_answer"]


def test_lm_eval_likelihoods_are_refused(write: Write) -> None:
    row = _lm_eval(0, []) | {"resps": [[["-3.5", "False"]], [["-1.25", "True"]]]}
    with pytest.raises(UsageError, match=r"samples\.jsonl:1: these are log-likelihoods"):
        read_completions(write("samples.jsonl", row))


def _inspect(samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": 2, "status": "success", "eval": {"task": "t"}, "samples": samples}


def _inspect_sample(
    sample_id: int | str, content: Any, epoch: int = 1, stop: str = "stop"
) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "source": "generate"}
    return {
        "id": sample_id, "epoch": epoch, "input": "?", "target": "42",
        "messages": [{"role": "user", "content": "?"}, message],
        "output": {"model": "m", "choices": [{"message": message, "stop_reason": stop}]},
        "scores": {"match": {"value": "C"}},
    }  # fmt: skip


def test_inspect_logs_count_from_one_and_keep_epochs_and_thoughts(
    spec: TaskSpec, write: Write, tmp_path: Path
) -> None:
    parts = [{"type": "reasoning", "reasoning": "hm 41"}, {"type": "text", "text": _boxed(42)}]
    log = _inspect(
        [_inspect_sample(1, parts), _inspect_sample(1, _boxed(40), epoch=2),
         _inspect_sample(2, "<think>\nso", stop="max_tokens")]
    )  # fmt: skip
    run = _score(spec, write("log.json", log), tmp_path)
    assert _by_row(run) == {(0, 0): "correct", (0, 1): "incorrect", (1, 0): "truncated"}
    thought = next(r for r in run.folder.samples() if r["verdict"]["status"] == "correct")
    assert thought["completion"].startswith("<think>\nhm 41\n</think>\n")


def test_inspect_logs_with_ids_of_the_suite(spec: TaskSpec, write: Write, tmp_path: Path) -> None:
    log = _inspect([_inspect_sample("third", _boxed(54)), _inspect_sample("first", _boxed(54))])
    run = _score(spec, write("log.json", log), tmp_path)
    assert _by_row(run) == {(0, 0): "incorrect", (2, 0): "correct"}


def test_numbers_of_an_inspect_log_may_be_ids_of_the_suite(write: Write, tmp_path: Path) -> None:
    rows = [{"id": 12 - n, "question": f"{n}?", "answer": str(n)} for n in range(3)]
    file = write("numbered.jsonl", *rows)
    spec = TaskSpec("questions", {"path": str(file), "id_field": "id"})
    log = _inspect([_inspect_sample(12, _boxed(0)), _inspect_sample(11, _boxed(1))])
    run = _score(spec, write("log.json", log), tmp_path)
    assert _by_row(run) == {(0, 0): "correct", (1, 0): "correct"}


def test_numbers_beyond_the_suite_are_one_line(
    spec: TaskSpec, write: Write, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="lacks 1 of the 2 ids, as '9'"):
        _score(spec, write("s.jsonl", _lm_eval(0, ["x"]), _lm_eval(9, ["x"])), tmp_path)


def test_evalplus_samples_whole_programs_and_bodies(
    data_dir: str, write: Write, tmp_path: Path
) -> None:
    path = Path(data_dir) / "humaneval" / "HumanEval.jsonl.gz"
    with gzip.open(path, "rt") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(4), strict=False)]
    whole = [{"task_id": row["task_id"], "solution": row["prompt"] + row["canonical_solution"]}
             for row in rows[:2]]  # fmt: skip
    bodies = [{"task_id": row["task_id"], "completion": row["canonical_solution"]}
              for row in rows[2:]]  # fmt: skip
    wrong = [{"task_id": rows[0]["task_id"], "solution": rows[0]["prompt"] + "    return None\n"}]
    spec = TaskSpec("humaneval", {"data_dir": data_dir})
    run = _score(spec, write("samples.jsonl", *whole, *bodies, *wrong), tmp_path)
    found = _statuses(run)
    assert found.pop(("HumanEval/0", 1)) == "incorrect"
    assert len(found) == 4
    assert set(found.values()) == {"correct"}


class Alternating:
    """Right, wrong, right, ...; finishes in the opposite order of the questions."""

    identity = ModelIdentity(name="hf/some model", backend="test", seeded=True)

    def generate(self, requests: Any, sampling: Any) -> Any:
        for number, request in enumerate(reversed(list(requests))):
            right = request.suite.gold(request.problem)
            yield Completion(request, right if number % 2 else "<answer>?</answer>", 5, 7)

    def close(self) -> None:
        pass


@pytest.fixture
def exported(tmp_path: Path) -> tuple[Run, list[Path]]:
    specs = [
        TaskSpec("arithmetic", {"size": 12, "difficulty": 1}),
        TaskSpec("boolean_circuits", {"size": 9, "difficulty": 1}),
    ]
    run = evaluate(Alternating(), specs, 2, out=tmp_path / "a", limit=8, progress=False)
    return run, export_run(run.folder, tmp_path / "lm")


def test_a_run_in_the_results_format_of_lm_eval(exported: tuple[Run, list[Path]]) -> None:
    run, (path, *samples) = exported
    assert path.parent.name == "hf__some_model"
    assert path.name.startswith("results_")
    assert [one.name.split("_2")[0] for one in samples] == [
        "samples_arithmetic", "samples_boolean_circuits",
    ]  # fmt: skip
    results = json.loads(path.read_text())
    numbers = run.summary["suites"]["arithmetic"]
    assert results["results"]["arithmetic"]["acc,none"] == numbers["accuracy"]
    assert results["results"]["arithmetic"]["acc_stderr,none"] == numbers["standard_error"]
    assert results["results"]["arithmetic"]["pass@2,none"] == numbers["pass_at"]["2"]
    assert results["n-samples"]["arithmetic"] == {"original": 12, "effective": 8}
    assert results["higher_is_better"]["arithmetic"]["acc"] is True
    assert set(results["versions"]) == set(results["n-shot"]) == set(results["configs"])


def test_exported_samples_are_scored_to_the_same_verdicts(
    exported: tuple[Run, list[Path]], tmp_path: Path
) -> None:
    run, (_, path, _) = exported
    spec = TaskSpec("arithmetic", {"size": 12, "difficulty": 1})
    again = _score(spec, path, tmp_path)
    before = {key: value for key, value in _statuses(run).items() if key[0].startswith("arith")}
    assert _statuses(again) == before
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["doc_id"] for row in rows] == list(range(8))
    assert rows[3]["doc"]["id"] == load("arithmetic", size=12, difficulty=1)[3].id


def test_a_run_that_cannot_be_exported_is_one_line(
    exported: tuple[Run, list[Path]], tmp_path: Path
) -> None:
    run, _ = exported
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UsageError, match="--out"):
        export_run(run.folder, blocked)
    run.folder.summary_path.unlink()
    with pytest.raises(UsageError, match="has not finished"):
        export_run(run.folder, tmp_path / "again")
