"""`assay serve`: verdicts and rewards over HTTP."""

from typing import Annotated

import typer

from ...sandbox.errors import UsageError
from ..server import ServerConfig, config_from, serve
from .expand import Only
from .options import SandboxOptions, SuiteOptions


def serve_http(
    suites: Annotated[SuiteOptions, Only("split", "data_dir")],
    settings: Annotated[
        ServerConfig,
        Only(
            "engine",
            "ray_address",
            "workers",
            "cache",
            "no_programs",
            "replicas",
            "max_pending",
            "hold_seconds",
            "grace_seconds",
        ),
    ],
    sandbox: SandboxOptions,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 picks one.")] = 8000,
    token_env: Annotated[
        str | None, typer.Option("--token-env", help="Environment variable that holds the token.")
    ] = None,
) -> None:
    """Serve /verify, /verify_batch, /get_reward, /health and /metrics."""
    if not 0 <= port <= 65535:
        raise UsageError(f"--port {port}: use 0 to 65535")
    sandbox.choose()
    options = {"split": suites.split, "data_dir": suites.data_dir}
    load_options = {key: value for key, value in options.items() if value}
    given = settings.model_dump(include=settings.model_fields_set)
    serve(config_from(host, port, token_env, load_options=load_options, **given))
