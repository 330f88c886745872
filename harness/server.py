"""`assay serve`: verdicts and rewards over HTTP.

Checks run in processes with a hard deadline (see `checking`); this process only waits for
them, so a poisonous completion delays nobody. What is accepted is bounded by `max_pending`
completions and `max_held_bytes` of bodies: beyond them the answer is 503 with Retry-After,
never a queue without end. A stop signal refuses new requests and finishes the accepted ones.
"""

import asyncio
import hmac
import ipaddress
import json
import math
import os
import signal
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..sandbox.errors import UsageError
from ..tasks import Verdict
from .checking import Checks, Job
from .rewards import reward

Json = dict[str, Any]


class ServerConfig(BaseModel):
    """How to serve."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token: str | None = Field(default=None, repr=False)
    workers: int | None = Field(default=None, ge=0, le=512)
    """Math and logic checks at a time; as many as there are cores when None, 0 for none apart."""
    long_programs: int = Field(default=32, ge=0, le=200)
    """Programs that run long and do not count among those that may run at a time."""
    max_pending: int = Field(default=4096, ge=1)
    """Completions accepted and not yet answered; beyond it 503."""
    max_batch: int = Field(default=2048, ge=1)
    """Completions in one request; beyond it 413."""
    max_body_bytes: int = Field(default=32 << 20, ge=1024)
    """Of one request; beyond it 413."""
    max_held_bytes: int = Field(default=512 << 20, ge=1024)
    """Of all requests that are being read and answered; beyond it 503."""
    load_options: dict[str, Any] = Field(default_factory=dict)
    """Given to `load` for every task (data_dir, split)."""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class InlineProblem(BaseModel):
    """A problem that comes with the request instead of an id."""

    id: str = "inline"
    prompt: str = ""
    answer: str
    meta: Json = Field(default_factory=dict)


class VerifyItem(BaseModel):
    """One completion to verify: for a known `id`, or for the `problem` given."""

    task: str
    id: str | None = None
    problem: InlineProblem | None = None
    completion: str

    @model_validator(mode="after")
    def _one_problem(self) -> "VerifyItem":
        if (self.id is None) == (self.problem is None):
            raise ValueError("give either 'id' or 'problem'")
        return self


class VerifyBatch(BaseModel):
    """Completions to verify together; the verdicts keep their order."""

    items: list[VerifyItem]


class Verdicts(BaseModel):
    """One verdict an item, in order."""

    verdicts: list[Verdict]


class RewardRequest(BaseModel):
    """OpenRLHF's remote reward request."""

    query: list[str]
    prompts: list[str]
    labels: list[Any]


class Rewards(BaseModel):
    """OpenRLHF's remote reward response; None where the checker failed."""

    rewards: list[float | None]
    scores: list[float | None]
    extra_logs: dict[str, list[float]]


class Health(BaseModel):
    """Alive, and how much is pending."""

    status: str
    version: str
    pending: int


