"""Read completions that another tool wrote, in any of the common formats.

JSON lines, a JSON list, or an inspect_ai log (`{"samples": [...]}`), plain or gzipped. A row
has an id and a text; several rows with the same id are several samples.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..tasks.sources import read_json, read_text

ID_FIELDS = ("problem_id", "id", "task_id", "doc_id", "question_id")
TEXT_FIELDS = (
    "completion", "response", "solution", "resps", "output", "outputs", "generation",
    "prediction", "output_list", "code_list", "completions", "responses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded completion, with its position in the file for messages."""

    problem_id: str
    text: str
    where: str
    finish_reason: str = "stop"
    row: int | None = None
    """The index of its problem, from 0, if the id is a number."""
    counted: bool = False
    """Whether the tool numbers problems by position: lm-eval from 0, inspect_ai from 1."""


def read_completions(
    path: Path, id_field: str | None = None, text_field: str | None = None
) -> list[Recorded]:
    """Every completion of a file, in order. Raises UsageError naming file, line and field."""
    if not path.is_file():
        raise UsageError(f"completions file {str(path)!r}: there is no such file")
    found: list[Recorded] = []
    kept_filter: Any = None
    for where, row in _rows(path):
        if isinstance(row, Mapping) and "filter" in row and "doc_id" in row:
            # lm-eval repeats a document, with all of its answers, for each of its filters.
            kept_filter = row["filter"] if kept_filter is None else kept_filter
            if row["filter"] != kept_filter:
                continue
        found.extend(_recorded(row, where, id_field, text_field))
    if not found:
        raise UsageError(f"{path}: there is no completion in it")
    return found


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    text = read_text(path)
    name = path.name.removesuffix(".gz")
    if name.endswith(".json") or text.lstrip().startswith("["):
        yield from _json_rows(path)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"{path}:{number}", json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                raise UsageError(f"{path}:{number}: not JSON: {error}") from error


def _json_rows(path: Path) -> Iterator[tuple[str, Any]]:
    value = read_json(path)
    if isinstance(value, Mapping):
        # inspect_ai keeps its samples in a list; CRUXEval maps an id to its outputs.
        listed = next((value[k] for k in ("samples", "outputs", "data") if k in value), None)
        value = listed if isinstance(listed, list) else [
            {"id": key, "output": output} for key, output in value.items()
        ]  # fmt: skip
    if not isinstance(value, list):
        raise UsageError(f"{path}: a list of rows is expected")
    for number, row in enumerate(value):
        yield f"{path}: row {number}", row


def _recorded(
    row: Any, where: str, id_field: str | None, text_field: str | None
) -> Iterator[Recorded]:
    if not isinstance(row, Mapping):
        raise UsageError(f"{where}: an object is expected, not {type(row).__name__}")
    name, problem_id = _field(row, id_field, ID_FIELDS, where, ("id", "--id-field"))
    _, value = _field(row, text_field, TEXT_FIELDS, where, ("completion", "--text-field"))
    if _is_likelihoods(value):
        raise UsageError(f"{where}: these are log-likelihoods of choices, not completions")
    texts = list(_flatten(value))
    if not texts:
        raise UsageError(f"{where}: the completion of {problem_id!r} is not text")
    number = int(problem_id) if str(problem_id).isascii() and str(problem_id).isdigit() else None
    from_one = number is not None and "epoch" in row  # inspect_ai
    if number is not None and from_one:
        number -= 1
    finish = "length" if _cut_off(row, value) else "stop"
    for text in texts:
        yield Recorded(str(problem_id), text, where, finish, number, from_one or name == "doc_id")


def _cut_off(row: Mapping[str, Any], value: Any) -> bool:
    choices = value.get("choices") if isinstance(value, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else {}
    told = row.get("finish_reason") or first.get("stop_reason") or first.get("finish_reason")
    return told in ("length", "max_tokens", "model_length")


def _is_likelihoods(value: Any) -> bool:
    """Whether these are lm-eval's multiple-choice results: [[[log-likelihood, is greedy]], ...]."""
    while isinstance(value, list) and len(value) >= 1 and isinstance(value[0], list):
        value = value[0]
    return isinstance(value, list) and len(value) == 2 and str(value[1]) in ("True", "False")


def _field(
    row: Mapping[str, Any],
    named: str | None,
    usual: tuple[str, ...],
    where: str,
    what: tuple[str, str],
) -> tuple[str, Any]:
    """The first of the fields that the row has; `what` is its meaning and the option that names it.

    Raises UsageError when the row has none of them.
    """
    for name in (named,) if named else usual:
        if name in row and row[name] is not None:
            return name, row[name]
    wanted = repr(named) if named else " or ".join(map(repr, usual[:4]))
    raise UsageError(
        f"{where}: no {what[0]}: field {wanted} is missing; it has {', '.join(row)}; "
        f"name the field of the {what[0]} with {what[1]}"
    )


def _flatten(value: Any) -> Iterator[str]:
    """The texts in a value: text, nested lists of text (lm-eval), or an inspect_ai output."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _flatten(part)
    elif isinstance(value, Mapping):
        if "choices" in value:  # inspect_ai, and the OpenAI API
            for choice in value["choices"]:
                yield from _flatten(choice.get("message", choice.get("text", "")))
        elif "content" in value:
            content = value["content"]
            parts = content if isinstance(content, list) else [content]
            yield "".join(map(_part, parts))
        elif "text" in value:
            yield from _flatten(value["text"])


def _part(part: Any) -> str:
    """The text of a part of a message; reasoning is put into thinking tags."""
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping) and part.get("type") == "reasoning":
        return f"<think>\n{part.get('reasoning', '')}\n</think>\n"
    return str(part.get("text", "")) if isinstance(part, Mapping) else ""
