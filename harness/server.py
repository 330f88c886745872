"""`assay serve`: verdicts and rewards over HTTP.

Every check that could run long runs in a process with a hard deadline (the sandbox, the math
workers); the threads here only wait for them, so a poisonous completion delays nobody. What is
accepted is bounded by `max_pending` completions: beyond it the answer is 503 with Retry-After,
never a queue without end. A stop signal refuses new requests and finishes the accepted ones.
"""

import asyncio
import hmac
import ipaddress
import json
import os
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..sandbox.errors import UsageError
from ..tasks import Problem, Suite, Verdict
from .lookup import Lookup
from .rewards import reward

Json = dict[str, Any]


class ServerConfig(BaseModel):
    """How to serve."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token: str | None = Field(default=None, repr=False)
    threads: int = Field(default=128, ge=1, le=4096)
    """Checks that may be waited for at once."""
    max_pending: int = Field(default=4096, ge=1)
    """Completions accepted and not yet answered; beyond it 503."""
    max_batch: int = Field(default=2048, ge=1)
    """Completions in one request; beyond it 413."""
    max_body_bytes: int = Field(default=32 << 20, ge=1024)
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
            "assay_check_seconds", "Wall time of a check", ["domain"], registry=self.registry,
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
        )  # fmt: skip
        self.pending = Gauge(
            "assay_pending", "Completions accepted and not answered", registry=self.registry
        )
        self.refused = Counter("assay_refused", "Requests answered 503", registry=self.registry)


class Checker:
    """Bounded admission in front of a pool of threads that wait for checks."""

    def __init__(self, config: ServerConfig) -> None:
        self.config = config
        self.lookup = Lookup(config.load_options)
        self.metrics = Metrics()
        self.pending = 0
        self._pool = ThreadPoolExecutor(config.threads, thread_name_prefix="check")
        self._lock = threading.Lock()

    async def map(self, work: Sequence[Callable[[], Verdict]]) -> list[Verdict]:
        """Run checks in the pool and keep their order. Raises HTTPException 413 or 503."""
        if len(work) > self.config.max_batch:
            raise HTTPException(413, f"{len(work)} items: at most {self.config.max_batch}")
        self._admit(len(work))
        try:
            loop = asyncio.get_running_loop()
            jobs = [loop.run_in_executor(self._pool, check) for check in work]
            # Every job ends before the count goes down, also when one of them fails.
            results = await asyncio.gather(*jobs, return_exceptions=True)
        finally:
            self._admit(-len(work))
        verdicts: list[Verdict] = []
        for result in results:
            if isinstance(result, BaseException):
                raise result
            verdicts.append(result)
        return verdicts

    def _admit(self, count: int) -> None:
        with self._lock:
            if count > 0 and self.pending + count > self.config.max_pending:
                self.metrics.refused.inc()
                raise HTTPException(
                    503, f"{self.pending} checks are pending; try again", {"Retry-After": "1"}
                )
            self.pending += count
            self.metrics.pending.set(self.pending)

    def resolve(self, item: VerifyItem) -> tuple[Suite, Problem]:
        """The suite and problem of an item. Raises UsageError."""
        if item.problem is None:
            return self.lookup.by_id(item.task, item.id or "")
        given = item.problem
        suite = self.lookup.suite(item.task)
        return suite, Problem(given.id, suite.name, given.prompt, given.answer, given.meta)

    def verify(self, suite: Suite, problem: Problem, completion: str) -> Verdict:
        """Verify and count."""
        verdict = suite.verify(problem, completion)
        self.metrics.verdicts.labels(suite.name, verdict.status).inc()
        self.metrics.seconds.labels(suite.domain).observe(verdict.seconds)
        return verdict

    def reward_row(self, query: str, prompt: str, label: Any) -> Verdict:
        """The verdict of one row of OpenRLHF; a row that cannot be read is our caller's error."""
        from .adapters.openrlhf import verdicts_of

        started = time.perf_counter()
        verdict = verdicts_of([query], [prompt], [label])[0]
        self.metrics.verdicts.labels("get_reward", verdict.status).inc()
        self.metrics.seconds.labels("reward").observe(time.perf_counter() - started)
        return verdict

    def close(self) -> None:
        """Finish what was accepted and stop the threads."""
        self._pool.shutdown(wait=True)


class SafeJson(JSONResponse):
    """JSON that any input can pass through: NaN becomes null, lone surrogates are escaped."""

    def render(self, content: Any) -> bytes:
        try:
            return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:
            return json.dumps(content, ensure_ascii=True, default=str).encode()


class BodyLimit:
    """Refuses a body beyond the limit with 413 before it is read into memory."""

    def __init__(self, app: Any, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Json, receive: Any, send: Any) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        message: Json = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > self.limit:
                refusal = SafeJson({"detail": f"the body is over {self.limit} bytes"}, 413)
                await refusal(scope, receive, send)
                return
        whole = {"type": "http.request", "body": bytes(body), "more_body": False}
        pieces = iter([whole])

        async def replay() -> Json:
            return next(pieces, None) or await receive()

        await self.app(scope, replay, send)


def create_app(config: ServerConfig) -> FastAPI:
    """The application. `app.state.checker` holds the pool; close it when done."""
    checker = Checker(config)
    app = FastAPI(
        title="assay", version=version("assay"), default_response_class=SafeJson,
        description="One verdict for evaluation and for reward.",
    )  # fmt: skip
    app.state.checker = checker
    app.add_middleware(BodyLimit, limit=config.max_body_bytes)
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

    @app.post("/get_reward", dependencies=guard, responses=responses)
    async def get_reward(request: RewardRequest) -> Rewards:
        """OpenRLHF's remote reward model."""
        return await _rewards(checker, request)

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
    def check(item: VerifyItem) -> Verdict:
        suite, problem = checker.resolve(item)
        return checker.verify(suite, problem, item.completion)

    return await checker.map([partial(check, item) for item in items])


async def _rewards(checker: Checker, request: RewardRequest) -> Rewards:
    lengths = {len(request.query), len(request.prompts), len(request.labels)}
    if len(lengths) > 1:
        raise UsageError("query, prompts and labels must have one length")
    rows = zip(request.query, request.prompts, request.labels, strict=True)
    verdicts = await checker.map([partial(checker.reward_row, *row) for row in rows])
    rewards = [reward(verdict) for verdict in verdicts]
    failed = [float(verdict.score is None) for verdict in verdicts]
    scores = [verdict.score for verdict in verdicts]
    return Rewards(rewards=rewards, scores=scores, extra_logs={"checker_error": failed})


def _token_guard(token: str | None) -> Callable[..., Awaitable[None]]:
    bearer = HTTPBearer(auto_error=False)

    async def guard(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> None:
        if token is None:
            return
        given = credentials.credentials if credentials else ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise HTTPException(
                401, "the bearer token is missing or wrong", {"WWW-Authenticate": "Bearer"}
            )

    return guard


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

    app = create_app(config)
    try:
        uvicorn.run(app, host=config.host, port=config.port, log_level="warning")
    finally:
        app.state.checker.close()
