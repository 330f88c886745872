"""Pretraining: next-token and multi-token prediction over whole examples of the mixture."""

from pathlib import Path
from typing import Any

import torch

from ...sandbox.errors import UsageError
from .codec import Codec, load_codec, save_codec
from .corpus import build_corpus, example
from .distributed import main_process_first
from .mixture import Mixture
from .policies import Policy, open_policy
from .policies.bundled import BundledPolicy
from .rows import Tokens, pack
from .session import Session
from .settings import PretrainSettings, TextRunSettings
from .text_loop import train_on_rows

_TOKENIZER_EXAMPLES = 3000


def run_pretrain(config: PretrainSettings, resume: bool = False) -> Path:
    """Train from scratch or from `model.checkpoint`; returns the folder of the final model.

    Raises UsageError for invalid settings, TrainingError for NaN.
    """
    with Session(config, "pretrain", resume) as session:
        with main_process_first(session.ranks):
            policy = start_policy(config, session)
        tokens, corpus = make_corpus(config, policy, session)
        rows = pack(tokens, config.row_tokens, completions_only=False, seed=config.seed)
        describe(session, policy, {"corpus": corpus, "rows": len(rows), "dropped": rows.dropped})
        train_on_rows(session, policy, rows, config)
        return finish_text(session, policy)


def start_policy(config: TextRunSettings, session: Session) -> Policy:
    """The model to train: a checkpoint, or a preset with random weights and a new tokenizer."""
    if config.model.checkpoint is not None:
        policy = open_policy(config.model, session.device, session.precision)
        check_context(policy, config.row_tokens)
        return policy
    from ..model import LanguageModel, ModelConfig

    codec = make_codec(config, session)
    size = {"vocab_size": len(codec.tokenizer)} | config.model.overrides
    special = {
        "bos_token_id": codec.tokenizer.bos_token_id,
        "eos_token_id": codec.end,
        "pad_token_id": codec.tokenizer.pad_token_id,
    }
    model_config = ModelConfig.preset(config.model.preset, **(special | size))
    torch.manual_seed(config.seed)
    model = LanguageModel(model_config)
    policy = BundledPolicy(model, codec, session.device, session.precision, slots=256)
    check_context(policy, config.row_tokens)
    return policy


def make_codec(config: TextRunSettings, session: Session) -> Codec:
    """The run's tokenizer: the saved one, or a new one trained on the run's examples."""
    folder = session.out / "tokenizer"
    if (folder / "tokenizer.json").is_file():
        return load_codec(str(folder))
    from ..model import build_tokenizer

    mixture = Mixture(config.mix, config.seed)
    count = min(_TOKENIZER_EXAMPLES, config.corpus.examples)
    texts = [text for n in range(count) for text in example(mixture, n, config.corpus).texts]
    size = int(config.model.overrides.get("vocab_size", 768))
    return save_codec(build_tokenizer(texts, vocab_size=size), folder)


def check_context(policy: Policy, tokens: int) -> None:
    """Raises UsageError when rows are longer than the model's context."""
    if tokens > policy.context:
        raise UsageError(
            f"row_tokens {tokens} is longer than the model's context of {policy.context}"
        )


def make_corpus(
    config: TextRunSettings, policy: Policy, session: Session
) -> tuple[Tokens, dict[str, Any]]:
    """The corpus of a run; with several processes, the first one generates it."""
    with main_process_first(session.ranks):
        return build_corpus(
            config.mix, config.seed, policy.codec, config.corpus, corpus_folder(config),
            session.telemetry.say,
        )  # fmt: skip


def corpus_folder(config: TextRunSettings) -> Path:
    """The folder of a run's shards."""
    return Path(config.corpus.cache) if config.corpus.cache else Path(config.out) / "corpus"


def describe(session: Session, policy: Policy, content: dict[str, Any]) -> None:
    """Write the manifest of a run over text."""
    parameters = sum(p.numel() for p in policy.model.parameters())
    session.manifest({"parameters": parameters, "tokenizer": policy.codec.hash, **content})


def finish_text(session: Session, policy: Policy) -> Path:
    """Save the final model (bfloat16 for bfloat16 runs) and the report; returns its folder."""
    final = session.out / "final"
    if session.ranks.is_main:
        dtype = torch.bfloat16 if session.precision == torch.bfloat16 else None
        policy.save(final, dtype)
    session.finish({"final": str(final)})
    return final
