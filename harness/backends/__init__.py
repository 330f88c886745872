"""Sources of completions: one backend per module, imported only when it is used.

A model is named by its backend, then a slash, then whatever that backend takes: `oracle`,
`replay/outputs.jsonl`, `hf/some/path`, `openai/some-name`.
"""

import ast
import importlib
import pkgutil
from importlib.resources import files
from typing import Any, cast

from pydantic import BaseModel

from ...sandbox.errors import UsageError
from ..validation import validated
from .contract import (
    Activity,
    Completion,
    Message,
    Model,
    ModelIdentity,
    Price,
    Request,
    Sampling,
)

__all__ = [
    "Activity",
    "Completion",
    "Message",
    "Model",
    "ModelIdentity",
    "Price",
    "Request",
    "Sampling",
    "backend_names",
    "load_model",
    "summary",
]

_NOT_BACKENDS = frozenset({
    "batch_size", "continuous", "contract", "encoding", "following", "forcing", "options",
    "packaged", "quantization", "replicas", "seeded", "servers", "thoughts", "tool_text", "weights",
})  # fmt: skip
VENDORS = frozenset({"anthropic", "gemini", "google", "mistral", "cohere", "bedrock", "vertexai"})
"""Names that users may write for a backend, although they are providers of `anyllm/`."""
_FLAGS = {
    "base_url": "--base-url", "server": "--server", "request": "--request",
    "headers": "--header", "query": "--query",
}  # fmt: skip
"""Options that have a flag of their own on the command line."""


def backend_names() -> list[str]:
    """The names of the backends, sorted; read from file names, without importing them."""
    return sorted(
        info.name
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_") and info.name not in _NOT_BACKENDS
    )


def summary(backend: str) -> str:
    """How models of this backend are named, and what they are: its module's first line."""
    # Parsed, not imported: a backend's packages take seconds, or are not installed.
    source = files(__name__).joinpath(f"{backend}.py").read_text("utf-8")
    document = ast.get_docstring(ast.parse(source)) or backend
    return document.partition("\n")[0].replace("`", "")


def load_model(spec: str, base_url: str | None = None, **options: Any) -> Model:
    """Open the model that `spec` names; the part after the first slash goes to its backend.

    `base_url` and `options` are fields of the backend's `Options`, where it has any. Raises
    UsageError (a ValueError) for an unknown backend or option, which lists the known ones, for a
    bad value, and for a missing extra.
    """
    backend, _, name = spec.partition("/")
    if backend not in backend_names():
        vendor = f"; perhaps anyllm/{spec}" if backend in VENDORS and name else ""
        raise UsageError(
            f"unknown model {spec!r}: use one of {', '.join(backend_names())}, with /NAME or "
            f"/PATH after it where the backend takes one, as in replay/outputs.jsonl{vendor}"
        )
    module = importlib.import_module(f"{__name__}.{backend}")
    given = {key: value for key, value in options.items() if value is not None}
    if base_url is not None:
        given["base_url"] = base_url
    model: type[BaseModel] | None = getattr(module, "Options", None)
    known = [] if model is None else list(model.model_fields)
    for option in given:
        if option not in known:
            raise UsageError(
                f"model {spec!r} has no option {option!r}; "
                f"its options: {', '.join(known) or 'none'}"
            )
    if model is None:
        return cast(Model, module.open_model(name))
    return cast(Model, module.open_model(name, validated(model, given, _flag)))


def _flag(option: str) -> str:
    """How a user writes this option."""
    return _FLAGS.get(option, f"model option {option}")
