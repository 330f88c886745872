"""Configurations: one clear line for each mistake."""

import pytest
from assay.harness.training.configuration import (
    apply_override,
    bundled_configs,
    load_config,
    read_toml,
    validate,
)
from assay.sandbox.errors import UsageError

MIX = [{"suite": "arithmetic"}]


@pytest.mark.parametrize(
    ("kind", "content", "needles"),
    [
        ("grpo", {"method": "ppo"}, ["method", "'dapo'", "'cispo'", "'ppo'"]),
        ("grpo", {"batch_size": 10, "group_size": 4}, ["batch_size 10", "group_size 4"]),
        ("grpo", {"batch_size": 8, "group_size": 4, "minibatches": 3}, ["minibatches 3"]),
        ("grpo", {"lernrate": 1}, ["lernrate", "known:", "temperature"]),
        ("grpo", {"reward": {"tmeout": 1}}, ["reward.tmeout", "timeout"]),
        ("grpo", {"temperature": 0}, ["temperature", "greater than 0"]),
        ("grpo", {"mix": []}, ["mix"]),
        ("grpo", {"mix": [{"suite": "a", "weight": -1}]}, ["mix.0.weight"]),
        ("grpo", {"overlong_buffer": 300}, ["overlong_buffer 300", "max_tokens"]),
        ("pretrain", {"batch_rows": 5, "micro_rows": 2}, ["batch_rows 5", "micro_rows 2"]),
        ("pretrain", {"corpus": {"noise": {"direct": 0.9, "corrected": 0.9}}}, ["must not exceed"]),
        ("sft", {"mix": []}, ["data = FILE"]),
        ("distill", {}, ["teacher"]),
    ],
)
def test_mistakes_are_named(kind, content, needles):
    with pytest.raises(UsageError) as caught:
        validate(kind, {"out": "x", "mix": MIX} | content)
    message = str(caught.value)
    assert "\n" not in message
    for needle in needles:
        assert needle in message


def test_unknown_kind_and_file(tmp_path):
    with pytest.raises(UsageError, match="unknown kind"):
        validate("rlhf", {})
    with pytest.raises(UsageError, match="nano"):
        load_config("grpo", str(tmp_path / "absent.toml"))
    (tmp_path / "bad.toml").write_text("steps = = 3")
    with pytest.raises(UsageError, match="not TOML"):
        load_config("grpo", str(tmp_path / "bad.toml"))


def test_overrides(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('out = "x"\n[[mix]]\nsuite = "arithmetic"\n[optimizer]\nlr = 1.0\n')
    config = load_config(
        "grpo", str(file), ["optimizer.lr=0.5", "method=gspo", "mix.0.weight=2", "steps=7"]
    )
    assert (config.optimizer.lr, config.method, config.steps) == (0.5, "gspo", 7)
    assert config.mix[0].weight == 2
    for bad in ("steps", "=3", "mix.5.weight=1", "out.x=1"):
        with pytest.raises(UsageError, match="--set"):
            load_config("grpo", str(file), [bad])


def test_override_by_stage_name():
    content = {"stages": [{"name": "a", "settings": {}}, {"name": "b"}]}
    apply_override(content, "stages.b.settings.steps=3")
    assert content["stages"][1]["settings"] == {"steps": 3}


@pytest.mark.parametrize("name", bundled_configs())
def test_shipped_configurations_are_legal(name):
    from assay.harness.training.recipe import stage_config

    config = validate("recipe", read_toml(name))
    for stage in config.stages:
        stage_config(config, stage)


def test_recipe_links():
    stages = [{"name": "a", "kind": "sft", "start": "b"}]
    with pytest.raises(UsageError, match="start = 'b'"):
        validate("recipe", {"out": "x", "stages": stages})
