import pytest
import torch
from assay.harness.model import LanguageModel, ModelConfig, language_losses
from assay.harness.model.accounting import (
    count_parameters,
    grouped_cache_bytes,
    latent_cache_bytes,
    multi_head_cache_bytes,
)
from assay.harness.model.cache import LatentCache
from assay.harness.model.experts import MixtureOfExperts
from assay.sandbox.errors import UsageError

CONFIG = ModelConfig.preset("nano", vocab_size=64, hidden_size=48, num_hidden_layers=2)


def test_deepseek_v3_has_671b_parameters_of_which_37b_are_active():
    counts = count_parameters(ModelConfig.preset("deepseek-v3"))
    assert round(counts.total / 1e9) == 671
    assert 36.5e9 < counts.active < 38e9
    assert 11e9 < counts.prediction_modules < 14e9


def test_cache_bytes_of_the_papers():
    config = ModelConfig.preset("deepseek-v3")
    assert latent_cache_bytes(config) == 61 * 576 * 2 == 70272
    assert 1 - latent_cache_bytes(config) / multi_head_cache_bytes(config) > 0.98
    # DeepSeek-V2 (60 layers, the same latent, 6 bits) against DeepSeek 67B (95 layers, 8
    # key-value heads of 128, 16 bits): arXiv:2405.04434 says 93.3% less.
    second = latent_cache_bytes(config.replace(num_hidden_layers=60), bits=6)
    assert round(100 * (1 - second / grouped_cache_bytes(95, 8, 128, 16)), 1) == 93.3


@pytest.mark.parametrize("preset", ["nano", "small"])
def test_the_cache_is_the_latent_and_nothing_else(preset):
    config = ModelConfig.preset(preset)
    cache = LatentCache(config, slots=3, length=50)
    assert cache.bytes_per_token == latent_cache_bytes(config, bits=32)
    tensors = [v for v in vars(cache).values() if isinstance(v, torch.Tensor)]
    assert sum(t.nbytes for t in tensors) == cache.nbytes + 3 * 8
    assert latent_cache_bytes(config) < 0.1 * multi_head_cache_bytes(config)


def test_bfloat16_small_fits_20_megabytes(tmp_path):
    from assay.harness.model import save_checkpoint

    save_checkpoint(
        LanguageModel(ModelConfig.preset("small")), None, tmp_path / "m", torch.bfloat16
    )
    assert sum(path.stat().st_size for path in (tmp_path / "m").iterdir()) < 20e6


def test_load_counts_real_tokens_and_the_bias_evens_it_out():
    torch.manual_seed(0)
    model = LanguageModel(CONFIG)
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(0, 64, (8, 40), generator=generator)
    segments = torch.ones_like(tokens)
    segments[:, 30:] = 0
    first = model.forward_train(tokens, segments).load_ME
    assert first.shape == (2, 8)  # one layer with experts, one prediction module
    assert first[0].sum() == 8 * 30 * 2
    with torch.no_grad():
        for _ in range(120):
            model.update_router_bias(model.forward_train(tokens, segments).load_ME, 0.004)
    load = model.forward_train(tokens, segments).load_ME.float()
    assert (load.max(dim=1).values / load.mean(dim=1) < 1.5).all()
    assert (first.float().max(dim=1).values / first.float().mean(dim=1) > 1.5).any()


def test_the_bias_moves_by_the_rate_against_the_load():
    model = LanguageModel(CONFIG)
    load = torch.tensor([[9, 1, 5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 8, 8, 8, 8]])
    model.update_router_bias(load, 0.001)
    first = model.layers[1].mlp.gate.e_score_correction_bias
    module = model.mtp[0].block.mlp.gate.e_score_correction_bias
    assert torch.equal(first, torch.tensor([-1.0, 1, 0, 0, 0, 0, 0, 0]) * 0.001)
    assert torch.equal(module, torch.tensor([1.0, 1, 1, 1, -1, -1, -1, -1]) * 0.001)


def test_balance_loss_is_the_papers_equation():
    torch.manual_seed(0)
    layer = MixtureOfExperts(CONFIG)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x, real = torch.randn(3, 9, 48), torch.ones(3, 9, dtype=torch.bool)
    real[1, 4:] = False
    statistics = []
    layer(x, statistics, real)
    expected = 0.0
    for row in range(3):
        scores = torch.sigmoid(x[row, real[row]] @ layer.gate.weight.T)
        top = scores.topk(2, dim=-1).indices
        for expert in range(8):
            f = (top == expert).sum() * 8 / (2 * len(scores))
            expected += f * (scores[:, expert] / scores.sum(dim=-1)).mean() / 3
    torch.testing.assert_close(statistics[0].balance_loss, expected)


def test_the_bias_chooses_but_does_not_weigh():
    torch.manual_seed(0)
    layer = MixtureOfExperts(CONFIG)
    torch.nn.init.normal_(layer.gate.weight)
    x = torch.randn(20, 48)
    layer.gate.e_score_correction_bias[3] = 100.0
    experts, weights, scores = layer.gate(x)
    assert (experts == 3).any(dim=1).all()
    expected = scores.gather(1, experts)
    expected = CONFIG.routed_scaling_factor * expected / expected.sum(dim=1, keepdim=True)
    torch.testing.assert_close(weights, expected)


