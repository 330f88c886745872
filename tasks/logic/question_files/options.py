"""The options of a question in every format that files use, and the right ones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....sandbox.errors import UsageError
from ..shapes.plain_text import key
from .fields import literal
from .rows import folded, pick

OPTIONS = (
    "options", "choices", "target_scores", "endings", "answers", "candidates", "choice",
    "answer_choices", "alternatives", "mc1_targets", "multiple_choice_targets",
)  # fmt: skip
MOST = 26
_MARK = r"[)\].:．、）：]"
"""What follows the letter of an option, in ASCII and in full width."""
_LABEL = re.compile(rf"\s*[(\[（]?([A-Z]){_MARK}\s*", re.IGNORECASE)
_COLUMN = re.compile(r"(option|choice|opt|op|ending|answer|sol|alternative|)_?([a-j]|\d{1,2})")
_LISTED = re.compile(rf"^[ \t]*[(\[（]?([A-Z]){_MARK}[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_INLINE = re.compile(
    rf"(?:^|(?<=\s))[(\[（]?([A-J]){_MARK}\s*(\S.{{0,2000}}?)"
    rf"(?=\s+[(\[（]?[A-J]{_MARK}|\s*\Z)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ListedOptions:
    """The options in order, with the file's labels and scores."""

    texts: list[str]
    labels: list[str]
    """The file's labels: letters, or the numbers of its columns."""
    scores: list[float] | None = None
    """The score of each option, in files that have scores (BIG-bench, TruthfulQA)."""
    inline: bool = False
    """Whether the question already shows them."""


def letters(count: int) -> list[str]:
    """Return the letters `A`, `B`, ... for `count` options."""
    return [chr(ord("A") + i) for i in range(count)]


def options_of(
    row: Mapping[str, Any], field: str | None, question: str, where: str
) -> ListedOptions:
    """Find the options of a row: a field, separate columns, or lines of the question.

    Raises UsageError when there are none, fewer than 2 or more than 26.
    """
    raw = None
    if field is not None:
        raw = pick(row, field, (), where)
    else:
        raw = pick(row, None, OPTIONS, where, required=False)
        if raw is None or (isinstance(raw, str) and len(raw) == 1):
            return _checked(_columns(row) or within(question), where)
    return _checked(read_options(raw, where), where)


def _checked(options: ListedOptions | None, where: str) -> ListedOptions:
    if options is None or len(options.texts) < 2:
        raise UsageError(
            f"{where}: the options must be at least 2 texts: a list or an object in one of "
            f"{', '.join(OPTIONS)}, columns like A, B or option1, option2, or lines of the question"
        )
    if len(options.texts) > MOST:
        raise UsageError(f"{where}: {len(options.texts)} options; at most {MOST} have letters")
    return options


def read_options(raw: Any, where: str) -> ListedOptions | None:
    """Read options from one value: a list, an object, or text that holds either."""
    raw = literal(raw)
    if isinstance(raw, Mapping):
        return _in_object(raw)
    if isinstance(raw, str):
        found = within(raw)
        texts = found.texts if found else [line for line in raw.split("\n") if line.strip()]
        return _named(texts)
    if not isinstance(raw, Sequence):
        raise UsageError(f"{where}: the options must be a list, not {type(raw).__name__}")
    if raw and isinstance(raw[0], Mapping):
        names = [str(one.get("label", one.get("id", ""))) for one in raw]
        texts = [str(one.get("text", one.get("content", one.get("option", "")))) for one in raw]
        return ListedOptions([text.strip() for text in texts], names)
    return _named([str(option) for option in raw])


def _in_object(raw: Mapping[str, Any]) -> ListedOptions:
    for field, named in (("text", "label"), ("texts", "labels")):  # ARC, OpenBookQA, CommonsenseQA
        if isinstance(raw.get(field), list):
            labels = raw.get(named) or letters(len(raw[field]))
            return ListedOptions(
                [str(text).strip() for text in raw[field]], [str(x) for x in labels]
            )
    if isinstance(raw.get("choices"), list) and isinstance(raw.get("labels"), list):  # TruthfulQA
        found = _named([str(choice) for choice in raw["choices"]])
        return ListedOptions(found.texts, found.labels, [float(score) for score in raw["labels"]])
    if raw and all(isinstance(value, int | float) for value in raw.values()):  # BIG-bench
        found = _named([str(text) for text in raw])
        return ListedOptions(found.texts, found.labels, [float(score) for score in raw.values()])
    names = [key for key in sorted(raw, key=str) if raw[key] not in (None, "")]
    return ListedOptions([str(raw[key]).strip() for key in names], [str(key) for key in names])


