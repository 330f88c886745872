"""The visible part of a completion: no thinking, no channels, no special tokens.

One reader for every domain. It knows the thinking tags, the harmony channels and the end tokens
that serving stacks leave in the text, and nothing about answers.
"""

import re
from bisect import bisect_left

_PAIRED = r"think|thinking|thought|thoughts|reasoning|reflection|scratchpad|seed:think"
_THINKING = re.compile(
    rf"<(?P<opens>{_PAIRED})>|</(?P<closes>{_PAIRED})>"
    r"|\[(?P<bracket>/?)THINK\]|◁(?P<kimi>/?)think▷"
    r"|<\|(?P<token>begin|start|end)_(?:of_)?(?:thought|thinking)\|>"
    r"|<\|inner_(?P<inner>prefix|suffix)\|>",
    re.IGNORECASE,
)
"""The first and last marks of thinking, of every family of models that writes them as text."""
_FENCE = re.compile(r"^[ \t]{0,8}(?:```|~~~)", re.MULTILINE)
_QUOTES = frozenset("\"'`")

_HARMONY = re.compile(r"<\|(start|end|message|channel|return|call)\|>")
_STARTS_HARMONY = re.compile(
    r"\s{0,8}(?:<\|(?:start|channel)\|>|(?:assistant)?\s?(?:analysis|commentary|final)<\|message\|>)"
)
_BARE_HARMONY = re.compile(r"\s{0,8}(?:assistant)?analysis(?=[^\sa-z:<])")
"""The name of the channel glued to its text, which only the loss of special tokens explains."""
_BARE_FINAL = "assistantfinal"

_END = (
    r"<\|(?:im_end|endoftext|eot_id|eom_id|end|end_of_text|end_of_turn|end_of_solution|eot|eos|"
    r"return|call|endofresponse|end_response|end_of_turn_token|user|assistant|im_sep|eod|"
    r"endofprompt|separator|start)\|>"
    r"|</?s>|<(?:eos|pad|end_of_turn|end_of_utterance)>|\[/?INST\]|\[(?:EOS|PAD)\]"
    r"|<｜(?:end▁of▁sentence|User|Assistant)｜>|<｜end of sentence｜>"
)
_START = (
    r"<\|im_start\|>\s{0,4}(?:assistant|user|system)?|<start_of_turn>(?:model|user)?"
    r"|<\|start_header_id\|>\s{0,4}[a-z]{1,12}\s{0,4}<\|end_header_id\|>"
    r"|<\|(?:assistant|user|begin_of_text|begin_of_solution|start_response|start_of_turn_token|"
    r"chatbot_token|begin_of_box)\|>"
    r"|<s>|<bos>|\[/INST\]|<｜(?:Assistant|User|begin▁of▁sentence)｜>"
)
_HEAD = re.compile(rf"\s*(?>(?:{_START})[ \t]*\n*)+", re.IGNORECASE)
_TOKENS = re.compile(rf"(?>\s*(?:{_END}|{_START}))+", re.IGNORECASE)
# Atomic: a token that both lists have must not be tried twice, which takes 2^n steps.
_TAIL = re.compile(rf"(?>[\s*_`$]|{_START}|{_END})+\Z", re.IGNORECASE)
_NEXT_TURN = re.compile(
    rf"(?:{_END})\s{{0,8}}(?:<\|im_start\|>|<start_of_turn>|<\|start_header_id\|>|<\|user\|>"
    r"|(?:user|human)\s{0,2}[:\n])",
    re.IGNORECASE,
)
_TAIL_LENGTH = 2_000
_MAY_BE_TOKEN = re.compile(
    r"[<\[](?:[|｜]|/?s>|bos>|eos>|pad>|start_of_|end_of_|/?INST|EOS|PAD)", re.IGNORECASE
)
"""How every special token begins: a text without it needs no closer look."""


