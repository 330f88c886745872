"""What every way to serve begins with: the application, and the line that says where it listens."""

import sys
from typing import TYPE_CHECKING

from ...sandbox.extras import require
from .config import ServerConfig

if TYPE_CHECKING:
    from fastapi import FastAPI


def create_app(config: ServerConfig) -> "FastAPI":
    """The application. `app.state.admission` owns the engine: close it when done.

    Raises UsageError when a package of the extra `serve` is missing, and when programs are to be
    checked and no sandbox works here.
    """
    for package in ("fastapi", "prometheus_client"):
        require(package, "serve")
    from .app import build_app

    return build_app(config)


def say_address(config: ServerConfig, port: int) -> None:
    """Say where the server listens, on stderr."""
    print(f"assay serves on http://{config.host}:{port}", file=sys.stderr, flush=True)
