"""Published scores and prices, dated and with their sources: shown as claims, never ranked."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...sandbox.errors import UsageError
from ...sandbox.extras import packaged
from ..backends.contract import Price
from .foreign_claims import read_every_eval_ever, read_hub_results

PUBLISHED = "published"
"""The name by which `--prices` takes the table that ships with assay."""


class Source(BaseModel):
    """Where a number was published."""

    model_config = ConfigDict(extra="forbid")

    title: str
    url: str = Field(pattern=r"^https?://")
    published: date | None = Field(default=None, alias="date")
    note: str = ""


class ModelClaims(BaseModel):
    """What one source says of one model."""

    model_config = ConfigDict(extra="forbid")

    source: str
    model: str
    released: date
    metric: str = "pass@1"
    scores: dict[str, float]


class DatedPrice(BaseModel):
    """A price in USD per million tokens, and the days on which it held."""

    model_config = ConfigDict(extra="forbid")

    source: str
    claims: str | None = None
    models: list[str]
    start: date = Field(alias="from")
    until: date | None = None
    input: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    output: float = Field(ge=0)


class _Claims(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: dict[str, Source] = {}
    claims: list[ModelClaims] = []


class _Prices(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: dict[str, Source] = {}
    prices: list[DatedPrice] = []


File = TypeVar("File", bound=BaseModel)


def read_claims(path: Path) -> list[dict[str, Any]]:
    """The claims of a file, one row per model and suite.

    The file is our TOML, a JSON document of Every Eval Ever, or a YAML file of `.eval_results`.
    Raises UsageError naming the file and the field.
    """
    if path.suffix == ".json":
        return read_every_eval_ever(path)
    if path.suffix in (".yaml", ".yml"):
        return read_hub_results(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    return _claims(text, str(path))


def published_claims() -> list[dict[str, Any]]:
    """The claims that ship with assay, with the first price of each model's output tokens."""
    first: dict[str, float] = {}
    for price in sorted(published_prices(), key=lambda price: price.start):
        if price.claims is not None:
            first.setdefault(price.claims, price.output)
    rows = _claims(_published("claims.toml"), "claims.toml")
    return [row | {"output_price": first.get(row["model"])} for row in rows]


def published_prices() -> list[DatedPrice]:
    """The prices that ship with assay."""
    file = _parsed(_Prices, _published("prices.toml"), "prices.toml")
    for price in file.prices:
        _source(file.sources, price.source, "prices.toml")
    return file.prices


def price_on(prices: Sequence[DatedPrice], model: str, day: str) -> Price | None:
    """The price of a model on the day (ISO) of a run; None where none is known."""
    for price in prices:
        until = price.until.isoformat() if price.until else "9999"
        if model in price.models and price.start.isoformat() <= day[:10] <= until:
            return Price(price.input, price.output, price.cached_input)
    return None


def _published(name: str) -> str:
    found = packaged("assay.harness.leaderboard", f"published/{name}")
    return found.read_text(encoding="utf-8")


def _parsed(kind: type[File], text: str, where: str) -> File:
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _source(sources: Mapping[str, Source], name: str, where: str) -> Source:
    if name not in sources:
        known = ", ".join(sources) or "none"
        raise UsageError(f"{where}: source {name!r} is not described: there are {known}")
    return sources[name]


def _claims(text: str, where: str) -> list[dict[str, Any]]:
    file = _parsed(_Claims, text, where)
    rows = []
    for claim in file.claims:
        source = _source(file.sources, claim.source, where)
        for suite, score in claim.scores.items():
            if not 0 <= score <= 1:
                raise UsageError(
                    f"{where}: {claim.model} on {suite}: {score} is no share between 0 and 1"
                )
            rows.append({
                "model": claim.model, "suite": suite, "metric": claim.metric, "score": score,
                "date": claim.released.isoformat(), "source": source.title, "url": source.url,
                "note": source.note,
            })  # fmt: skip
    return rows
