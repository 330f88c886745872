"""What a run folder keeps: prompts and golds, wider resumes, completions found again."""

import json
from collections import Counter
from pathlib import Path

import pytest
from assay.harness.backends.contract import Completion, ModelIdentity, Sampling
from assay.harness.backends.random import RandomModel
from assay.harness.evaluation import PromptSettings, TaskSpec, evaluate
from assay.harness.evaluation.selection import nested_order, part_of
from assay.harness.results import open_run
from assay.harness.scoring import rescore
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load

ARITHMETIC = TaskSpec("arithmetic", {"size": 12, "difficulty": 1})
WIDER = TaskSpec("arithmetic", {"size": 20, "difficulty": 1})
CIRCUITS = TaskSpec("boolean_circuits", {"size": 5, "difficulty": 1})


class Counting(RandomModel):
    """The guesser, which counts what it is asked; a checkpoint that may be found again."""

    continues = True
    reusable = True

    def __init__(self, name="counting"):
        self.identity = ModelIdentity(name=name, backend="test", revision="1", seeded=True)
        self.asked = []

    def generate(self, requests, sampling):
        for completion in super().generate(requests, sampling):
            self.asked.append(completion.request)
            yield completion


def run(model, specs, out, run_id="one", **settings):
    return evaluate(model, specs, out=out, run_id=run_id, progress=False, **settings)


def lines(out: Path, run_id: str, name: str = "samples.jsonl") -> Counter[bytes]:
    return Counter((out / "runs" / run_id / name).read_bytes().splitlines())


def test_a_run_keeps_what_was_asked_and_its_gold(tmp_path):
    prompts = PromptSettings(system="Be brief.", prefill="So ")
    done = run(Counting(), [ARITHMETIC], tmp_path, prompts=prompts, samples=2)
    suite = ARITHMETIC.load()
    kept = list(done.folder.problems())
    assert [line["problem_id"] for line in kept] == [problem.id for problem in suite]
    first = kept[0]
    assert first["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": suite[0].prompt},
    ]
    assert (first["prefix"], first["answer"]) == ("So ", suite[0].answer)
    assert first["settings"]["max_tokens"] == 1024
    hashes = {line["problem_id"]: line["prompt_hash"] for line in kept}
    for record in done.folder.samples():
        assert record["prompt_hash"] == hashes[record["problem_id"]]
        assert record["completion"].startswith("So ")


def test_private_golds_are_kept_as_hashes(tmp_path):
    done = run(Counting(), [ARITHMETIC], tmp_path, hide_answers=True)
    for line in done.folder.problems():
        assert len(line["answer_hash"]) == 64
        assert "answer" not in line


@pytest.mark.parametrize("wider", [
    ([ARITHMETIC], {"samples": 3}),
    ([WIDER], {"samples": 1}),
    ([ARITHMETIC, CIRCUITS], {"samples": 1}),
    ([CIRCUITS, WIDER], {"samples": 2}),
    ([ARITHMETIC], {"samples": 1, "limit": 10}),
])  # fmt: skip
def test_a_wider_resume_asks_only_for_what_is_new(tmp_path, wider):
    specs, settings = wider
    first = run(Counting(), [ARITHMETIC], tmp_path, limit=settings.get("limit") and 4)
    held = sum(lines(tmp_path, "one").values())
    model = Counting()
    run(model, specs, tmp_path, resume=True, **settings)
    run(Counting(), specs, tmp_path, "undisturbed", cache=False, **settings)
    for name in ("samples.jsonl", "problems.jsonl"):
        assert lines(tmp_path, "one", name) == lines(tmp_path, "undisturbed", name)
    assert len(model.asked) == sum(lines(tmp_path, "one").values()) - held
    manifest = first.folder.manifest()
    undisturbed = open_run("undisturbed", tmp_path).manifest()
    assert manifest["config"] == undisturbed["config"]
    assert len(manifest["widened"]) == 1


def test_a_run_does_not_shrink_and_its_prompts_do_not_change(tmp_path):
    run(Counting(), [ARITHMETIC], tmp_path, samples=2)
    before = lines(tmp_path, "one")
    with pytest.raises(UsageError, match="samples: 2 there, 1 now"):
        run(Counting(), [ARITHMETIC], tmp_path, resume=True)
    with pytest.raises(UsageError, match="tasks: 7 problems of arithmetic there, not now"):
        run(Counting(), [ARITHMETIC], tmp_path, resume=True, samples=2, first=5)
    prompts = PromptSettings(system="x")
    with pytest.raises(UsageError, match="prompts: None there"):
        run(Counting(), [ARITHMETIC], tmp_path, resume=True, samples=2, prompts=prompts)
    assert lines(tmp_path, "one") == before


def test_equal_requests_are_found_again_and_verified_anew(tmp_path, caplog):
    run(Counting(), [ARITHMETIC], tmp_path, samples=2)
    again = Counting()
    done = run(again, [WIDER], tmp_path, "two", samples=3)
    assert len(again.asked) == 20 * 3 - 12 * 2
    assert "24 of 60 completions are taken from one" in caplog.text
    run(Counting(), [WIDER], tmp_path, "fresh", samples=3, cache=False)
    assert lines(tmp_path, "two") == lines(tmp_path, "fresh")
    assert done.summary["missing"] == 0


