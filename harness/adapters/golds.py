"""Read the ground truth of a dataset row, whatever type a framework gives it, or refuse it.

A ground truth that is misread gives every completion of its row a reward of 0 without a word. So
each type is either read by a rule below or refused with a UsageError; nothing is guessed.
"""

import ast
import json
import math
import re
import struct
from collections.abc import Mapping, Set
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, NoReturn, get_args

from ...sandbox.errors import UsageError

Listed = Literal["any", "all"]
"""What a list of several answers means: any one of them is right, or the answer is all of them."""
LISTED: tuple[Listed, ...] = get_args(Listed)
ANSWER_KEYS = (
    "answer", "ground_truth", "target", "gold", "solution", "final_answer", "expected_answer",
    "value", "label",
)  # fmt: skip
PLAIN_KEYS = frozenset(
    ("style", "type", "id", "index", "split", "source", "data_source", "level", "subject",
     "difficulty", "ability", "task", "question", "prompt")
)  # fmt: skip
"""Keys beside an answer that say nothing about what is correct."""
_LIST_MEANING: dict[str, Listed] = {"any_of": "any", "all_of": "all"}
_MISSING = frozenset(("nan", "none", "null", "<na>", "nat", "n/a", "na"))
"""How tables write a missing value as text; compared without case."""
_OPENS_DATA = re.compile(r"\s*(?:[\[\"]|\{\s*['\"])")
_OPENS_TEXT_LIST = re.compile(r"\s*[\[{]\s*['\"]")
_JOINED_TEXTS = re.compile(r"['\"]\s+['\"]")
_SHOWN_ARRAY = re.compile(r"\s*(?:array|tensor|Series|DataFrame)\(")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ENVIRONMENT = re.compile(r"\\begin\s*\{")
_MARKED = ("boxed", "answer_tag", "hashes", "json", "statement")
_FORMULA = re.compile(
    r"(?=\D*\d)[-+]?\$?(?:\\(?!f?boxed|begin|text|mbox)[A-Za-z]+"
    r"|(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z])|[\d{}()+\-*/^.,!|=_$%])+"
)
"""A formula with a digit and neither words, spaces nor a mark of an answer: it is the answer."""
_CACHED = 16_384
_PROSE_WORDS = 6
_DOUBLE_DIGITS = 16
"""A float that needs this many digits was computed: nobody writes its exact value."""
MEND = "pass the answer as text or a number, or a list of accepted answers"


def accepted_answers(truth: Any, where: str = "", listed: Listed = "any") -> list[str]:
    """The answers that a ground truth accepts, as texts for the math verifier.

    Read are text, numbers, bytes (UTF-8), scalars and arrays of numpy, pandas, pyarrow and torch,
    lists of any of these, their JSON or Python text, an object with one answer
    (`{"ground_truth": "4"}`), and a worked solution that ends in a stated answer (`#### 72`,
    `\\boxed{72}`). A list of several answers is read by `listed`, or by its own key
    (`{"any_of": [...]}`, `{"all_of": [...]}`). Raises UsageError for anything else, naming
    `where`, the type, the value and what to pass.
    """
    if listed not in LISTED:
        raise UsageError(f"listed={listed!r}: use {' or '.join(map(repr, LISTED))}")
    if isinstance(truth, str) and _FORMULA.fullmatch(truth):
        return [str(truth)]
    return _answers(truth, where, listed, 0)


def type_name(truth: Any) -> str:
    """The type of a ground truth as a reader of a dataset knows it: `str`, `numpy.int64`."""
    kind = type(truth)
    module = kind.__module__.partition(".")[0]
    return kind.__name__ if module == "builtins" else f"{module}.{kind.__name__}"


def _answers(truth: Any, where: str, listed: Listed, depth: int) -> list[str]:
    value = _plain(truth)
    if isinstance(value, str):
        read = _from_text(value, where)
        if isinstance(read, str):
            return [_answer_in(read, where)]
        value = read
    if isinstance(value, Mapping):
        value, listed = _answer_of(value, where, listed)
        if depth > 2:
            _refuse(truth, where, "it is nested too deep")
        return _answers(value, where, listed, depth + 1)
    if isinstance(value, Set):
        _refuse(truth, where, "a set does not say whether any or all of it is the answer", MEND)
    if isinstance(value, list | tuple):
        return _from_list(value, truth, where, listed, depth)
    return [_number(value, where)]


def _plain(value: Any) -> Any:
    """A value of an array library as Python's own types; float32 keeps its own digits."""
    if value is None or isinstance(value, str | bool | int | float | list | tuple | Mapping):
        return str(value) if type(value).__name__ == "str_" else value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if hasattr(value, "detach") and "bfloat16" not in str(value.dtype):  # a tensor
        value = value.detach().cpu().numpy()
    if getattr(getattr(value, "dtype", None), "kind", "") == "f" and value.dtype.itemsize < 8:
        # As text first: numpy knows the shortest digits of a float32, Python does not.
        return list(map(_plain, value)) if getattr(value, "ndim", 0) else float(str(value))
    for name in ("as_py", "to_pylist", "tolist"):
        convert = getattr(value, name, None)
        if convert is not None:
            return convert()
    return value


def _from_text(text: str, where: str) -> Any:
    """The list or the object that a text writes in JSON or Python, else the text itself."""
    if _SHOWN_ARRAY.match(text):
        _refuse(text, where, "it is the printed form of an array")
    if not _OPENS_DATA.match(text):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _from_python(text, where)
    if isinstance(value, list) and value and all(_is_number(entry) for entry in value):
        return text  # a list of numbers is itself a math answer: [1, 2]
    return value if isinstance(value, str | list | Mapping | Set | tuple) else text


