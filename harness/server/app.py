"""The application: routes, authentication, and errors as JSON."""

import hmac
import json
import math
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from prometheus_client import generate_latest

from ...sandbox.errors import UsageError
from ...tasks import Problem, Verdict
from ..adapters.openrlhf import job_of_row
from ..checking import Job
from ..rewards import reward
from .admission import Admission
from .body import BodyLimit, SafeJson
from .config import ServerConfig
from .messages import Health, Json, RewardBatch, Rewards, Verdicts, VerifyBatch, VerifyItem

RESPONSES: dict[int | str, Json] = {
    400: {"description": "The body is not JSON"},
    401: {"description": "The bearer token is missing or wrong"},
    413: {"description": "Too many items or bytes"},
    422: {"description": "Unknown task or id, or a malformed field"},
    503: {"description": "Too much is pending; see Retry-After"},
}


def build_app(config: ServerConfig) -> FastAPI:
    """The application. `app.state.admission` owns the workers: close it when done."""
    admission = Admission(config)
    app = FastAPI(
        title="assay", version=version("assay"), default_response_class=SafeJson,
        description="One verdict for evaluation and for reward.",
    )  # fmt: skip
    app.state.admission = admission
    app.add_middleware(BodyLimit, limit=config.max_body_bytes, held=config.max_held_bytes)
    app.add_exception_handler(UsageError, _usage_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    guard = Depends(_token_guard(config.token))
    app.include_router(_check_routes(admission), dependencies=[guard], responses=RESPONSES)
    app.include_router(
        _metric_routes(admission), dependencies=[guard], responses={401: RESPONSES[401]}
    )

    @app.get("/health")
    async def health() -> Health:
        """Whether the server answers."""
        return Health(status="ok", version=app.version, pending=admission.room.pending)

    return app


def _check_routes(admission: Admission) -> APIRouter:
    router = APIRouter(default_response_class=SafeJson)

    @router.post("/verify")
    async def verify(item: VerifyItem) -> Verdict:
        """Verify one completion."""
        return (await _verify_items(admission, [item]))[0]

    @router.post("/verify_batch")
    async def verify_batch(batch: VerifyBatch) -> Verdicts:
        """Verify many completions; the verdicts come in the order of the items."""
        return Verdicts(verdicts=await _verify_items(admission, batch.items))

    @router.post("/get_reward", response_model=Rewards)
    async def get_reward(
        request: RewardBatch, checker_error: Literal["null", "nan"] = "null"
    ) -> Response:
        """OpenRLHF's remote reward model.

        Where our checker failed there is no reward: `null`, or with `checker_error=nan` a NaN,
        which OpenRLHF can put into a tensor. NaN is not JSON, but Python reads and writes it.
        """
        rewards = (await _rewards(admission, request)).model_dump()
        if checker_error == "null":
            return SafeJson(rewards)
        values = {key: _with_nan(rewards[key]) for key in ("rewards", "scores")}
        return Response(json.dumps(rewards | values), media_type="application/json")

    return router


def _metric_routes(admission: Admission) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(admission.metrics.registry), media_type="text/plain")

    return router


async def _verify_items(admission: Admission, items: Sequence[VerifyItem]) -> list[Verdict]:
    return await admission.verdicts(list(map(_job, items)))


def _job(item: VerifyItem) -> Job:
    given = item.problem
    if given is None:
        return Job(item.task, item.completion, id=item.id)
    problem = Problem(given.id, item.task, given.prompt, given.answer, given.meta)
    return Job(item.task, item.completion, problem=problem)


async def _rewards(admission: Admission, request: RewardBatch) -> Rewards:
    lengths = {len(request.query), len(request.prompts), len(request.labels)}
    if len(lengths) > 1:
        raise UsageError("query, prompts and labels must have one length")
    rows = zip(request.query, request.prompts, request.labels, strict=True)
    verdicts = await admission.verdicts(
        [job_of_row(number, *row) for number, row in enumerate(rows)]
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
    # Without the input, which may hold what JSON cannot (NaN, lone surrogates).
    assert isinstance(error, RequestValidationError)
    detail = [{key: item[key] for key in ("loc", "msg", "type")} for item in error.errors()]
    return SafeJson({"detail": detail}, 422)