class Metrics:
    """The Prometheus metrics of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.verdicts = Counter(
            "assay_verdicts", "Verdicts by task and status", ["task", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "assay_check_seconds", "Wall time of a check by task", ["task"], registry=self.registry,
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
        )  # fmt: skip
        self.pending = Gauge(
            "assay_pending", "Completions accepted and not answered", registry=self.registry
        )
        self.refused = Counter("assay_refused", "Requests answered 503", registry=self.registry)


class Checker:
    """Bounded admission in front of the checks."""

    def __init__(self, config: ServerConfig) -> None:
        self.config = config
        self.checks = Checks(config.load_options, config.workers, config.long_programs)
        self.metrics = Metrics()
        self.pending = 0

    async def verdicts(self, jobs: Sequence[Job]) -> list[Verdict]:
        """Verdicts in the order of the jobs. Raises HTTPException 413 or 503, and UsageError."""
        if len(jobs) > self.config.max_batch:
            raise HTTPException(413, f"{len(jobs)} items: at most {self.config.max_batch}")
        self._admit(len(jobs))
        try:
            # Every job ends before the count goes down, also when one of them fails.
            results = await asyncio.gather(*map(self._verdict, jobs), return_exceptions=True)
        finally:
            self._admit(-len(jobs))
        verdicts: list[Verdict] = []
        for result in results:
            if isinstance(result, BaseException):
                raise result
            verdicts.append(result)
        return verdicts

    async def _verdict(self, job: Job) -> Verdict:
        verdict = await self.checks.verdict_of(job)
        task = job.get("task", "get_reward")
        self.metrics.verdicts.labels(task, verdict.status).inc()
        self.metrics.seconds.labels(task).observe(verdict.seconds)
        return verdict

    def _admit(self, count: int) -> None:
        if count > 0 and self.pending + count > self.config.max_pending:
            self.metrics.refused.inc()
            raise HTTPException(
                503, f"{self.pending} checks are pending; try again", {"Retry-After": "1"}
            )
        self.pending += count
        self.metrics.pending.set(self.pending)

    def close(self) -> None:
        """Finish what was accepted and end the workers."""
        self.checks.close()


class SafeJson(JSONResponse):
    """JSON that any input can pass through: NaN becomes null, lone surrogates are escaped."""

    def render(self, content: Any) -> bytes:
        try:
            return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:
            return json.dumps(content, ensure_ascii=True, default=str).encode()


class ClientGoneError(Exception):
    """The client left before its body was complete: nobody is there to answer."""


class BodyLimit:
    """Refuses a body over `limit` with 413, and with 503 what would hold over `held` in all.

    Neither is read further than the limit.
    """

    def __init__(self, app: Any, limit: int, held: int) -> None:
        self.app = app
        self.limit = limit
        self.room = held

    async def __call__(self, scope: Json, receive: Any, send: Any) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        try:
            refusal = await self._read(receive, body)
            if refusal is None:
                await self.app(scope, _replay(bytes(body), receive), send)
            else:
                await refusal(scope, receive, send)
        except ClientGoneError:
            return
        finally:
            self.room += len(body)

    async def _read(self, receive: Any, body: bytearray) -> Response | None:
        """Read the body, taking its room; a refusal when there is none for it."""
        message: Json = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            piece = message.get("body", b"")
            if len(body) + len(piece) > self.limit:
                return SafeJson({"detail": f"the body is over {self.limit} bytes"}, 413)
            if len(piece) > self.room:
                detail = {"detail": "too many bytes are held; try again"}
                return SafeJson(detail, 503, {"Retry-After": "1"})
            self.room -= len(piece)
            body += piece
        return None


def _replay(body: bytes, receive: Any) -> Callable[[], Awaitable[Json]]:
    """A `receive` that gives the body that was read, then what comes after."""
    pieces = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Json:
        return next(pieces, None) or await receive()

    return replay


def create_app(config: ServerConfig) -> FastAPI:
    """The application. `app.state.checker` holds the pool; close it when done."""
    checker = Checker(config)
    app = FastAPI(
        title="assay", version=version("assay"), default_response_class=SafeJson,
        description="One verdict for evaluation and for reward.",
    )  # fmt: skip
    app.state.checker = checker
    app.add_middleware(BodyLimit, limit=config.max_body_bytes, held=config.max_held_bytes)
    app.add_exception_handler(UsageError, _usage_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    guard = [Depends(_token_guard(config.token))]
    responses: dict[int | str, Json] = {
        400: {"description": "The body is not JSON"},
        401: {"description": "The bearer token is missing or wrong"},
        413: {"description": "Too many items or bytes"},
        422: {"description": "Unknown task or id, or a malformed field"},
        503: {"description": "Too much is pending; see Retry-After"},
    }

    @app.post("/verify", dependencies=guard, responses=responses)
    async def verify(item: VerifyItem) -> Verdict:
        """Verify one completion."""
        return (await _verify_items(checker, [item]))[0]

    @app.post("/verify_batch", dependencies=guard, responses=responses)
    async def verify_batch(batch: VerifyBatch) -> Verdicts:
        """Verify many completions; the verdicts come in the order of the items."""
        return Verdicts(verdicts=await _verify_items(checker, batch.items))

    @app.post("/get_reward", dependencies=guard, responses=responses, response_model=Rewards)
    async def get_reward(
        request: RewardRequest, checker_error: Literal["null", "nan"] = "null"
    ) -> Response:
        """OpenRLHF's remote reward model.

        Where our checker failed there is no reward: `null`, or with `checker_error=nan` the NaN
        that OpenRLHF can make a tensor of, which is no JSON but what Python reads and writes.
        """
        rewards = (await _rewards(checker, request)).model_dump()
        if checker_error == "null":
            return SafeJson(rewards)
        values = {key: _with_nan(rewards[key]) for key in ("rewards", "scores")}
        return Response(json.dumps(rewards | values), media_type="application/json")

    @app.get("/health")
    async def health() -> Health:
        """Whether the server answers."""
        return Health(status="ok", version=app.version, pending=checker.pending)

    @app.get("/metrics", dependencies=guard, responses={401: responses[401]})
    async def metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(checker.metrics.registry), media_type="text/plain")

    return app


async def _verify_items(checker: Checker, items: Sequence[VerifyItem]) -> list[Verdict]:
    # Through JSON, so that a worker and this process are given the same.
    return await checker.verdicts([Job(**item.model_dump()) for item in items])  # type: ignore[typeddict-item]


async def _rewards(checker: Checker, request: RewardRequest) -> Rewards:
    lengths = {len(request.query), len(request.prompts), len(request.labels)}
    if len(lengths) > 1:
        raise UsageError("query, prompts and labels must have one length")
    rows = zip(request.query, request.prompts, request.labels, strict=True)
    verdicts = await checker.verdicts(
        [Job(query=query, prompt=prompt, label=label) for query, prompt, label in rows]
    )
    rewards = [reward(verdict) for verdict in verdicts]
    failed = [float(verdict.score is None) for verdict in verdicts]
    scores = [verdict.score for verdict in verdicts]
    return Rewards(rewards=rewards, scores=scores, extra_logs={"checker_error": failed})


def _with_nan(values: list[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _token_guard(token: str | None) -> Callable[..., Awaitable[None]]:
    bearer = HTTPBearer(auto_error=False)  # for the OpenAPI pages

    async def guard(request: Request, _: Annotated[Any, Depends(bearer)]) -> None:
        given = _given_token(request.headers.get("Authorization", ""))
        if token is not None and not hmac.compare_digest(given, token.encode()):
            raise HTTPException(
                401, "the bearer token is missing or wrong", {"WWW-Authenticate": "Bearer"}
            )

    return guard


def _given_token(header: str) -> bytes:
    """The token of a bearer header, or the password of a basic one (from `http://:TOKEN@host`)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            return b64decode(value, validate=True).partition(b":")[2]
        except ValueError:
            return b""
    return value.strip().encode() if scheme.lower() == "bearer" else b""


