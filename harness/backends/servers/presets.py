"""What is known of common servers: address, key, and how they want a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOCAL = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Preset:
    """The ways of one server."""

    base_url: str | None = None
    """None: the user must give --base-url."""
    key_env: str = "OPENAI_API_KEY"
    key_header: str | None = None
    """A header that carries the key, beside the usual `Authorization: Bearer`."""
    hosted: bool = False
    """Whether the server needs a key."""
    query: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Our name of a parameter -> the server's."""
    omitted: frozenset[str] = frozenset()
    """Parameters that the server refuses or ignores."""
    neutral_top_p: bool = True
    """Whether `top_p` = 1 may be sent; some servers want less than 1 or nothing."""
    continuing: Mapping[str, Any] = field(
        default_factory=lambda: {"continue_final_message": True, "add_generation_prompt": False}
    )
    """Fields that make the server continue a last message of the assistant."""


PRESETS: Mapping[str, Preset] = {
    "openai": Preset(
        base_url="https://api.openai.com/v1",
        hosted=True,
        renamed={"max_tokens": "max_completion_tokens"},
        omitted=frozenset({"top_k"}),
        continuing={},
    ),
    "azure": Preset(
        key_env="AZURE_OPENAI_API_KEY",
        key_header="api-key",
        hosted=True,
        query={"api-version": "2024-10-21"},
        renamed={"max_tokens": "max_completion_tokens"},
        omitted=frozenset({"top_k"}),
        continuing={},
    ),
    "deepseek": Preset(
        base_url="https://api.deepseek.com",
        key_env="DEEPSEEK_API_KEY",
        hosted=True,
        omitted=frozenset({"top_k", "seed", "n"}),
        continuing={},
    ),
    "openrouter": Preset(
        base_url="https://openrouter.ai/api/v1",
        key_env="OPENROUTER_API_KEY",
        hosted=True,
        omitted=frozenset({"n"}),
        continuing={},
    ),
    "vllm": Preset(base_url=f"{LOCAL}:8000/v1"),
    "sglang": Preset(
        base_url=f"{LOCAL}:30000/v1",
        continuing={"continue_final_message": True},
    ),
    "llama.cpp": Preset(base_url=f"{LOCAL}:8080/v1", omitted=frozenset({"n"}), continuing={}),
    "ollama": Preset(base_url=f"{LOCAL}:11434/v1", omitted=frozenset({"n"}), continuing={}),
    "tgi": Preset(
        base_url=f"{LOCAL}:8080/v1",
        omitted=frozenset({"n", "top_k"}),
        neutral_top_p=False,
        continuing={},
    ),
}
"""By the name that `--server` takes."""
UNKNOWN = Preset()
"""A server that nothing is known of: everything is sent, and what it refuses is left out."""
