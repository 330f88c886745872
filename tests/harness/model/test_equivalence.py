"""The model against transformers' DeepSeek-V3, which we did not write."""

from dataclasses import asdict
from typing import Any

import pytest
import torch
from assay.harness.model import LanguageModel, ModelConfig, load_checkpoint, save_checkpoint
from assay.harness.model.cache import LatentCache
from assay.harness.model.network import document_positions
from transformers import AutoModelForCausalLM, DeepseekV3Config, DeepseekV3ForCausalLM

YARN = {
    "type": "yarn",
    "factor": 4,
    "original_max_position_embeddings": 64,
    "beta_fast": 32,
    "beta_slow": 1,
    "mscale": 1.0,
    "mscale_all_dim": 1.0,
}
SMALL: dict[str, Any] = {
    "vocab_size": 61,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 3,
    "kv_lora_rank": 20,
    "qk_nope_head_dim": 12,
    "qk_rope_head_dim": 8,
    "v_head_dim": 16,
    "intermediate_size": 72,
    "moe_intermediate_size": 24,
    "n_routed_experts": 12,
    "num_experts_per_tok": 3,
    "n_group": 4,
    "topk_group": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.1,
}
CONFIGS: dict[str, dict[str, Any]] = {
    "groups": {},
    "one_group": {"n_group": 1, "topk_group": 1, "num_experts_per_tok": 5},
    "query_lora": {"q_lora_rank": 18},
    "yarn": {"rope_scaling": YARN},
    "yarn_plain": {"rope_scaling": {k: v for k, v in YARN.items() if "mscale" not in k}},
    "yarn_mscale": {"rope_scaling": YARN | {"mscale": 0.7, "mscale_all_dim": 1.3}},
    "yarn_untruncated": {"rope_scaling": YARN | {"truncate": False}, "qk_rope_head_dim": 16},
    "dense_first": {"first_k_dense_replace": 2, "n_shared_experts": 2},
    "all_dense": {"first_k_dense_replace": 3},
    "no_dense": {"first_k_dense_replace": 0, "norm_topk_prob": False},
    "wide_values": {"v_head_dim": 32, "q_lora_rank": 9, "rope_scaling": YARN},
    "bias": {"attention_bias": True, "q_lora_rank": 18},
    "halves": {"rope_interleave": False, "rms_norm_eps": 1e-4},
    # A latent no wider than a head: attention runs in latent space.
    "narrow": {"kv_lora_rank": 12},
    "narrow_yarn": {"kv_lora_rank": 8, "rope_scaling": YARN | {"mscale": 0.7}},
    "narrow_lora_bias": {"kv_lora_rank": 10, "q_lora_rank": 18, "attention_bias": True},
    "narrow_bias": {"kv_lora_rank": 10, "attention_bias": True, "v_head_dim": 10},
    "tied": {"tie_word_embeddings": True, "rope_theta": 500.0},
}


def pair(tmp_path, **changes) -> tuple[LanguageModel, DeepseekV3ForCausalLM]:
    """A random transformers model, and ours read from the folder that it saved."""
    torch.manual_seed(len(changes))
    config = ModelConfig(**(SMALL | changes))
    theirs = DeepseekV3ForCausalLM(DeepseekV3Config.from_dict(config.to_hf())).eval()
    with torch.no_grad():
        for name, tensor in theirs.named_buffers():
            if "e_score_correction_bias" in name:
                tensor.normal_(std=0.2)
        for name, tensor in theirs.named_parameters():
            if "norm" in name:
                tensor.uniform_(0.5, 1.5)
            if name.endswith("bias"):
                tensor.normal_(std=0.1)
    theirs.save_pretrained(tmp_path / "theirs")
    ours, _ = load_checkpoint(tmp_path / "theirs")
    return ours, theirs


def relative(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()


@pytest.mark.parametrize("name", CONFIGS)
def test_logits_gradients_and_decoding_equal_transformers(name, tmp_path):
    ours, theirs = pair(tmp_path, **CONFIGS[name])
    tokens = torch.randint(0, SMALL["vocab_size"], (3, 90))
    expected = theirs(tokens).logits
    logits = ours(tokens)
    assert relative(logits, expected) < 1e-5

    weights = torch.randn_like(logits)
    (logits * weights).sum().backward()
    (expected * weights).sum().backward()
    mine = dict(ours.named_parameters())
    compared = 0
    for key, parameter in theirs.named_parameters():
        own = mine[key.removeprefix("model.")].grad
        assert own is not None, key
        assert relative(own, parameter.grad) < 1e-4, key
        compared += 1
    assert compared == len(mine)

    with torch.no_grad():
        cache = LatentCache(ours.config, 3, 90)
        parts = [ours(tokens[:, :70], cache=cache)]
        past = theirs(tokens[:, :70], use_cache=True).past_key_values
        for step in range(70, 90):
            parts.append(ours(tokens[:, step : step + 1], cache=cache))
            out = theirs(tokens[:, step : step + 1], past_key_values=past, use_cache=True)
            assert relative(parts[-1], out.logits) < 1e-4
        assert relative(torch.cat(parts, dim=1), expected) < 1e-4


@pytest.mark.parametrize("name", ["groups", "yarn", "query_lora", "bias", "tied"])
def test_transformers_loads_what_we_save(name, tmp_path):
    torch.manual_seed(1)
    model = LanguageModel(ModelConfig(**(SMALL | CONFIGS[name])))
    save_checkpoint(model, None, tmp_path / "ours")
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "ours").eval()
    tokens = torch.randint(0, SMALL["vocab_size"], (2, 80))
    with torch.no_grad():
        assert relative(model(tokens), theirs(tokens).logits) < 1e-5