async def _usage_error(request: Request, error: Exception) -> Response:
    return SafeJson({"detail": str(error)}, 422)


async def _invalid_request(request: Request, error: Exception) -> Response:
    # Without the input: it may hold what no JSON encoder takes (NaN, lone surrogates).
    assert isinstance(error, RequestValidationError)
    detail = [{key: item[key] for key in ("loc", "msg", "type")} for item in error.errors()]
    return SafeJson({"detail": detail}, 422)


def config_from(host: str, port: int, token_env: str | None, **options: Any) -> ServerConfig:
    """A config with the token read from the environment.

    Raises UsageError when that variable is not set, or without a token for an exposed host.
    """
    token = None
    if token_env is not None:
        token = os.environ.get(token_env)
        if not token:
            raise UsageError(f"--token-env {token_env}: that environment variable is not set")
    config = ServerConfig(host=host, port=port, token=token, load_options=options)
    refuse_exposure(config)
    return config


def refuse_exposure(config: ServerConfig) -> None:
    """Raises UsageError when the server could be reached from outside without a token."""
    if not config.token and not _is_loopback(config.host):
        raise UsageError(
            f"--host {config.host} is reachable from outside: set a token (--token-env NAME) "
            "or use 127.0.0.1"
        )


def serve(config: ServerConfig) -> None:
    """Serve until a stop signal; then finish what was accepted.

    Raises UsageError for an exposed host without a token.
    """
    import uvicorn

    refuse_exposure(config)

    def leave(number: int, frame: object) -> None:
        raise SystemExit(0)  # so that what follows is run: uvicorn raises the signal once more

    app = create_app(config)
    signal.signal(signal.SIGTERM, leave)
    try:
        uvicorn.run(app, host=config.host, port=config.port, log_level="warning")
    finally:
        app.state.checker.close()