def _from_python(text: str, where: str) -> Any:
    if not _OPENS_TEXT_LIST.match(text):
        return None  # an interval, a set, a vector
    if _JOINED_TEXTS.search(text):
        _refuse(text, where, "it is the printed form of an array")
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        _refuse(text, where, "it begins like JSON but cannot be parsed")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _answer_of(value: Mapping[Any, Any], where: str, listed: Listed) -> tuple[Any, Listed]:
    """The one answer of an object, and what a list in it means."""
    keys = [str(key) for key in value]
    for key, meaning in _LIST_MEANING.items():
        if keys == [key]:
            return value[key], meaning
    named = [key for key in ANSWER_KEYS if key in value and value[key] is not None]
    others = [key for key in keys if key not in ANSWER_KEYS and key not in PLAIN_KEYS]
    if len(named) != 1 or others:
        problem = f"it has the keys {', '.join(keys[:8]) or 'of nothing'}"
        _refuse(dict(value), where, problem, 'pass the answer alone, or {"answer": ...}')
    return value[named[0]], listed


def _from_list(value: Any, truth: Any, where: str, listed: Listed, depth: int) -> list[str]:
    entries = [_plain(entry) for entry in value]
    while len(entries) == 1 and isinstance(entries[0], list | tuple):  # [["34"]] is one answer
        entries = [_plain(entry) for entry in entries[0]]
        if len(entries) > 1:
            _refuse(truth, where, "it is a list in a list")
    if not entries:
        _refuse(truth, where, "it is an empty list", "pass at least one accepted answer")
    if len(entries) == 1 and isinstance(entries[0], str | Mapping) and depth < 3:
        return _answers(entries[0], where, listed, depth + 1)
    found: list[str] = []
    for entry in entries:
        if isinstance(entry, Mapping | list | tuple | Set):
            _refuse(truth, where, f"its entries are of type {type_name(entry)}")
        text = _answer_in(entry, where) if isinstance(entry, str) else _number(entry, where)
        if text not in found:
            found.append(text)
    return [", ".join(found)] if listed == "all" else found


def _number(value: Any, where: str) -> str:
    if isinstance(value, bytes):
        try:
            return _answer_in(value.decode(), where)
        except UnicodeDecodeError:
            _refuse(value, where, "it is not UTF-8")
    if isinstance(value, bool):
        return str(value)
    if type(value).__name__ in ("NoneType", "NAType", "NaTType"):
        _refuse(value, where, "it is missing", "give the row an answer or drop it")
    if isinstance(value, float):
        return _float(value, where)
    if isinstance(value, int | Fraction) or (isinstance(value, Decimal) and value.is_finite()):
        return str(value)
    _refuse(value, where, "it is no answer")


def _float(value: float, where: str) -> str:
    if not math.isfinite(value):
        _refuse(value, where, "it is not a number", "give the row an answer or drop it")
    if value.is_integer():
        if abs(value) >= 2**53:
            _refuse(value, where, "a float of this size has lost digits", "pass it as text")
        return str(int(value))
    text, single = repr(value), _single(value)
    if single is not None and _digits(text) >= _DOUBLE_DIGITS:
        text = single
    elif single not in (None, text) or _digits(text) >= _DOUBLE_DIGITS:
        _refuse(value, where, "a computed float has no exact value", "pass it as text, rounded")
    return text


def _digits(number: str) -> int:
    return len(re.sub(r"e.*|\D", "", number).lstrip("0"))


def _single(value: float) -> str | None:
    """The shortest text of a number that a float32 holds: 0.1 for 0.10000000149011612."""
    try:
        if struct.unpack("f", struct.pack("f", value))[0] != value:
            return None
    except OverflowError:
        return None
    for digits in range(1, 10):
        text = repr(float(f"{value:.{digits}g}"))
        if struct.unpack("f", struct.pack("f", float(text)))[0] == value:
            return text
    return None


def _answer_in(text: str, where: str) -> str:
    """The answer that a text gives, or the answer that a worked solution ends in."""
    answer, problem, mend = _read_text(str(text))
    if answer is None:
        _refuse(text, where, problem, mend)
    return answer


@lru_cache(_CACHED)
def _read_text(text: str) -> tuple[str | None, str, str]:
    """(answer, "", "") or (None, what is wrong, the mend)."""
    from ...tasks.text import final_answer

    bare = text.strip()
    if not bare.strip("$ \t\r\n"):
        return None, "it is empty", "give the row an answer or drop it"
    if bare.casefold() in _MISSING:
        mend = f"give the row an answer, drop it, or write \\boxed{{{bare}}} if that is the answer"
        return None, "it is how a table writes a missing value", mend
    found = final_answer(bare)
    alone = "pass the final answer alone, or end the solution in \\boxed{...}"
    if found.doubt:
        return None, f"its answer is not certain: {found.doubt}", alone
    if found.text is not None and found.how in _MARKED:
        return found.text, "", ""
    lines = [line for line in bare.splitlines() if line.strip()]
    prose = len(_WORD.findall(bare)) > _PROSE_WORDS and not _ENVIRONMENT.search(bare)
    if found.text is None or (len(lines) > 1 and prose):
        return None, "it is a solution without a stated final answer", alone
    return bare, "", ""


def _refuse(value: Any, where: str, problem: str, mend: str = MEND) -> NoReturn:
    place = f"{where}: " if where else ""
    raise UsageError(
        f"{place}the ground truth of type {type_name(value)} cannot be read, {problem} "
        f"({' '.join(repr(value).split())[:60]}): {mend}"
    )