def test_padding_on_either_side_equals_transformers(tmp_path):
    ours, theirs = pair(tmp_path)
    mask = torch.ones(3, 12, dtype=torch.int64)
    mask[0, :5] = 0
    mask[1, 8:] = 0
    tokens = torch.randint(0, SMALL["vocab_size"], mask.shape)
    with torch.no_grad():
        positions = (mask.cumsum(dim=1) - 1).clamp_min(0)
        expected = theirs(tokens, attention_mask=mask, position_ids=positions).logits
        real = mask.bool()
        logits = ours(tokens, segments_BT=mask)
        assert torch.isfinite(logits).all()
        assert relative(logits[real], expected[real]) < 1e-5


@pytest.mark.parametrize("name", ["groups", "narrow", "narrow_lora_bias"])
def test_packed_rows_and_their_gradients_equal_transformers(name, tmp_path):
    ours, theirs = pair(tmp_path, **CONFIGS[name])
    segments = torch.tensor([[1] * 37 + [2] * 30 + [0] * 3, [1] * 5 + [2] * 33 + [3] * 32])
    tokens = torch.randint(0, SMALL["vocab_size"], segments.shape)
    same = (segments[:, None] == segments[:, :, None]) & torch.ones(70, 70).tril().bool()
    opened = torch.zeros(same.shape).masked_fill_(~same, torch.finfo(torch.float32).min)
    expected = theirs(
        tokens, attention_mask=opened[:, None], position_ids=document_positions(segments)
    ).logits
    output = ours.forward_train(tokens, segments)
    real = (segments > 0).unsqueeze(-1)
    assert relative(output.logits_BTV * real, expected * real) < 1e-5
    weights = torch.randn_like(expected) * real
    (output.logits_BTV * weights).sum().backward()
    (expected * weights).sum().backward()
    mine = dict(ours.named_parameters())
    for key, parameter in theirs.named_parameters():
        assert relative(mine[key.removeprefix("model.")].grad, parameter.grad) < 1e-4, key


def test_packed_documents_do_not_see_each_other(tmp_path):
    ours, _ = pair(tmp_path, num_nextn_predict_layers=0)
    a, b = torch.randint(0, 61, (1, 7)), torch.randint(0, 61, (1, 9))
    packed = torch.cat((a, b), dim=1)
    segments = torch.tensor([[1] * 7 + [2] * 9])
    with torch.no_grad():
        together = ours(packed, segments_BT=segments)
        assert relative(together[:, :7], ours(a)) < 1e-5
        assert relative(together[:, 7:], ours(b)) < 1e-5


@pytest.mark.parametrize("depth", [1, 2])
def test_prediction_modules_equal_transformers(depth, tmp_path):
    layers = pytest.importorskip("transformers.modeling_layers")
    if not hasattr(layers, "MtpModel"):
        pytest.skip("this version of transformers has no prediction modules")
    torch.manual_seed(depth)
    config = ModelConfig(**(SMALL | {"first_k_dense_replace": 0}))
    model = LanguageModel(config.replace(num_nextn_predict_layers=depth))
    save_checkpoint(model, None, tmp_path / "m")
    main = AutoModelForCausalLM.from_pretrained(tmp_path / "m").eval()
    theirs = layers.MtpModel(main, depth).eval()
    with torch.no_grad():
        for layer, own in zip(theirs.layers, model.mtp, strict=True):
            layer.enorm.weight.copy_(own.enorm.weight)
            layer.hnorm.weight.copy_(own.hnorm.weight)
            layer.eh_proj.weight.copy_(own.eh_proj.weight)
            layer.post_norm.weight.copy_(own.norm.weight)
            layer.mtp_block.load_state_dict(own.block.state_dict())
        tokens = torch.randint(0, 61, (1, 20))
        output = model.forward_train(tokens)
        state = main.model(tokens).last_hidden_state
        for index, layer in enumerate(theirs.layers, start=1):
            positions = torch.arange(20 - index).unsqueeze(0)
            state = layer(
                inputs_embeds=theirs.embed_tokens(tokens[:, index:]),
                previous_hidden_state=state[:, : 20 - index],
                position_embeddings=theirs.rotary_emb(state, positions),
                attention_mask=None,
                position_ids=positions,
                past_key_values=None,
            )
            expected = main.lm_head(state)
            assert relative(output.mtp_logits[index - 1], expected) < 1e-5


def test_config_round_trip():
    for name in ("nano", "small", "deepseek-v3"):
        config = ModelConfig.preset(name)
        assert ModelConfig.from_hf(config.to_hf()) == config
        theirs = DeepseekV3Config.from_dict(config.to_hf())
        back = asdict(ModelConfig.from_hf(theirs.to_dict()))
        own = asdict(config)
        assert back.pop("rope_scaling") is None or own["rope_scaling"]["factor"] == 40
        own.pop("rope_scaling")
        assert back == own
