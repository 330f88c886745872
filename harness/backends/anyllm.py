"""`anyllm/PROVIDER/NAME`: Anthropic, Gemini and other vendors' own APIs, through any-llm.

any-llm puts the vendors' own packages behind one call that speaks the chat form of the OpenAI
API. What is repeated, changed or given up is decided as for `openai/` (`servers/asking.py`).
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from .contract import Activity, Model, ModelIdentity
from .servers.asking import Server
from .servers.options import BaseUrl, Fields
from .servers.options import Options as ServerOptions
from .servers.presets import Preset
from .servers.refusals import Refusal, one_line, refusal_in, wait_asked
from .servers.requests import started
from .servers.served import ServedModel, details
from .servers.transport import DamagedError, RefusedError, SilentError, Transport, UnreachableError

with needs("vendors"):
    import any_llm
    from any_llm import exceptions

PRESETS: Mapping[str, Preset] = {
    "anthropic": Preset(
        base_url="https://api.anthropic.com",
        omitted=frozenset({"seed", "n"}),
        neutral_top_p=False,  # newer models take temperature or top_p, not both
    ),
    "gemini": Preset(
        base_url="https://generativelanguage.googleapis.com",
        omitted=frozenset({"n"}),
    ),
}
"""By any-llm's name of the provider; what another refuses is learned from it."""
UNKNOWN = Preset(omitted=frozenset({"n"}))


class Options(BaseModel):
    """How to talk to the vendor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: BaseUrl = Field(default=None, description="Address in place of the vendor's own.")
    key_env: str | None = Field(
        default=None, min_length=1, description="Environment variable that holds the key."
    )
    concurrency: int = Field(default=16, ge=1, le=10_000, description="Requests in flight.")
    timeout: float = Field(
        default=600.0, gt=0, allow_inf_nan=False,
        description="Seconds after which a request without an answer is repeated.",
    )  # fmt: skip
    retries: int = Field(
        default=10, ge=0, le=1000, description="Times that a failed request is repeated."
    )
    request: Fields = Field(
        default_factory=dict, description="Fields of each request; none leaves a field out."
    )

    def of_server(self) -> ServerOptions:
        """The same as options of a server."""
        return ServerOptions(**self.model_dump())


class _AnyLLMTransport:
    """Sends requests through a provider of any-llm."""

    def __init__(self, provider: Any, name: str, timeout: float) -> None:
        self._provider = provider
        self._name = name
        self._timeout = timeout

    async def send(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._provider.acompletion(**body, timeout=self._timeout)
        except exceptions.AnyLLMError as error:
            raise _told(error) from error
        except ValueError as error:  # of any-llm's or the vendor's package: a field it cannot send
            raise RefusedError(Refusal(400, one_line(str(error)))) from error
        return self._named(answer.model_dump())

    def _named(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer without the refusal that any-llm words itself for every policy ending."""
        for choice in answer["choices"]:
            if choice["finish_reason"] == "content_filter":
                choice["message"]["refusal"] = None
                if self._name == "anthropic":  # of its endings, "refusal" alone becomes this one
                    choice["finish_reason"] = "refusal"
        return answer


def _told(error: exceptions.AnyLLMError) -> Exception:
    """What an error of any-llm is to us."""
    if isinstance(error, exceptions.UnsupportedParameterError):
        return RefusedError(Refusal(400, one_line(str(error)), field=error.parameter_name))
    cause = error.original_exception
    if error.status_code is None:
        return _without_status(error, cause)
    refusal = refusal_in(_body_of(cause) or {"message": error.message}, error.status_code)
    if isinstance(error, exceptions.AuthenticationError):
        refusal = Refusal(401, refusal.words)  # Gemini says 400 of a bad key
    headers = getattr(getattr(cause, "response", None), "headers", None)
    return RefusedError(refusal, None if headers is None else wait_asked(headers))


