"""`openai/NAME`: any server that speaks the OpenAI API (vLLM, SGLang, llama.cpp, TGI, the cloud).

What the server refuses is understood once and left out of later requests; busy or broken servers
are asked again (`servers/`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import needs
from .contract import Activity, Model, ModelIdentity
from .servers.asking import Server
from .servers.options import Endpoint, Options, address_of, key_of, preset_of
from .servers.refusals import one_line, refusal_in, refusal_of, wait_asked
from .servers.requests import started
from .servers.served import ServedModel, details
from .servers.streams import answer_in
from .servers.transport import DamagedError, RefusedError, SilentError, Transport, UnreachableError

with needs("openai"):
    import openai

__all__ = ["Options", "open_model"]


class _OpenAITransport:
    """Sends requests through the `openai` client, past its checks of their fields."""

    def __init__(self, client: "openai.AsyncOpenAI", endpoint: Endpoint) -> None:
        self._client = client
        self._endpoint = endpoint

    async def send(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            raw = await self._call(body)
        except openai.APIStatusError as error:
            refusal = refusal_of(error.status_code, error.response.content)
            raise RefusedError(refusal, wait_asked(error.response.headers)) from error
        except openai.APITimeoutError as error:
            raise SilentError from error
        except openai.APIConnectionError as error:
            raise UnreachableError(one_line(str(error.__cause__ or error))) from error
        except openai.APIError as error:
            raise DamagedError(one_line(str(error))) from error
        answer = answer_in(raw.content)
        if answer.get("error") and not answer.get("choices") and not answer.get("output"):
            raise RefusedError(refusal_in(answer, 200))
        return answer

    async def _call(self, body: dict[str, Any]) -> Any:
        """The raw response."""
        rest = dict(body)
        model = rest.pop("model")
        client: Any = self._client
        if self._endpoint == "chat":
            create = client.chat.completions.with_raw_response.create
            return await create(model=model, messages=[], extra_body=rest)
        if self._endpoint == "completions":
            create = client.completions.with_raw_response.create
            return await create(model=model, prompt="", extra_body=rest)
        create = client.responses.with_raw_response.create
        return await create(model=model, input="", extra_body=rest)


def open_model(name: str, options: Options) -> Model:
    """Open `name` on a server (OpenAI's own when no other is given).

    The key is read from an environment variable and is never stored. Raises UsageError for a
    missing name, address or key.
    """
    if not name:
        raise UsageError("model 'openai/' has no name: write openai/NAME")
    preset = preset_of(options)
    address = address_of(options, preset)
    key = key_of(options, preset)
    server = Server(
        model=name, options=options, preset=preset, address=address,
        key_env=options.key_env or preset.key_env, dialect=started(options, preset),
        activity=Activity(waiting_for=address),
    )  # fmt: skip

    @asynccontextmanager
    async def connect() -> AsyncIterator[Transport]:
        headers = {preset.key_header: key} if preset.key_header else {}
        async with openai.AsyncOpenAI(
            api_key=key,
            base_url=address,
            timeout=options.timeout,
            max_retries=0,  # repeated here, where the causes are counted
            default_headers=headers | options.headers,
            default_query={**preset.query, **options.query},
        ) as client:
            yield _OpenAITransport(client, options.endpoint)

    identity = ModelIdentity(f"openai/{name}", "openai", details=details(options, address))
    return ServedModel(identity, server, connect, continues=True)
