"""How to serve, and the refusal to serve without a token to anyone but this machine."""

import ipaddress
import os
from typing import Any

from pydantic import Field

from ...sandbox.errors import UsageError
from ..checking import EngineSettings
from ..validation import validated


class ServerConfig(EngineSettings):
    """How to serve."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token: str | None = Field(default=None, repr=False)
    no_programs: bool = Field(
        default=False, description="Check no programs; otherwise the sandbox is proved first."
    )
    long_programs: int = Field(default=32, ge=0, le=200)
    """Long-running programs allowed beside those that may run at a time."""
    replicas: int = Field(
        default=1, ge=1, le=1000, description="With --engine ray: servers behind the one address."
    )
    max_pending: int = Field(
        default=16384, ge=1, description="Accepted completions; more wait for --hold-seconds."
    )
    max_held: int = Field(default=16384, ge=0)
    """Completions that may wait for room; more are refused with 503 at once."""
    hold_seconds: float = Field(
        default=30.0, ge=0, description="What a request waits for room before it is answered 503."
    )
    grace_seconds: float = Field(
        default=25.0,
        ge=0,
        description="Seconds from a stop signal to the server's end.",
    )
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


def config_from(host: str, port: int, token_env: str | None, **fields: Any) -> ServerConfig:
    """A config with the token read from the environment; `fields` are others of `ServerConfig`.

    Raises UsageError when that variable is not set, without a token for an exposed host, and for
    a bad field.
    """
    token = None
    if token_env is not None:
        token = os.environ.get(token_env)
        if not token:
            raise UsageError(f"--token-env {token_env}: that environment variable is not set")
    values = {"host": host, "port": port, "token": token, **fields}
    config = validated(ServerConfig, values)
    if config.replicas > 1 and config.engine != "ray":
        raise UsageError(f"--replicas {config.replicas} need a cluster: add --engine ray")
    refuse_exposure(config)
    return config


def refuse_exposure(config: ServerConfig) -> None:
    """Raises UsageError when the server could be reached from outside without a token."""
    if not config.token and not _is_loopback(config.host):
        raise UsageError(
            f"--host {config.host} is reachable from outside: set a token (--token-env NAME) "
            "or use 127.0.0.1"
        )
