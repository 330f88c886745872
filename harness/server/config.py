"""How to serve, and the refusal to serve without a token to anyone but this machine."""

import ipaddress
import os
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError


class ServerConfig(BaseModel):
    """How to serve."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token: str | None = Field(default=None, repr=False)
    workers: int | None = Field(default=None, ge=0, le=512)
    """Math and logic checks at a time: one per core when None; 0 checks in the server's threads."""
    long_programs: int = Field(default=32, ge=0, le=200)
    """Long-running programs allowed beside those that may run at a time."""
    max_pending: int = Field(default=4096, ge=1)
    """Completions accepted and not yet answered; more are refused with 503."""
    max_batch: int = Field(default=2048, ge=1)
    """Completions in one request; more are refused with 413."""
    max_body_bytes: int = Field(default=32 << 20, ge=1024)
    """Size of one request; a larger one is refused with 413."""
    max_held_bytes: int = Field(default=512 << 20, ge=1024)
    """Size of all requests being read or answered; more are refused with 503."""
    load_options: dict[str, Any] = Field(default_factory=dict)
    """Options that every task is loaded with (data_dir, split)."""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
