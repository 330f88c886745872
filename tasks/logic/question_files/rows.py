"""The rows of a user's file, each with its place for error messages.

JSON lines, JSON, CSV/TSV and Parquet, the first three also as `.gz`. Rows that hold several
questions over one passage become one row a question.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ....sandbox.errors import UsageError
from ...sources import data_folder, located_csv, located_jsonl, read_json, read_text, require

Located = tuple[str, Mapping[str, Any]]
LISTS = (
    "examples", "example", "data", "questions", "rows", "instances", "problems", "items", "samples",
    "data_samples", "test", "validation", "train",
)  # fmt: skip
"""Keys under which JSON files keep their rows."""
NESTED = ("questions", "qas", "qa_pairs", "question_list")
"""Keys under which rows keep several questions."""
_RULES = ("rule.jsonl", "rule.json")


def resolve(suite: str, path: str | None) -> Path:
    """Find the file that the user named, also in the data folder. Raises UsageError."""
    if path is None or path == "":
        raise UsageError(f"task {suite!r} needs the option path: the file to read")
    path = str(path)  # a name of digits alone comes as a number from the command line
    folder = data_folder(None)
    for candidate in (Path(path).expanduser(), *([folder / path] if folder else [])):
        if candidate.is_file():
            return candidate
    raise UsageError(f"task {suite!r}: there is no file {path!r}")


def limited(suite: str, rows: Iterable[Any], size: int | None) -> list[Any]:
    """Return at most `size` rows. Raises UsageError for a size below 1."""
    if size is not None and (not isinstance(size, int) or size < 1):
        raise UsageError(f"size {size!r} of {suite!r}: use a whole number of at least 1")
    return list(rows)[:size]


def read_rows(suite: str, path: str | None) -> Iterator[Located]:
    """Return (place, row) for each row of a file. Raises UsageError."""
    file = resolve(suite, path)
    rules = _rules_beside(file)
    for where, row in _rows(file):
        for place, one in expanded(where, row):
            rule = rules.get(str(one["rule_id"])) if "rule_id" in one else None
            yield place, {"rule_content": rule, **one} if rule else one


def _rows(file: Path) -> Iterator[Located]:
    name = file.name.removesuffix(".gz").lower()
    if name.endswith((".csv", ".tsv")):
        yield from located_csv(file, (), "\t" if name.endswith(".tsv") else ",")
    elif name.endswith(".parquet"):
        yield from _parquet(file)
    elif _is_json_lines(file):
        yield from located_jsonl(file)
    else:
        yield from _in_json(read_json(file), str(file))


def _is_json_lines(file: Path) -> bool:
    """Return whether each line is an object, as in some `.json` files too."""
    text = read_text(file).lstrip()
    if text.startswith("["):
        return False
    if not file.name.removesuffix(".gz").endswith(".json"):
        return True
    first, _, rest = text.partition("\n")
    return first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")


def _parquet(file: Path) -> Iterator[Located]:
    import pyarrow
    from pyarrow import parquet

    try:
        rows = parquet.read_table(file).to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        detail = str(error).partition("\n")[0][:200]
        raise UsageError(f"{file}: not Parquet that can be read: {detail}") from error
    for number, row in enumerate(rows):
        yield f"{file}: row {number}", row


def _in_json(value: Any, where: str) -> Iterator[Located]:
    """Return the rows of a JSON value: a list, an object with a list, or an object of rows."""
    if isinstance(value, dict):
        key = next((key for key in LISTS if isinstance(value.get(key), list)), None)
        if key is not None and all(isinstance(row, dict) for row in value[key]):
            value = value[key]
        elif value and all(isinstance(row, dict) for row in value.values()):
            value = list(value.values())
        else:
            value = [value]
    if not isinstance(value, list):
        raise UsageError(f"{where}: a list of rows is expected")
    for number, row in enumerate(value):
        yield f"{where}: row {number}", require(row, (), f"{where}: row {number}")


def expanded(where: str, row: Mapping[str, Any]) -> Iterator[Located]:
    """Return one flat row per question: passages, question objects, chats and rewards unfold."""
    if isinstance(row.get("test_example"), dict):  # PrOntoQA keeps examples for few shots beside it
        row = row["test_example"]
    key = next((key for key in NESTED if _questions(row.get(key))), None)
    if key is None:
        yield where, _flat(row)
        return
    shared = {name: value for name, value in row.items() if name != key}
    for number, question in enumerate(_questions(row[key])):
        yield f"{where}, question {number}", _flat(shared | question)


def _questions(value: Any) -> list[dict[str, Any]]:
    """Return the questions of a nested list or object; empty for anything else."""
    values = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        return []
    return values


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = dict(row)
    question, reward = flat.get("question"), flat.get("reward_model")
    if isinstance(question, dict) and "stem" in question:  # CommonsenseQA
        flat |= {key: value for key, value in question.items() if key != "stem"}
        flat["question"] = question["stem"]
    if isinstance(reward, dict) and "ground_truth" in reward:  # verl
        flat.setdefault("answer", reward["ground_truth"])
    for key in ("prompt", "messages"):
        if isinstance(flat.get(key), list) and all(isinstance(m, dict) for m in flat[key]):
            flat[key] = "\n".join(
                str(message.get("content", "")) for message in flat[key]
                if message.get("role") != "assistant"
            )  # fmt: skip
    return flat


def _rules_beside(file: Path) -> dict[str, str]:
    """Read KOR-Bench's rules by number, from the rules file beside the samples file."""
    if not file.name.startswith(("sample", "three-shot")):
        return {}
    for name in _RULES:
        path = file.with_name(name)
        if path.is_file():
            rules = {}
            for where, row in _rows(path):
                require(dict(row), ("idx", "rule_content"), where)
                rules[str(row["idx"])] = str(row["rule_content"])
            return rules
    return {}


def folded(name: object) -> str:
    """Normalize a field name: `Correct Answer` becomes `correct_answer`."""
    return str(name).strip().casefold().replace(" ", "_").replace("-", "_")


def pick(
    row: Mapping[str, Any],
    declared: str | None,
    usual: Sequence[str],
    where: str,
    required: bool = True,
) -> Any:
    """Return the value of the declared field, or of the first usual one that has a value.

    Raises UsageError for a declared field that is missing, or when no usual one is there.
    """
    if declared is not None:
        declared = str(declared)
        if declared in row:
            return row[declared]
    else:
        found = {folded(name): value for name, value in row.items() if value is not None}
        for name in usual:
            if folded(name) in found:
                return found[folded(name)]
        if not required:
            return None
    wanted = repr(declared) if declared else "one of " + ", ".join(usual)
    raise UsageError(f"{where}: field {wanted} is missing; it has {', '.join(map(str, row))}")