def _without_status(error: exceptions.AnyLLMError, cause: Exception | None) -> Exception:
    """What an error is that came without a status of HTTP: a call, a connection or an answer."""
    if isinstance(cause, TypeError):  # a field that the vendor's package does not know
        return RefusedError(Refusal(400, one_line(error.message)))
    if cause is None or isinstance(cause, ValueError):
        return DamagedError(one_line(error.message))
    names = " ".join(kind.__name__ for kind in type(cause).__mro__)
    if "Timeout" in names:
        return SilentError()
    return UnreachableError(one_line(str(cause.__cause__ or cause) or type(cause).__name__))


def _body_of(cause: Exception | None) -> Mapping[str, Any] | None:
    """The JSON of an error response, under the name that the vendor's package gives it."""
    for name in ("body", "details"):
        body = getattr(cause, name, None)
        if isinstance(body, Mapping):
            return body
    return None


def open_model(name: str, options: Options) -> Model:
    """Open `PROVIDER/NAME`, such as anthropic/claude-opus-4-5 or gemini/gemini-2.5-pro.

    The key is read from an environment variable and is never stored. Raises UsageError for an
    unknown provider, a missing name, package or key.
    """
    vendor, _, model = name.partition("/")
    if not vendor or not model:
        raise UsageError(
            f"model 'anyllm/{name}': write anyllm/PROVIDER/NAME, such as "
            "anyllm/anthropic/claude-opus-4-5 or anyllm/gemini/gemini-2.5-pro"
        )
    preset = PRESETS.get(vendor, UNKNOWN)
    kind = _kind(vendor)
    key_env = options.key_env or kind.ENV_API_KEY_NAME.partition("/")[0]
    _provider(kind, options)  # what cannot be opened is said before the run begins
    address = options.base_url or preset.base_url or vendor
    served = options.of_server()
    server = Server(
        model=model, options=served, preset=preset, address=address, key_env=key_env,
        dialect=started(served, preset), activity=Activity(waiting_for=address),
    )  # fmt: skip

    @asynccontextmanager
    async def connect() -> AsyncIterator[Transport]:
        provider = _provider(kind, options)
        try:
            yield _AnyLLMTransport(provider, vendor, options.timeout)
        finally:
            client = getattr(provider, "client", None)
            client = getattr(client, "aio", client)  # where Google's package keeps it
            close = getattr(client, "aclose", None) or getattr(client, "close", None)
            if close is not None:
                await close()

    identity = ModelIdentity(f"anyllm/{name}", "anyllm", details=details(served, address))
    opened = ServedModel(identity, server, connect, continues=False)
    opened.reusable = options.base_url is None or address.startswith("https://")
    return opened


def _kind(vendor: str) -> Any:
    """any-llm's class for a vendor. Raises UsageError when there is none, or its package lacks."""
    try:
        return any_llm.AnyLLM.get_provider_class(vendor)
    except exceptions.UnsupportedProviderError as error:
        known = ", ".join(sorted(map(str, error.supported_providers)))
        raise UsageError(f"model 'anyllm/{vendor}/...': any-llm knows no {vendor!r}; it knows "
                         f"{known}") from error  # fmt: skip
    except ImportError as error:
        raise UsageError(f"model 'anyllm/{vendor}/...': {one_line(str(error))}") from error


def _provider(kind: Any, options: Options) -> Any:
    """A provider of any-llm. Raises UsageError when its key or its package is missing."""
    key = None if options.key_env is None else os.environ.get(options.key_env)
    if options.key_env is not None and not key:
        raise UsageError(f"model option key_env: ${options.key_env} is not set")
    more = {} if kind.MAX_RETRIES_SUPPORT == "unsupported" else {"max_retries": 0}
    try:  # requests are repeated by us, who count the causes, wherever the vendor's package agrees
        return kind(api_key=key, api_base=options.base_url, unified_exceptions=True, **more)
    except exceptions.MissingApiKeyError as error:
        names = error.env_var_name.replace("/", " or $")
        raise UsageError(f"{kind.PROVIDER_NAME} needs a key: set ${names}") from error
    except (exceptions.AnyLLMError, ImportError) as error:
        raise UsageError(f"any-llm cannot open {kind.PROVIDER_NAME}: "
                         f"{one_line(str(error))}") from error  # fmt: skip
