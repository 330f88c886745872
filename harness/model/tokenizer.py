"""The tokenizer: byte-level BPE, which round-trips any text.

Every digit is a token, because the model computes with numbers. `<think>`, `</think>`, `<answer>`
and `</answer>` are one token each. They are not special tokens, because verifiers read them:
decoding that skips special tokens keeps them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from ...sandbox.errors import UsageError
from ...tasks import Suite

BOS, EOS, PAD, USER, ASSISTANT = "<|bos|>", "<|eos|>", "<|pad|>", "<|user|>", "<|assistant|>"
SPECIAL = (BOS, EOS, PAD, USER, ASSISTANT)
TAGS = ("<think>", "</think>", "<answer>", "</answer>")

CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    "<|assistant|>{{ message['content'] }}{{ eos_token }}"
    "{% elif message['role'] == 'user' %}<|user|>{{ message['content'] }}"
    "{% else %}{{ message['content'] }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

# A digit; a word with the space before it; a line break with its indentation; up to three
# operators or brackets; other white space.
_PIECES = r"\p{N}| ?\p{L}+|\n+ *| ?[^\s\p{L}\p{N}]{1,3}|\s+"

# Always one token: keywords and operators of Python, logic and arithmetic.
_SYMBOLS = (
    "def return for in if else elif while not and or is None True False import range len print"
    " lambda class try except sorted sum max min list dict set str int float == != <= >= += -="
    " ** // -> ∧ ∨ ¬ → ↔ ⊕ ∀ ∃ ≤ ≥ ≠ ⊢ × ÷ √"
)


def build_tokenizer(texts: Iterable[str], vocab_size: int = 768) -> Any:
    """Train a transformers PreTrainedTokenizerFast with a chat template on texts.

    It has at most `vocab_size` tokens, fewer when the texts offer too few merges.
    Raises UsageError when `vocab_size` is too small for all bytes and the special tokens.
    """
    least = 256 + len(SPECIAL) + len(TAGS)
    if vocab_size < least:
        raise UsageError(
            f"vocab_size {vocab_size!r}: use at least {least}, for every byte and special token"
        )
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(TAGS),
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        min_frequency=2,
        show_progress=False,
    )
    backend.train_from_iterator(_training_texts(texts), trainer)
    backend.add_tokens([AddedToken(tag, normalized=False) for tag in TAGS])
    return wrap_tokenizer(backend)


def wrap_tokenizer(backend: Tokenizer) -> Any:
    """A `tokenizers` tokenizer as transformers' PreTrainedTokenizerFast."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        additional_special_tokens=[USER, ASSISTANT],
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
    )


def chat_prompt(tokenizer: Any, question: str, system: str | None = None) -> list[int]:
    """The prompt tokens of one question, up to where the model's answer begins."""
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": question})
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    tokens: list[int] = tokenizer.encode(text, add_special_tokens=False)
    return tokens


def suite_texts(suites: Sequence[Suite], problems: int = 200) -> Iterable[str]:
    """Prompts and gold completions of the first problems of suites, to train on."""
    for suite in suites:
        for problem in suite[: min(problems, len(suite))]:
            yield problem.prompt
            gold = suite.gold(problem)
            if gold is not None:
                yield gold


def _training_texts(texts: Iterable[str]) -> Iterable[str]:
    yield from texts
    for symbol in _SYMBOLS.split():
        # Repeated so that they merge before rare words of the texts.
        yield from [symbol, " " + symbol] * 20
