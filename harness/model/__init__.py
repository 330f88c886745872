"""The bundled model: DeepSeek-V3's architecture at a small size.

Read the modules in this order: config, rope, latent_attention, experts, network, cache, sampling,
generation, speculative, tokenizer, checkpoint. fast/ repeats some of the mathematics, faster.

    config = ModelConfig.preset("nano", vocab_size=len(tokenizer))
    model = LanguageModel(config)                     # .to(device), .to(torch.bfloat16)
    logits_BTV = model(tokens_BT, segments_BT)        # segments: 0 padding, 1, 2, ... documents
    output = model.forward_train(tokens_BT, segments_BT)
        # .logits_BTV, .mtp_logits, .aux_loss, .load_ME
    loss, mtp_loss = language_losses(output, tokens_BT, segments_BT, loss_mask_BT)
    model.update_router_bias(output.load_ME, rate=0.001)    # after the optimizer's step
    hidden_BTD, _ = model.hidden(tokens_BT)           # model.lm_head gives logits of positions

    tokenizer = build_tokenizer(texts, vocab_size=768)      # transformers' PreTrainedTokenizerFast
    engine = GenerationEngine(model, tokenizer, slots=256)
    rollouts = engine.generate(prompts, group=16, sampling=SamplingParams(max_tokens=128), seed=0)
    for rollout in engine.stream(prompts, 16, sampling, seed=0): ...   # as they finish
        # rollout.prompt, .sample, .tokens, .logprobs, .sampled_logprobs, .finish_reason
    The engine reads the model's weights at every step: after an optimizer step, the next call
    samples from the new weights without a reload.

    save_checkpoint(model, tokenizer, folder); model, tokenizer = load_checkpoint(folder)
"""

from .checkpoint import load_checkpoint, save_checkpoint
from .config import ModelConfig
from .generation import GenerationEngine, Rollout
from .losses import language_losses
from .network import LanguageModel, TrainOutput
from .sampling import SamplingParams
from .tokenizer import build_tokenizer, chat_prompt

__all__ = [
    "GenerationEngine",
    "LanguageModel",
    "ModelConfig",
    "Rollout",
    "SamplingParams",
    "TrainOutput",
    "build_tokenizer",
    "chat_prompt",
    "language_losses",
    "load_checkpoint",
    "save_checkpoint",
]