def _named(texts: list[str]) -> ListedOptions:
    """Remove the letters from texts that carry them in order."""
    marks = [_LABEL.match(text) for text in texts]
    if [mark[1].upper() if mark else "" for mark in marks] == letters(len(texts)):
        texts = [_LABEL.sub("", text, count=1) for text in texts]
    return ListedOptions([text.strip() for text in texts], letters(len(texts)))


def _columns(row: Mapping[str, Any]) -> ListedOptions | None:
    """Read options from columns: A, B, ...; option1, option2; sol1, sol2; ending0, ..."""
    families: dict[str, dict[str, str]] = {}
    for name, value in row.items():
        mark = _COLUMN.fullmatch(folded(name))
        if mark is None or value in (None, "") or isinstance(value, list | dict):
            continue
        if mark[1] or mark[2].isalpha():
            kind = mark[1] + ("#" if mark[2].isdigit() else "")
            families.setdefault(kind, {})[mark[2]] = str(value).strip()
    for family in families.values():
        for start in ("a", "0", "1"):
            numbers = [str(int(start) + i) for i in range(len(family))] if start != "a" else None
            names = numbers or [letter.lower() for letter in letters(len(family))]
            if len(family) > 1 and set(names) == set(family):
                return ListedOptions(
                    [family[name] for name in names], [name.upper() for name in names]
                )
    return None


def within(text: str) -> ListedOptions | None:
    """Find the last list of lettered options in a text, one per line or all in one line."""
    for pattern in (_LISTED, _INLINE):
        found = pattern.findall(text[-20_000:])
        for start in range(len(found) - 2, -1, -1):
            run = found[start:]
            if run[0][0] == "A" and [letter for letter, _ in run] == letters(len(run)):
                return ListedOptions(
                    [option.strip() for _, option in run], letters(len(run)), None, True
                )
    return None


def right_letters(answer: Any, options: ListedOptions, where: str, first: int = 0) -> list[str]:
    """Return the letters of the right options: one, or several with the same best score.

    `answer` is a letter or the file's own label, an index counted from `first`, or a text.
    Raises UsageError when it is none of the options.
    """
    legal = letters(len(options.texts))
    if answer is None and options.scores is not None:
        best = max(options.scores)
        return [x for x, score in zip(legal, options.scores, strict=True) if score == best]
    if isinstance(answer, list | tuple) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, list | tuple):
        raise UsageError(f"{where}: {len(answer)} right options; a question has one")
    return [answer_letter(answer, options.texts, where, first, options.labels)]


def letters_together(answer: Any, count: int) -> str | None:
    """Return letters that are right only together (`BD`, or a list that holds it), else None."""
    if isinstance(answer, list | tuple) and len(answer) == 1:
        answer = answer[0]
    text = re.sub(r"[\s,、;]", "", answer) if isinstance(answer, str) else ""
    legal = letters(count)
    several = len(text) > 1 and all(letter in legal for letter in text)
    return text if several and sorted(set(text)) == list(text) else None


def answer_letter(
    answer: Any, texts: Sequence[str], where: str, first: int = 0, labels: Sequence[str] = ()
) -> str:
    """Return the letter for a letter, an index or a text. Raises UsageError."""
    legal = letters(len(texts))
    text = str(answer).strip()
    numbered = bool(labels) and list(labels) != legal and not isinstance(answer, int | float)
    if numbered and text.casefold() in (own := [label.strip().casefold() for label in labels]):
        return legal[own.index(text.casefold())]
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        if answer == int(answer) and 0 <= int(answer) - first < len(texts):
            return legal[int(answer) - first]
        if texts.count(text) == 1:
            return legal[list(texts).index(text)]
        raise UsageError(f"{where}: answer {answer} is no index of {len(texts)} options")
    label = re.fullmatch(r"[(\[]?(?:option\s|choice\s)?([A-Za-z])[)\].:]{0,2}", text, re.IGNORECASE)
    if label and label[1].upper() in legal:
        return label[1].upper()
    mark = _LABEL.match(text)
    for candidate in (text, text[mark.end() :] if mark else text):
        matches = [i for i, option in enumerate(texts) if key(option) == key(candidate)]
        if matches:
            return legal[matches[0]]
    if re.fullmatch(r"[0-9]{1,2}(?:\.0)?", text) and 0 <= int(float(text)) - first < len(texts):
        return legal[int(float(text)) - first]
    raise UsageError(f"{where}: answer {text[:80]!r} is none of the {len(texts)} options")
