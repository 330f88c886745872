"""Prompts: do they give the answer away, can they be read, are they whole?"""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from ...tasks import Problem
from .checks import ProofRow, shown
from .programs import reference_of
from .subject import Subject, lines_of

USUAL = 0.95
"""A form that this share of the prompts keeps is the task's; a prompt without it stands out."""
NEARLY_NONE = 0.005
"""A form that all but this many prompts keep is reported as a fault of the rest."""
LONGEST_TEST = 12
"""Lines of an example test at most."""
MANY = 30
ENOUGH = 5
"""Prompts that are needed to speak of a form."""
_ANNOUNCED = re.compile(
    r"(?:####|\\boxed\{|</?answer>|\b(?:final |correct |right |expected )?"
    r"(?:answer|solution|result|gold|label|target|key)\b\s*(?:is|are|=|:))",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.?!…)\]}\"'”’»>$`。？！）」』।॥]\s*$")
_LOOSE_END = re.compile(
    r"(?:[,(\[{]|\b(?:the|a|an|of|and|or|to|in|with|for|is|are|that|if|by|from|at|on|as))\s*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(?:what|how|which|who|find|compute|calculate|determine|evaluate|write|give|solve|prove|"
    r"simplify|express|list|name|return|fill|use|complete|make|show|count|decide|say)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{\{\s*\w+\s*\}\}|<(?:TODO|PLACEHOLDER|INSERT)[^>]*>")
_MARKUP = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,5});|</?(?:p|br|div|span|img|td|tr)\b[^>]*>")


def check_leak(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether the prompt itself, or what it announces as the answer, verifies."""
    suite = subject.suite
    if suite.verify(problem, problem.prompt).correct:
        return ProofRow("answer_in_prompt", problem.id, True, "the prompt verifies as an answer")
    for text in _announcements(subject.own_text(problem)):
        if suite.verify(problem, text).correct:
            return ProofRow("answer_in_prompt", problem.id, True, f"it says: {shown(text)}")
    body = _solution_lines(subject, problem)
    if len(body) > 1 or sum(map(len, body)) >= 40:
        asked = [" ".join(line.split()) for line in lines_of(problem.prompt)]
        if body and " \n ".join(body) in " \n ".join(asked):
            return ProofRow(
                "answer_in_prompt", problem.id, True, f"it holds the solution: {shown(body[0])}"
            )
    return ProofRow("answer_in_prompt", problem.id, False)


def _announcements(text: str) -> Iterator[str]:
    for line in lines_of(text):
        if _ANNOUNCED.search(line):
            yield line


def _solution_lines(subject: Subject, problem: Problem) -> list[str]:
    """The lines of the written solution, or of the body of the reference program."""
    reference = reference_of(subject, problem)
    if reference is not None:
        lines = lines_of(reference.source)
        start = next((i + 1 for i, line in enumerate(lines) if line.startswith("def ")), 0)
        kept = [" ".join(line.split()) for line in lines[start:] if not line.startswith("#")]
        prompt = problem.meta.get("prompt")
        given = set(lines_of(prompt)) if isinstance(prompt, str) else set()
        return [] if given & set(kept) else kept
    gold = subject.gold(problem) or ""
    if gold.strip() == problem.answer.strip() or len(gold) < len(problem.answer) + 40:
        return []
    return [" ".join(line.split()) for line in lines_of(gold)]


def check_text(subject: Subject, problem: Problem) -> ProofRow:
    """Whether the prompt can be read and is whole."""
    text = subject.own_text(problem)
    faults = [*_unreadable(text), *_cut(subject, problem, text)]
    return ProofRow("damaged_prompt", problem.id, bool(faults), "; ".join(faults))


def _unreadable(text: str) -> Iterator[str]:
    if len(text) < 2:
        yield "it asks nothing"
    if "\ufffd" in text:
        yield "it has replacement characters"
    odd = [c for c in text if (ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) < 0xE000]
    if odd:
        yield f"it has control characters: {shown(odd[0])}"
    if (mended := _mojibake(text)) is not None:
        yield f"it is decoded wrongly: {mended}"
    if found := _PLACEHOLDER.search(text):
        yield f"a placeholder was not filled: {shown(found[0])}"
    if len(_MARKUP.findall(text)) > 2:
        yield "it has HTML markup"


def _mojibake(text: str) -> str | None:
    """The first word that is UTF-8 read as Latin text, and what it should be."""
    for word in re.findall(r"\S*[\u0080-\u00ff\u0152-\u2122]\S*", text):
        for encoding in ("cp1252", "latin-1"):
            try:
                mended = word.encode(encoding).decode("utf-8")
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
            if mended != word:
                return f"{shown(word, 40)} should be {shown(mended, 40)}"
    return None


def _cut(subject: Subject, problem: Problem, text: str) -> Iterator[str]:
    forms = _forms(subject)
    if "parses" in forms:
        if not _parses(problem.prompt):
            yield "its code does not parse, as that of the other prompts does"
        return
    if "tests" in forms and not _tests_parse(text):
        yield "its example tests do not parse, as those of the other prompts do"
    if not text or "ends" not in forms or _ENDED.search(text):
        return
    last = re.findall(r"\w+", text)[-1:]
    if _LOOSE_END.search(text):
        yield f"it ends in mid-sentence: {shown(text[-50:])}"
    elif "ends nearly always" in forms:
        yield f"it has no end mark, as nearly all others have: {shown(text[-50:])}"
    elif "asks" in forms and not _ASKS.search(text):
        yield f"it ends before it asks: {shown(text[-50:])}"
    elif last and _words(subject)[last[0].lower()] <= 1:
        yield f"it ends in mid-word: {shown(text[-50:])}"


def _forms(subject: Subject) -> set[str]:
    """What nearly all prompts of the task have: an end mark, a question, code that parses."""
    if "forms" not in subject.notes:
        texts = [subject.own_text(problem) for problem in subject.problems]
        tests = {
            "ends": [bool(_ENDED.search(text)) for text in texts],
            "asks": [bool(_ASKS.search(text)) for text in texts],
            "parses": [_parses(problem.prompt) for problem in subject.problems],
            "tests": [_tests_parse(text) for text in texts],
        }
        forms = {
            name
            for name, held in tests.items()
            if len(held) >= ENOUGH and sum(held) >= min(USUAL * len(held), len(held) - 1)
        }
        others = tests["ends"].count(False)
        if "ends" in forms and len(texts) >= MANY and others <= max(1, NEARLY_NONE * len(texts)):
            forms.add("ends nearly always")
        subject.notes["forms"] = forms
    found: set[str] = subject.notes["forms"]
    return found


def _tests_parse(text: str) -> bool:
    """Whether every assert of a text is Python, with the lines that it goes on in."""
    lines = lines_of(text)
    return all(
        any(_is_python("\n".join(lines[at : at + more])) for more in range(1, LONGEST_TEST + 1))
        for at, line in enumerate(lines)
        if line.startswith("assert ")
    )


def _words(subject: Subject) -> "Counter[str]":
    """In how many prompts each word stands."""
    if "words" not in subject.notes:
        subject.notes["words"] = Counter(
            word
            for problem in subject.problems
            for word in set(re.findall(r"\w+", problem.prompt.lower()))
        )
    found: Counter[str] = subject.notes["words"]
    return found


def _parses(prompt: str) -> bool:
    """Whether a prompt is code to complete."""
    if "def " not in prompt and "class " not in prompt and "import " not in prompt:
        return False
    return _is_python(prompt) or _is_python(f"{prompt}\n    pass\n")


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
