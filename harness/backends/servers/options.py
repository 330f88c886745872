"""The options of a served model, checked by pydantic."""

import os
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from ....sandbox.errors import UsageError
from .presets import PRESETS, UNKNOWN, Preset

Endpoint = Literal["chat", "completions", "responses"]


OURS = ("messages", "prompt", "input", "stream")
"""Fields of a request that the user cannot set."""


def _absolute(value: str | None) -> str | None:
    if value is None:
        return value
    if not value.startswith(("http://", "https://")):
        raise ValueError("it must begin with http:// or https://")
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise ValueError(f"it is no address: {error}") from error
    if not named or not value.isprintable() or " " in value:
        raise ValueError("it must name a host, as http://127.0.0.1:8000/v1 does")
    return value


def _body(value: dict[str, Any]) -> dict[str, Any]:
    for name in OURS:
        if name in value:
            mend = "use stream=true as a model option" if name == "stream" else "it is ours"
            raise ValueError(f"{name!r} cannot be set: {mend}")
    extra = value.get("extra_body", {})
    if not isinstance(extra, dict):
        raise ValueError("extra_body must be a JSON object")
    return {key: one for key, one in value.items() if key != "extra_body"} | extra


BaseUrl = Annotated[str | None, AfterValidator(_absolute)]
"""The address of a server."""
Fields = Annotated[dict[str, Any], AfterValidator(_body)]
"""Fields of each request; those of `extra_body` are put beside the others."""


class Options(BaseModel):
    """How to talk to the server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: BaseUrl = Field(default=None, description="Address of the server, with its /v1.")
    server: str | None = Field(default=None, description=f"One of {', '.join(PRESETS)}.")
    key_env: str | None = Field(
        default=None, min_length=1, description="Environment variable that holds the key."
    )
    endpoint: Endpoint = Field(default="chat", description="chat, completions or responses.")
    stream: bool = Field(default=False, description="Receive answers piece by piece.")
    concurrency: int = Field(default=64, ge=1, le=10_000, description="Requests in flight.")
    timeout: float = Field(
        default=600.0, gt=0, allow_inf_nan=False,
        description="Seconds without a byte after which a request is repeated.",
    )  # fmt: skip
    retries: int = Field(
        default=10, ge=0, le=1000, description="Times that a failed request is repeated."
    )
    samples_per_request: int = Field(
        default=1, ge=1, le=1024, description="Samples of one problem asked for together (n)."
    )
    system_role: Literal["system", "developer", "user"] = Field(
        default="system", description="Role of the system prompt; user puts it before the question."
    )
    tools: Literal["native", "text"] = Field(
        default="native",
        description="Send tools as such, or described in the text (as where they are refused).",
    )
    logprobs: bool = Field(default=False, description="Store log-probabilities where offered.")
    request: Fields = Field(
        default_factory=dict, description="Fields of each request; none leaves a field out."
    )
    headers: dict[str, str] = Field(default_factory=dict, description="Headers of each request.")
    query: dict[str, str] = Field(default_factory=dict, description="Query of each request.")

    @field_validator("server")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in PRESETS:
            raise ValueError(f"use one of {', '.join(PRESETS)}")
        return value

    @field_validator("headers", "query")
    @classmethod
    def _plain(cls, value: dict[str, str]) -> dict[str, str]:
        for key, text in value.items():
            if not (key.isascii() and text.isascii() and text.isprintable()):
                raise ValueError(f"{key!r} must be printable ASCII")
            if not re.fullmatch(r"[^\s:]+", key):
                raise ValueError(f"{key!r} is no name: leave out spaces and colons")
        return value


def preset_of(options: Options) -> Preset:
    """The preset that was chosen, or OpenAI's where there is no other address."""
    if options.server is not None:
        return PRESETS[options.server]
    return PRESETS["openai"] if options.base_url is None else UNKNOWN


def address_of(options: Options, preset: Preset) -> str:
    """The base URL. Raises UsageError when there is none."""
    url = options.base_url or preset.base_url
    if url is None:
        raise UsageError(f"--server {options.server}: give its address with --base-url")
    return url


def key_of(options: Options, preset: Preset) -> str:
    """The key, which is never stored. Raises UsageError where a hosted server lacks one."""
    name = options.key_env or preset.key_env
    key = os.environ.get(name, "")
    if key and not (key.isascii() and key.isprintable() and key == key.strip()):
        raise UsageError(f"the key in ${name} holds a space, a line end or a letter beyond ASCII")
    if not key and preset.hosted and _needs_key(options, preset):
        raise UsageError(f"{address_of(options, preset)} needs a key: set ${name}")
    # Local servers accept any key, but the client requires one.
    return key or "none"


def _needs_key(options: Options, preset: Preset) -> bool:
    """Whether a hosted server's own address is used, not a proxy or a header of the user's."""
    authorised = {"authorization", "api-key"} & {name.lower() for name in options.headers}
    return not authorised and (options.base_url is None or preset.key_header is not None)
