"""Supervised fine-tuning: packed rows, loss on completions only."""

import json
from collections.abc import Iterator
from pathlib import Path

from ...sandbox.errors import UsageError
from .playing import Demonstration
from .policies import Policy, open_policy
from .pretrain import check_context, describe, finish_text, make_corpus
from .rows import Rows, Tokens, pack
from .session import Session
from .settings import SftSettings
from .text_loop import train_on_rows


def run_sft(config: SftSettings, resume: bool = False) -> Path:
    """Fine-tune on worked solutions or a JSONL file; returns the folder of the final model.

    Raises UsageError for invalid settings or an invalid file.
    """
    with Session(config, "sft", resume) as session:
        policy = open_policy(config.model, session.device, session.precision)
        check_context(policy, config.row_tokens)
        rows, source = sft_rows(config, policy, session)
        if config.epochs is not None:
            steps = max(1, round(config.epochs * len(rows) / config.batch_rows))
            session.settings = config = config.model_copy(update={"steps": steps})
        describe(session, policy, {"rows": len(rows), "dropped": rows.dropped, **source})
        train_on_rows(session, policy, rows, config)
        return finish_text(session, policy)


def sft_rows(
    config: SftSettings, policy: Policy, session: Session
) -> tuple[Rows, dict[str, object]]:
    """The packed examples, and their source for the manifest."""
    if config.data is None:
        tokens, corpus = make_corpus(config, policy, session)
        source: dict[str, object] = {"corpus": corpus}
    else:
        pairs = read_pairs(Path(config.data))
        codec = policy.codec
        tokens = Tokens.build(Demonstration(p, ((c, ""),)).tokens(codec) for p, c in pairs)
        source = {"data": config.data, "examples": len(tokens)}
    return pack(tokens, config.row_tokens, completions_only=True, seed=config.seed), source


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """The prompt and completion of each line. Raises UsageError that names the line."""
    if not path.is_file():
        raise UsageError(f"data {str(path)!r}: no such file")
    found = False
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                pair = record["prompt"], record["completion"]
            except (json.JSONDecodeError, KeyError, TypeError):
                pair = None, None
            if not isinstance(pair[0], str) or not isinstance(pair[1], str):
                raise UsageError(
                    f'{path}:{number}: expected {{"prompt": text, "completion": text}}'
                )
            found = True
            yield pair
    if not found:
        raise UsageError(f"data {str(path)!r} has no examples")
