"""The spans of text that a sentence may state as its answer: the line, the sentence, a block."""

import json
import re

_FENCED = re.compile(
    r"(?P<fence>```|~~~|\"\"\")[a-z]{0,12}[ \t]{0,8}\n(?P<inner>.*?)\n?(?P=fence)", re.DOTALL
)
"""A block of its own under "Final answer:"."""
_DISPLAYS = (("$$", "$$"), ("\\[", "\\]"), ("\\begin{", "\\end{"))
_SPAN = 20_000


def candidates_of(text: str, start: int, several: bool = False) -> list[tuple[str, int]]:
    """The texts that a statement may state, longest first, each with its end in the text.

    `several`: the sentences of a line may state the parts of one answer.
    """
    block = text[start : start + _SPAN]
    lead = len(block) - len(block.lstrip(" \t\r\n*_:："))
    if block[lead : lead + 3] != "```":
        lead = len(block) - len(block.lstrip(" \t\r\n*_:：`"))
    bold = "**" in block[:lead]
    start, block = start + lead, block[lead:]
    if fenced := _FENCED.match(block):
        return [(fenced["inner"], start + fenced.end())]
    if not block.strip():
        return []
    for opening, closing in _DISPLAYS:
        if block.startswith(opening) and (close := block.find(closing, len(opening))) >= 0:
            stop = close + len(closing)
            if closing == "\\end{":
                stop = block.find("}", stop) + 1 or len(block)
            return [(block[:stop], start + stop)]
    if (length := _json_lines(block)) > 0:
        return [(block[:length], start + length)]
    line = block.split("\n", 1)[0]
    found = []
    paragraph = block.split("\n\n", 1)[0]
    if "\n" in paragraph.strip():
        found.append((paragraph, start + len(paragraph)))
    for end in ([len(line.rstrip())] if several else []) + _ends(line):
        piece = line[:end]
        shown = piece.replace("**", "") if bold or piece.count("**") == 1 else piece
        shown = BOLD.sub(r"\1", shown)
        found.append((shown.strip(" \t*_" if bold else " \t"), start + end))
    return [one for one in dict.fromkeys(found) if one[0].strip()]


def _json_lines(block: str) -> int:
    """The length of a JSON list or object that begins the block and ends on a later line, or 0."""
    if not block.startswith(("[", "{")):
        return 0
    try:
        _, length = json.JSONDecoder().raw_decode(block)
    except (ValueError, RecursionError):
        return 0
    return length if "\n" in block[:length] else 0


BOLD = re.compile(r"(?<![^\s=:(])\*\*([^*\n]{1,200})\*\*(?=[\s.,;:!?)]|$)")
_JOINING = ("or", "and", "either", "not", "nor", "neither")
_SENTENCE_END = re.compile(r"[.!?](?=[\s*)\"'”]|$)|[。！？।]")
_REASON = re.compile(
    r",?\s\(?(?:because|since|which|as|so|due to|after|given|that is|i\.e\.|namely|in other words|"
    r"rather than|not|and not|but not|I (?:think|believe|guess|hope|suppose|am)|right\?|"
    r"and (?:we|this|that is|nothing|it is|no|I|not)|in total|overall|therefore|hence|thus|car|"
    r"weil|porque|puisque|da|потому|так как|"
    r"ya que|já que|pois|poiché|perché|parce que|denn|omdat|ponieważ|çünkü|vì|karena)\b|，|；|"
    r"\s?[（(](?:since|because|as|that is|i\.e\.)|\sor equivalently",
    re.IGNORECASE,
)


def _ends(line: str) -> list[int]:
    """Where a stated value may end on its line: the line, the sentence, before its reason."""
    stops: list[int] = []
    for mark in _SENTENCE_END.finditer(line[:2_000]):
        before = line[: mark.start()]
        if before.count("$") % 2 or before[-3:].casefold() in ("a.m", "p.m"):
            continue
        single = (
            before[-1:].isalpha() and not before[-2:-1].isalnum() and len(before) < len(line) - 1
        )
        if not (single and before[-1:].isupper() and before[-2:-1] not in ("$", "")):
            stops.append(mark.start())
            break
        stops.append(mark.start())
    sentence = stops[-1] if stops and stops[-1] < len(line) else len(line)
    reasons = [
        mark.start()
        for mark in _REASON.finditer(line[: min(sentence, 2_000)])
        if line[: mark.start()].count("$") % 2 == 0
        and line[: mark.start()].rstrip().casefold().split(" ")[-1] not in ("", *_JOINING)
    ]
    ends = [*reasons[:6], len(line.rstrip()), *reversed(stops)]
    ends = [end for end in ends if end <= sentence or end == len(line.rstrip())]
    if sentence < len(line):  # what follows the sentence is not the value
        ends = [end for end in ends if end <= sentence] or ends
    return list(dict.fromkeys(ends))
