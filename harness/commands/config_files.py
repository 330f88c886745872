"""`--config FILE.toml`: the options of a verb from a file; the command line wins.

A key is the name of an option: `max-tokens = 512` or `max_tokens = 512`. A list repeats an option
(or joins its parts with commas, for `tasks`), and a table gives KEY=VALUE pairs:

    model = "openai/my-model"
    tasks = ["gsm8k", "bbh:*"]
    [request]
    reasoning_effort = "low"
    [groups]
    mine = ["gsm8k", "math500"]
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError

FLAG = "--config"
HAVE_NO = frozenset({"cache", "answer_instruction"})
"""Options with a flag for no."""
JOINED = frozenset({"tasks"})
"""Options whose list is one value with commas."""


def with_config(arguments: Sequence[str]) -> list[str]:
    """The arguments with those of the file that `--config` names put in front.

    Raises UsageError for a file that cannot be read, or that is no table of options.
    """
    verb, *rest = arguments
    path, kept = _taken(rest)
    if path is None:
        return list(arguments)
    found = list(_options(read_config(path), path))
    named = {one.partition("=")[0] for one in kept if one.startswith("--")}
    return [verb, *_but(found, named), *kept]


def read_config(path: Path) -> dict[str, Any]:
    """The file as a table. Raises UsageError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{FLAG} {path}: cannot be read: {error}") from error


def _taken(arguments: Sequence[str]) -> tuple[Path | None, list[str]]:
    """The file that `--config` names, and the other arguments."""
    kept: list[str] = []
    path = None
    waiting = iter(arguments)
    for one in waiting:
        if one == FLAG or one.startswith(f"{FLAG}="):
            value = one[len(FLAG) + 1 :] if "=" in one else next(waiting, "")
            if not value:
                raise UsageError(f"{FLAG} needs a file")
            path = Path(value).expanduser()
        else:
            kept.append(one)
    return path, kept


def _options(table: Mapping[str, Any], path: Path) -> Iterator[list[str]]:
    """Each option with its values, as on a command line."""
    for key, value in table.items():
        flag = f"--{key.replace('_', '-')}"
        if key == "groups" and isinstance(value, dict):
            yield ["--groups", str(path)]
        elif isinstance(value, bool):
            if value or key.replace("-", "_") in HAVE_NO:
                yield [flag if value else f"--no-{flag[2:]}"]
        elif isinstance(value, list):
            if key in JOINED:
                yield [flag, ",".join(map(str, value))]
            else:
                yield [part for one in value for part in (flag, _text(one))]
        elif isinstance(value, dict):
            pairs = (f"{name}={_text(inner)}" for name, inner in value.items())
            yield [part for pair in pairs for part in (flag, pair)]
        else:
            yield [flag, _text(value)]


def _but(options: Sequence[list[str]], named: set[str]) -> Iterator[str]:
    """The options that the command line does not give itself."""
    for option in options:
        if option and option[0].replace("--no-", "--") not in named:
            yield from option


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def as_toml(options: Mapping[str, Any]) -> str:
    """Options as a file that `--config` reads: text, numbers, booleans, lists and flat tables."""
    plain = {key: value for key, value in options.items() if not isinstance(value, dict)}
    lines = [f"{key} = {_toml(value)}" for key, value in plain.items()]
    for key, table in options.items():
        if isinstance(table, dict):
            lines += ["", f"[{key}]", *[f"{_key(name)} = {_toml(v)}" for name, v in table.items()]]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # JSON's text, numbers and booleans are TOML's, but for letters beyond 16 bits and DEL.
    text = json.dumps(value if isinstance(value, str | int | float) else str(value),
                      ensure_ascii=False)  # fmt: skip
    return text.replace("\x7f", "\\u007f").encode("utf-8", "replace").decode()


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name)