def visible_answer(completion: str) -> str | None:
    """What a reader of the completion sees as the reply.

    - Of harmony messages only the last counts, and only on the channel `final`.
    - Of a text with thinking only what follows the last closed block counts, whether or not its
      opening tag is there (chat templates often hold it).
    - Special tokens at either end go, also between Markdown marks; so does a further turn.

    None: the thinking never finishes, or no message reaches the final channel. White space alone:
    nothing is left to see. Indentation at the start is kept, for code. Linear in the length of the
    completion.
    """
    text = _final_channel(completion)
    text = None if text is None else _after_thinking(text)
    return None if text is None else _without_tokens(text)


def later_turns(completion: str) -> list[str]:
    """The lines behind the end of the first reply: the turns that a model goes on to write."""
    if not _MAY_BE_TOKEN.search(completion):
        return []
    text = _after_thinking(completion) or ""
    turn = _NEXT_TURN.search(text)
    lines = text[turn.end() :].split("\n")[:_LINES] if turn else []
    return [line.partition("<|")[0] for line in lines]


_LINES = 40


def _final_channel(text: str) -> str | None:
    """The text of the last harmony message when it is final; other text as it is."""
    if _BARE_HARMONY.match(text):
        _, found, final = text.rpartition(_BARE_FINAL)
        return final if found else None
    if not _STARTS_HARMONY.match(text):
        return text
    hidden, content = False, None
    header_start, message_start = 0, -1
    for mark in _HARMONY.finditer(text):
        name = mark[1]
        if name == "message" and message_start < 0:
            hidden, message_start = _is_hidden(text[header_start : mark.start()]), mark.end()
            content = None
        elif name != "message" and message_start >= 0:
            content, message_start = text[message_start : mark.start()], -1
            header_start = mark.start() if name == "channel" else mark.end()
        if name == "return":
            break
    if message_start >= 0:
        content = text[message_start:]
    return None if hidden else content


def _is_hidden(header: str) -> bool:
    """Whether the header of a harmony message names a channel that users do not see."""
    _, found, name = header.rpartition("<|channel|>")
    words = (name if found else header).replace("<|constrain|>", " ").split()
    if not words:
        return False
    # Without the token, as when the prompt holds it, the name comes last: `assistant analysis`.
    return (words[0] if found else words[-1]).endswith(("analysis", "commentary"))


def _after_thinking(text: str) -> str | None:
    """The text after the last closed block of thinking; None when a block stays open."""
    marks = list(_THINKING.finditer(text))
    if not marks:
        return text
    fences = [fence.start() for fence in _FENCE.finditer(text)]
    start, opened = 0, False
    for mark in marks:
        if _closes(mark):
            if opened or not _is_quoted(text, mark):
                start, opened = mark.end(), False
        elif not opened:
            opened = not _is_quoted(text, mark) and not _is_fenced(mark.start(), start, fences)
    return None if opened else text[start:]


def _closes(mark: re.Match[str]) -> bool:
    token = (mark["token"] or mark["inner"] or "").lower()
    return bool(mark["closes"] or mark["bracket"] or mark["kimi"] or token in ("end", "suffix"))


def _is_quoted(text: str, mark: re.Match[str]) -> bool:
    """Whether the tag is mentioned: a quote of one kind touches it on both sides."""
    before = text[mark.start() - 1 : mark.start()]
    return before in _QUOTES and text[mark.end() : mark.end() + 1] == before


def _is_fenced(position: int, start: int, fences: list[int]) -> bool:
    """Whether the position is inside a closed code block of the text from `start` on."""
    before = bisect_left(fences, position)
    return (before - bisect_left(fences, start)) % 2 == 1 and before < len(fences)


def _without_tokens(text: str) -> str:
    """The text without special tokens at its ends, and without a further turn."""
    if not _MAY_BE_TOKEN.search(text):
        return text.rstrip()
    if turn := _NEXT_TURN.search(text):
        text = text[: turn.start()]
    if head := _HEAD.match(text):
        text = text[head.end() :]
    cut = max(0, len(text) - _TAIL_LENGTH)
    tail = _TAIL.search(text, cut)
    if tail is not None:
        text = text[: tail.start()] + _TOKENS.sub("", tail[0])
    return text.rstrip()
