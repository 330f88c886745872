"""Distillation: train a student on a teacher's verified completions, or on its distribution.

`sequence`: the teacher samples completions; the verified ones are the student's SFT data.
`logits`: the student learns the teacher's distribution at every completion token of worked
solutions; student and teacher must have the same vocabulary.
"""

from pathlib import Path

from ...sandbox.errors import UsageError
from .codec import load_codec
from .distributed import main_process_first
from .playing import Demonstration
from .policies import Policy, open_policy
from .policies.bundled import BundledPolicy
from .pretrain import check_context, describe, finish_text, make_corpus, start_policy
from .reject import run_reject
from .rows import Tokens, pack
from .session import Session
from .settings import DistillSettings, ModelSettings, RejectSettings
from .sft import read_pairs
from .text_loop import train_on_rows


def run_distill(config: DistillSettings, resume: bool = False) -> Path:
    """Train a student from a teacher; returns the student's folder.

    The student is `model.checkpoint`, or a preset from scratch with the teacher's tokenizer.
    Raises UsageError for invalid settings, TrainingError when no completion verifies.
    """
    with Session(config, "distill", resume) as session:
        with main_process_first(session.ranks):
            dataset = _teacher_dataset(config) if config.mode == "sequence" else None
            policy = _student(config, session)
        check_context(policy, config.row_tokens)
        if dataset is not None:
            codec = policy.codec
            pairs = read_pairs(dataset)
            tokens = Tokens.build(Demonstration(p, ((c, ""),)).tokens(codec) for p, c in pairs)
            source: dict[str, object] = {"data": str(dataset), "examples": len(tokens)}
            teacher = None
        else:
            settings = ModelSettings(checkpoint=config.teacher)
            teacher = open_policy(settings, session.device, session.precision).reference()
            _same_vocabulary(policy, teacher, config)
            tokens, corpus = make_corpus(config, policy, session)
            source = {"corpus": corpus}
        rows = pack(tokens, config.row_tokens, completions_only=True, seed=config.seed)
        describe(session, policy, {"rows": len(rows), "dropped": rows.dropped, **source})
        train_on_rows(session, policy, rows, config, teacher, config.soften)
        return finish_text(session, policy)


def _teacher_dataset(config: DistillSettings) -> Path:
    """The teacher's verified completions, sampled once and kept in the run's folder."""
    return run_reject(
        RejectSettings(
            out=str(Path(config.out) / "teacher.jsonl"),
            seed=config.seed,
            model=ModelSettings(checkpoint=config.teacher),
            mix=config.mix,
            problems=config.problems,
            samples=config.samples,
            keep_per_problem=config.samples,
            max_tokens=config.max_tokens,
            temperature=config.temperature,
            device=config.device,
            precision=config.precision,
            threads=config.threads,
        ),
        resume=True,
    )


def _student(config: DistillSettings, session: Session) -> Policy:
    if config.model.checkpoint is None:
        # The student uses the teacher's tokenizer, copied to where the run looks for its own.
        folder = session.out / "tokenizer"
        if session.ranks.is_main and not (folder / "tokenizer.json").is_file():
            codec = load_codec(config.teacher.removeprefix("hf/"))
            folder.mkdir(parents=True, exist_ok=True)
            codec.tokenizer.save_pretrained(str(folder))
    return start_policy(config, session)


def _same_vocabulary(student: Policy, teacher: Policy, config: DistillSettings) -> None:
    if student.codec.hash != teacher.codec.hash:
        raise UsageError(
            f"mode 'logits': the tokenizers of the student and of {config.teacher!r} differ; "
            "use mode = 'sequence'"
        )
    if isinstance(teacher, BundledPolicy) and teacher.context < config.row_tokens:
        raise UsageError(
            f"row_tokens {config.row_tokens} is longer than the teacher's context of "
            f"{teacher.context}"
        )