def test_every_expert_path_equals_the_grouped_one(monkeypatch):
    torch.manual_seed(0)
    layer = MixtureOfExperts(CONFIG)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    x = torch.randn(5, 7, 48)
    grouped = layer(x)
    monkeypatch.setattr("assay.harness.model.experts.has_grouped_matmul", lambda *a: False)
    torch.testing.assert_close(layer(x), grouped, atol=1e-5, rtol=1e-4)


def test_fused_steps_equal_plain_operations(monkeypatch):
    """Also for experts that no token chose: their gradient must be 0, not a stale value."""
    torch.manual_seed(0)
    model = LanguageModel(CONFIG.replace(q_lora_rank=16, initializer_range=0.2))
    gate = model.layers[1].mlp.gate
    gate.e_score_correction_bias[[2, 7]] = -100.0
    tokens = torch.randint(0, 64, (3, 41))
    segments = torch.tensor([[1] * 20 + [2] * 21, [1] * 41, [0] * 4 + [1] * 37])
    found = []
    for fused in (True, False):
        model.zero_grad()
        loss, further = language_losses(model.forward_train(tokens, segments), tokens, segments)
        (loss + further).backward()
        found.append((loss.item(), [p.grad.clone() for p in model.parameters()]))
        assert (model.layers[1].mlp.experts.down_proj.grad[[2, 7]] == 0).all(), fused
        for module in ("experts", "fast.fused", "fast.latent_space"):
            monkeypatch.setattr(f"assay.harness.model.{module}.fuses", lambda x: False)
    assert abs(found[0][0] - found[1][0]) < 1e-5
    for fused, plain in zip(found[0][1], found[1][1], strict=True):
        torch.testing.assert_close(fused, plain, atol=1e-6, rtol=1e-3)


def test_losses_ignore_padding_and_other_documents():
    torch.manual_seed(0)
    model = LanguageModel(CONFIG.replace(num_nextn_predict_layers=2))
    a, b = torch.randint(0, 64, (1, 9)), torch.randint(0, 64, (1, 6))
    packed = torch.cat((a, b, torch.zeros(1, 3, dtype=torch.int64)), dim=1)
    segments = torch.tensor([[1] * 9 + [2] * 6 + [0] * 3])
    loss, further = language_losses(model.forward_train(packed, segments), packed, segments)
    first, second = (language_losses(model.forward_train(x), x) for x in (a, b))
    torch.testing.assert_close(loss, (first[0] * 8 + second[0] * 5) / 13)
    assert further.isfinite()
    wanted = segments == 2
    only, _ = language_losses(model.forward_train(packed, segments), packed, segments, wanted)
    torch.testing.assert_close(only, second[0])


def test_router_bias_stays_float32_and_angles_stay_exact():
    model = LanguageModel(CONFIG)
    model.layers[1].mlp.gate.e_score_correction_bias += 0.001
    table = model.rope_table().clone()
    model.to(torch.bfloat16)
    model.rope_table()
    model.to(torch.float32)
    bias = model.layers[1].mlp.gate.e_score_correction_bias
    assert torch.equal(bias, torch.full((8,), 0.001))
    assert torch.equal(model.rope_table(), table)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_group": 3}, "n_group is 3.*n_routed_experts 8"),
        ({"n_group": 8}, "n_group is 8"),
        ({"topk_group": 2}, "topk_group is 2"),
        ({"num_experts_per_tok": 9}, "num_experts_per_tok is 9"),
        ({"hidden_size": 0}, "hidden_size is 0"),
        ({"hidden_size": 1.5}, "hidden_size is 1.5"),
        ({"qk_rope_head_dim": 7}, "qk_rope_head_dim is 7"),
        ({"eos_token_id": 64}, "eos_token_id is 64"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps is nan"),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "rope_scaling"),
        ({"rope_scaling": {"type": "yarn", "factor": 2}}, "original_max_position_embeddings"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_config_that_does_not_add_up_names_the_field(changes, message):
    with pytest.raises(UsageError, match=message) as caught:
        CONFIG.replace(**changes)
    assert "\n" not in str(caught.value)


def test_other_configs_are_refused():
    with pytest.raises(UsageError, match="model_type is 'llama'"):
        ModelConfig.from_hf({"model_type": "llama"})
    with pytest.raises(UsageError, match="preset 'huge'"):
        ModelConfig.preset("huge")
    for field, value in (("scoring_func", "softmax"), ("hidden_act", "gelu")):
        with pytest.raises(UsageError, match=f"{field} is '{value}'"):
            ModelConfig.from_hf(CONFIG.to_hf() | {field: value})
    with pytest.raises(UsageError, match="num_key_value_heads"):
        ModelConfig.from_hf(CONFIG.to_hf() | {"num_key_value_heads": 1})
    with pytest.raises(UsageError, match="context"):
        LanguageModel(CONFIG)(torch.zeros(1, 2000, dtype=torch.int64))
