"""`assay serve --engine ray`: the server as a Ray Serve deployment.

Stateless replicas of the application stand behind one address; each hands its checks to the
verifiers of the cluster's nodes. A replica that is lost is started again, and its requests are
asked again by the client.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from ..checking.connection import first_line
from .config import ServerConfig, config_from, refuse_exposure
from .creation import create_app, say_address

if TYPE_CHECKING:
    from fastapi import FastAPI

NAME = "assay"
"""Of the Serve application and its deployment."""
_EXTRA = "ray"


def serve_on_ray(config: ServerConfig) -> None:
    """Deploy, wait for a stop signal, then let the replicas finish and take them away.

    Raises UsageError for an exposed host without a token, for a cluster that does not answer,
    serves something else or cannot run programs, and without the extra `ray`.
    """
    refuse_exposure(config)
    if not config.port:
        raise UsageError("--port 0: Ray Serve picks no port, so name one")
    serve = require("ray.serve", _EXTRA)
    # Attaches to the cluster and starts its verifiers, which the replicas share; what is wrong
    # with the cluster is said here, once, and not by each replica.
    admission = create_app(config).state.admission
    try:
        _refuse_other_applications(serve)
        serve.start(http_options={"host": config.host, "port": config.port})
        serve.run(application(config), name=NAME, route_prefix="/")
        say_address(config, config.port)
        _wait_for_signal()
    except (RuntimeError, ValueError) as error:  # what Ray Serve raises
        raise UsageError(f"Ray Serve does not start: {first_line(error)}") from error
    finally:
        serve.shutdown()
        admission.close(patience=1.0)


def application(config: ServerConfig) -> Any:
    """The Serve application: `config.replicas` replicas, each a whole server without a port."""
    serve = require("ray.serve", _EXTRA)

    def build() -> "FastAPI":
        return replica_app(config)

    deployment = serve.deployment(
        name=NAME,
        num_replicas=config.replicas,
        # The checks are made by the verifiers, so a replica may stand on any node.
        ray_actor_options={"num_cpus": 0},
        max_ongoing_requests=config.max_pending,
        max_queued_requests=config.max_pending,
        graceful_shutdown_timeout_s=config.grace_seconds,
    )
    return deployment(serve.ingress(build)()).bind()


def from_arguments(arguments: Mapping[str, Any]) -> Any:
    """The application for a Serve config file, as KubeRay's RayService takes it.

    `arguments` are fields of `ServerConfig`, and `token_env`. The address in the file counts.
    """
    fields = {"engine": "ray", "host": "0.0.0.0", "port": 8000, "token_env": None, **arguments}
    return application(config_from(**fields))


def replica_app(config: ServerConfig) -> "FastAPI":
    """The application of one replica, which ends its engine when the replica ends."""
    app = create_app(config)

    @asynccontextmanager
    async def lifespan(_: "FastAPI") -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(app.state.admission.close, 1.0)

    app.router.lifespan_context = lifespan
    return app


def _refuse_other_applications(serve: Any) -> None:
    """Raises UsageError where the cluster serves already: its address cannot be changed."""
    running = sorted(serve.status().applications)
    if running:
        raise UsageError(
            f"the cluster serves {', '.join(running)} already: end that with `serve shutdown`, or "
            "add assay.harness.server.ray_serve:from_arguments to its Serve config"
        )


def _wait_for_signal() -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
