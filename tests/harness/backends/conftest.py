"""Tiny models with random weights, whose tokens are characters."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast


def _save(path: Path, **config: object) -> Path:
    vocabulary = {token: i for i, token in enumerate(["<pad>", "<eos>", *map(chr, range(32, 127))])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    raw.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    raw.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="<eos>")
    torch.manual_seed(0)
    settings = {
        "vocab_size": len(vocabulary), "hidden_size": 32, "intermediate_size": 64,
        "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64,
        "eos_token_id": 1, "pad_token_id": 0,
    }  # fmt: skip
    LlamaForCausalLM(LlamaConfig(**(settings | config))).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a context of 64 tokens."""
    return _save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def varied_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose greedy answers are of many lengths: large weights and several end tokens."""
    return _save(
        tmp_path_factory.mktemp("varied"),
        initializer_range=0.4,
        num_key_value_heads=2,
        max_position_embeddings=700,
        eos_token_id=[1, 20, 40, 60],
    )