@pytest.mark.parametrize(("name", "settings"), [
    ("counting", {"seed": 1}),
    ("counting", {"sampling": Sampling(temperature=0.5)}),
    ("counting", {"cache": False}),
    ("counting", {"prompts": PromptSettings(system="x")}),
    ("another", {}),
])  # fmt: skip
def test_other_requests_are_asked(tmp_path, name, settings):
    run(Counting(), [ARITHMETIC], tmp_path)
    again = Counting(name)
    run(again, [ARITHMETIC], tmp_path, "two", **settings)
    assert len(again.asked) == 12


def test_a_model_that_may_have_changed_is_asked_again_unless_told(tmp_path):
    for run_id, cache, asked in (("one", None, 12), ("two", None, 12), ("three", True, 0)):
        model = Counting()
        model.reusable = False
        run(model, [ARITHMETIC], tmp_path, run_id, cache=cache)
        assert len(model.asked) == asked


def test_a_damaged_line_costs_one_sample(tmp_path):
    done = run(Counting(), [ARITHMETIC], tmp_path)
    whole = lines(tmp_path, "one")
    kept = done.folder.samples_path.read_bytes().splitlines(True)
    done.folder.samples_path.write_bytes(b"".join([*kept[:3], b'{"oops\n', *kept[4:]]))
    model = Counting()
    again = run(model, [ARITHMETIC], tmp_path, resume=True)
    assert len(model.asked) == 1
    assert again.summary["missing"] == 0
    assert lines(tmp_path, "one") - Counter([b'{"oops']) == whole


def test_a_rescored_run_keeps_its_prompts(tmp_path):
    run(Counting(), [ARITHMETIC], tmp_path, prompts=PromptSettings(system="Be brief."))
    again = rescore(open_run("one", tmp_path), progress=False)
    new = again.run.folder
    assert sorted(json.dumps(line["messages"]) for line in new.problems()) == sorted(
        json.dumps(line["messages"]) for line in open_run("one", tmp_path).problems()
    )
    assert {record["prompt_hash"] for record in new.samples()} == {
        line["prompt_hash"] for line in new.problems()
    }


class Refusing(Counting):
    """A model that refuses two problems for good."""

    def generate(self, requests, sampling):
        for number, completion in enumerate(super().generate(requests, sampling)):
            if number < 2:
                yield Completion(completion.request, "", finish_reason="context_overflow",
                                 error="too long")  # fmt: skip
            else:
                yield completion


def test_a_final_refusal_completes_the_run(tmp_path):
    done = run(Refusing(), [ARITHMETIC], tmp_path)
    assert done.summary["missing"] == 0
    assert done.summary["suites"]["arithmetic"]["endings"] == {"stop": 10, "context_overflow": 2}
    model = Refusing()
    run(model, [ARITHMETIC], tmp_path, resume=True)
    assert model.asked == []


def _problems(counts):
    return [
        Problem(f"{part}-{number}", "s", "p", "a", {"subject": part, "row": number})
        for part, count in counts.items()
        for number in range(count)
    ]


def test_a_limit_takes_from_every_part_its_share_and_is_nested():
    shares = {"algebra": 0.5, "geometry": 0.3, "counting": 0.15, "rare": 0.05}
    problems = _problems({part: round(1000 * share) for part, share in shares.items()})
    order = nested_order(problems, seed=0)
    assert sorted(order) == list(range(1000))
    for limit in (20, 100, 200, 500):
        taken = Counter(part_of(problems[place].meta) for place in order[:limit])
        for part, share in {
            "algebra": 0.5,
            "geometry": 0.3,
            "counting": 0.15,
            "rare": 0.05,
        }.items():
            assert abs(taken[(part,)] - share * limit) <= 1
    assert nested_order(problems, seed=1) != order
    # Another order of the file is the same sample.
    backwards = nested_order(problems[::-1], seed=0)
    assert {problems[place].id for place in order[:100]} == {
        problems[::-1][place].id for place in backwards[:100]
    }


def test_the_first_ones_are_the_first_ones(own_rows, tmp_path):
    suite = load("gsm8k", data_dir=own_rows)
    spec = TaskSpec("gsm8k", {"data_dir": own_rows})
    done = run(Counting(), [spec], tmp_path, first=2)
    assert [line["problem_id"] for line in done.folder.problems()] == [suite[0].id, suite[1].id]
    assert done.folder.manifest()["config"]["first"] == 2


def test_a_suite_without_end_is_refused(tmp_path):
    with pytest.raises(UsageError, match="a run covers 10,000,000 at most"):
        run(Counting(), [TaskSpec("arithmetic", {"size": 10**23})], tmp_path)
    assert run(Counting(), [TaskSpec("arithmetic", {"size": 10**9})], tmp_path, first=3)
