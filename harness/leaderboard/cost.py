"""The cost of a run, from a price table per million tokens."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...sandbox.errors import UsageError
from ..backends.contract import Price

_PRICE = TypeAdapter(Price)
_FIELDS = [field.name for field in fields(Price)]


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of money."""

    amount: float
    currency: str


def cost_of(tokens: Mapping[str, int], price: Price) -> Cost:
    """The cost of `prompt`, `cached` (part of the prompt) and `completion` tokens."""
    cached = tokens.get("cached", 0)
    fresh = max(0, tokens.get("prompt", 0) - cached)
    cached_price = price.input if price.cached_input is None else price.cached_input
    total = fresh * price.input + cached * cached_price + tokens.get("completion", 0) * price.output
    return Cost(total / 1e6, price.currency)


def price_from(table: Mapping[str, Any], where: str) -> Price:
    """A price from plain data. Raises UsageError naming the place and the field."""
    for name in table:
        if name not in _FIELDS:
            raise UsageError(f"{where}: unknown field {name!r}: use {', '.join(_FIELDS)}")
    try:
        price = _PRICE.validate_python(dict(table))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the table"
        raise UsageError(f"{where}: {field}: {first['msg']}") from error
    if min(price.input, price.output, price.cached_input or 0.0) < 0:
        raise UsageError(f"{where}: a price is negative")
    return price


def read_prices(path: Path) -> dict[str, Price]:
    """A TOML file of `["openai/NAME"]` tables. Raises UsageError naming file, model and field."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    prices = {}
    for model, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(f'{path}: {model!r} is not a table: write ["{model}"]')
        prices[model] = price_from(table, f"{path}: [{model}]")
    return prices
