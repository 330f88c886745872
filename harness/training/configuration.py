"""Reads and checks the configuration of a training command: TOML, then `key=value` overrides."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ...sandbox.errors import UsageError
from .measure_settings import GateSettings, MeasureSettings
from .settings import (
    DistillSettings,
    GrpoSettings,
    PretrainSettings,
    RecipeSettings,
    RejectSettings,
    SftSettings,
)

CLASSES: dict[str, type[BaseModel]] = {
    "pretrain": PretrainSettings,
    "sft": SftSettings,
    "grpo": GrpoSettings,
    "reject": RejectSettings,
    "distill": DistillSettings,
    "gate": GateSettings,
    "measure": MeasureSettings,
    "recipe": RecipeSettings,
}


def bundled_configs() -> list[str]:
    """Names of the packaged configurations."""
    folder = resources.files(__package__) / "configs"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith("toml"))


def read_toml(path: str) -> dict[str, Any]:
    """The content of a TOML file, or of a packaged configuration by its name."""
    file = Path(path)
    text: str | None = None
    if not file.is_file() and path in bundled_configs():
        text = (resources.files(__package__) / "configs" / f"{path}.toml").read_text("utf-8")
    elif not file.is_file():
        raise UsageError(
            f"no configuration file {path!r}; packaged ones: {', '.join(bundled_configs())}"
        )
    try:
        return tomllib.loads(file.read_text("utf-8") if text is None else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None


def apply_override(content: dict[str, Any], override: str) -> None:
    """Set `a.b=value` (TOML syntax, or plain text); list items go by number or name."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {override!r}: use key=value")
    try:
        value: Any = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    *parents, last = key.strip().split(".")
    place: Any = content
    for part in parents:
        place = _item(place, part, override)
    _item(place, last, override)
    place[int(last) if isinstance(place, list) else last] = value


def _item(place: Any, part: str, override: str) -> Any:
    if isinstance(place, list):
        named = [x for x in place if isinstance(x, dict) and x.get("name") == part]
        if named:
            return named[0]
        if not part.isdigit() or int(part) >= len(place):
            raise UsageError(f"--set {override!r}: no item {part!r} in a list of {len(place)}")
        return place[int(part)]
    if not isinstance(place, dict):
        raise UsageError(f"--set {override!r}: {part!r} is inside a plain value")
    return place.setdefault(part, {})


def validate(kind: str, content: dict[str, Any], where: str = "configuration") -> Any:
    """Validate a configuration. Raises UsageError that names each invalid key."""
    if kind not in CLASSES:
        raise UsageError(f"unknown kind of training {kind!r}: use one of {', '.join(CLASSES)}")
    try:
        return CLASSES[kind].model_validate(content)
    except ValidationError as error:
        raise UsageError(f"{where}: {'; '.join(_lines(error, CLASSES[kind]))}") from None


def _lines(error: ValidationError, model: type[BaseModel]) -> list[str]:
    lines = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "(whole)"
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"unknown key; known: {', '.join(_known(model, item['loc']))}"
        elif item["type"] == "missing":
            message = "missing"
        elif item["loc"]:
            message = f"{message}, not {item['input']!r}"
        lines.append(message if key == "(whole)" else f"{key}: {message}")
    return lines


def _known(model: type[BaseModel], where: Sequence[str | int]) -> list[str]:
    current: Any = model
    for part in where[:-1]:
        if isinstance(part, int):
            continue
        annotation = current.model_fields[part].annotation
        inner = [a for a in getattr(annotation, "__args__", ()) if _is_model(a)]
        current = annotation if _is_model(annotation) else (inner[0] if inner else None)
        if current is None:
            return []
    return list(current.model_fields)


def _is_model(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel)


def load_config(kind: str, path: str | None = None, overrides: Sequence[str] = ()) -> Any:
    """The validated configuration of a command: a TOML file, then `key=value` overrides.

    Raises UsageError that names the invalid key and the legal values.
    """
    content = read_toml(path) if path else {}
    for override in overrides:
        apply_override(content, override)
    return validate(kind, content, path or "settings (give --config FILE or --set KEY=VALUE)")
