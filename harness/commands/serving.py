"""`assay serve`: verdicts and rewards over HTTP."""

from typing import Annotated

import typer

from ...sandbox.errors import UsageError
from .options import AllowUnsafe, DataDir, SandboxName, Split, choose_sandbox


def serve_http(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port")] = 8000,
    token_env: Annotated[
        str | None, typer.Option("--token-env", help="Environment variable with the token.")
    ] = None,
    split: Split = None,
    data_dir: DataDir = None,
    sandbox: SandboxName = None,
    allow_unsafe: AllowUnsafe = False,
) -> None:
    """Serve /verify, /verify_batch, /get_reward, /health and /metrics."""
    if not 0 <= port <= 65535:
        raise UsageError(f"--port {port}: use 0 to 65535")
    choose_sandbox(sandbox, allow_unsafe)
    try:
        from ..server import config_from, serve
    except ImportError as error:
        raise UsageError(f"serving needs pip install 'assay[serve]': {error}") from error

    options = {"split": split, "data_dir": data_dir}
    config = config_from(host, port, token_env, **{k: v for k, v in options.items() if v})
    typer.echo(f"assay serves on http://{host}:{port}", err=True)
    serve(config)
