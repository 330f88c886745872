"""The recipe that shows R1-Zero: gate, measures, stages at once, one page; on a tiny model."""

import json
from pathlib import Path

import pytest
import torch
from assay.harness.training.configuration import load_config, read_toml, validate
from assay.harness.training.gate import _trace
from assay.harness.training.measure_settings import MeasureSettings
from assay.harness.training.mixture import held_out
from assay.harness.training.policies import open_policy
from assay.harness.training.recipe import run_recipe, stage_config
from assay.harness.training.recipe_report import interval
from assay.harness.training.session import TrainingError, pick_device
from assay.harness.training.settings import HeldOutSettings, MixEntry, RecipeSettings
from assay.harness.training.telemetry import read_lines
from assay.sandbox.errors import UsageError

from .conftest import TINY

MIX = [{"suite": "countdown", "difficulties": [1]}]


def recipe(out, **changes):
    grpo = {"steps": 1, "held_out": {"problems": 1}, "samples_kept": 16}
    content = {
        "out": str(out),
        "common": {
            "threads": 1, "row_tokens": 160, "batch_rows": 2, "batch_size": 16, "group_size": 8,
            "max_prompt_tokens": 120, "max_tokens": 16, "problems": 2, "method": "dr_grpo",
            "device": "cpu", "reward": {"workers": 1}, "mix": MIX,
        },
        "stages": [
            {"name": "base", "kind": "pretrain", "settings": {
                "steps": 2, "model": {"preset": "nano", "overrides": TINY},
                "corpus": {"examples": 60, "workers": 1, "search": {"patience": 3}}}},
            {"name": "gate", "kind": "gate", "start": "base",
             "settings": {"values": 0.0, "verdicts": 0.0}},
            {"name": "zero", "kind": "grpo", "start": "base", "after": "gate", "settings": grpo},
            {"name": "measured-base", "kind": "measure", "start": "base",
             "settings": {"samples": 8}},
            {"name": "measured-zero", "kind": "measure", "start": "zero",
             "settings": {"samples": 4}},
        ],
    }  # fmt: skip
    return RecipeSettings.model_validate(content | changes)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    config = recipe(tmp_path_factory.mktemp("zero") / "run")
    run_recipe(config)
    return config


def test_the_recipe_measures_every_model_on_the_same_problems(finished):
    out = Path(finished.out)
    rows = {n: read_lines(out / f"measured-{n}" / "problems.jsonl") for n in ("base", "zero")}
    assert [r["problem"] for r in rows["base"]] == [r["problem"] for r in rows["zero"]]
    assert len(rows["base"]) == 2
    assert all(r["sampled_scored"] == 8 and r["greedy_scored"] == 1 for r in rows["base"])
    summary = json.loads((out / "measured-base" / "measures.json").read_text())
    assert list(summary["by"]) == ["all", "countdown-d1"]
    assert list(summary["by"]["all"]["pass@k"]) == ["1", "2", "4", "8"]
    gains = json.loads((out / "gains.json").read_text())
    assert {(g["model"], g["base"], g["measure"]) for g in gains} == {
        ("zero", "base", "greedy"), ("zero", "base", "pass@1")
    }  # fmt: skip
    page = (out / "report.html").read_text()
    for piece in ("Stages", "pass@k, held out", "While training", "Gains over the base", "Cost"):
        assert piece in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_gate_that_fails_says_the_mend_and_keeps_the_base(finished):
    out = Path(finished.out)
    content = finished.model_dump()
    content["stages"][1]["settings"] = {}
    content["only"] = ["gate"]
    (out / "gate" / "done.json").unlink()
    strict = RecipeSettings.model_validate(content)
    with pytest.raises(TrainingError, match=r"values right 0.*floor 0.98.*train the base longer"):
        run_recipe(strict, resume=True)
    assert (out / "base" / "done.json").is_file()
    content["stages"][1]["settings"] = {"values": 0.0, "verdicts": 0.0}
    run_recipe(RecipeSettings.model_validate(content), resume=True)
    assert (out / "gate" / "done.json").is_file()


def test_the_gate_looks_at_checks_and_verdicts_alone(finished):
    config = MeasureSettings.model_validate({"out": "x", "mix": MIX})
    item = held_out([MixEntry.model_validate(MIX[0])], HeldOutSettings(problems=1))[0]
    model = config.model.model_copy(update={"checkpoint": f"{finished.out}/base/final"})
    policy = open_policy(model, pick_device("cpu"), torch.float32)
    trace = _trace(item, policy.codec)
    kinds = [name for name, _ in trace.spans]
    assert kinds[::2] == ["values"] * (len(kinds) // 2)
    assert set(kinds[1::2]) <= {"yes", "no"}
    for name, places in trace.spans:
        text = policy.codec.tokenizer.decode([trace.tokens[i] for i in places])
        if name == "values":
            assert f"want {item.problem.meta['target']}?" in text
            assert not any(word in text for word in ("yes", "no", "wait", "<"))
        else:
            assert text.strip() == name


def test_a_stage_that_stops_lets_the_others_at_work_finish(finished):
    out = Path(finished.out)
    (out / "measured-zero" / "done.json").unlink()
    (out / "gate" / "done.json").unlink()
    content = finished.model_dump()
    content["stages"][1]["settings"] = {}
    chosen = {"jobs": 2, "only": ["gate", "measured-zero"]}
    with pytest.raises(TrainingError, match=r"stage gate \(exit code 1\)"):
        run_recipe(RecipeSettings.model_validate(content | chosen), resume=True)
    assert (out / "measured-zero" / "done.json").is_file()


def test_the_packaged_recipe_is_valid_and_its_budget_holds_its_traces():
    config = load_config("recipe", "zero")
    settings = {stage.name: stage_config(config, stage) for stage in config.stages}
    domains = {entry.suite for entry in settings["base"].mix}
    assert {"countdown", "linear_equations", "input_prediction"} <= domains
    assert settings["control"].corpus.search.retried == 0.0
    assert settings["base"].corpus.search.retried > 0.0
    assert all(settings[f"zero-{seed}"].seed == seed for seed in range(3))
    assert settings["zero-0"].reward.format_bonus == 0.0
    content = read_toml("zero")
    content["stages"][2]["start"] = "bas"
    with pytest.raises(UsageError, match="'gate' has start = 'bas'"):
        validate("recipe", content)
    mean, reach = interval([0.0, 1.0] * 50)
    assert mean == 0.5
    assert reach == pytest.approx(0.0985, abs=1e-3)
