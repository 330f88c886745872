"""Call any checker as `check(prompt, answer, completion) -> score`, by its parameter names."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ...sandbox.errors import UsageError

Checker = Callable[[str, str, str], float | None]
"""(prompt, gold answer, completion) -> score; None means "no verdict"."""

COMPLETION = ("completion", "response", "solution_str", "prediction", "model_output", "pred")
ANSWER = ("answer", "gold", "ground_truth", "solution", "target", "reference", "label")
PROMPT = ("prompt", "question", "query", "problem")


def bind(name: str) -> Checker:
    """The checker named `module:function`. Raises UsageError when it cannot be imported or called.

    Known signatures: `f(completion, answer)` under any of the usual parameter names, TRL's
    `f(completions=[...], solution=[...])`, verl's `compute_score(data_source, solution_str,
    ground_truth)`, reasoning-gym's `score_answer(answer, entry)`.
    """
    module_name, _, attribute = name.partition(":")
    if not attribute:
        raise UsageError(f"--callable {name!r}: write it as module:function")
    try:
        function: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            function = getattr(function, part)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"--callable {name!r}: {error}") from error
    return adapt(function, name)


def adapt(function: Callable[..., Any], name: str) -> Checker:
    """The same for a callable, which stays reachable as `__wrapped__`.

    Raises UsageError when no parameter name is a known one.
    """
    check = _adapted(function, name)
    check.__wrapped__ = function  # type: ignore[attr-defined]
    return check


def _adapted(function: Callable[..., Any], name: str) -> Checker:
    parameters = inspect.signature(function).parameters
    if {"answer", "entry"} <= parameters.keys():
        return lambda prompt, answer, completion: _score(
            function(completion, {"question": prompt, "answer": answer, "metadata": {}})
        )
    if "completions" in parameters:
        return lambda prompt, answer, completion: _score(
            function(**_batched(parameters, prompt, answer, completion))
        )
    roles = {"completion": COMPLETION, "answer": ANSWER, "prompt": PROMPT}
    found = {role: _first(parameters, known) for role, known in roles.items()}
    if found["completion"] is None or found["answer"] is None:
        raise UsageError(
            f"--callable {name!r} takes ({', '.join(parameters)}): one parameter must be named "
            f"like {COMPLETION[0]!r} and one like {ANSWER[0]!r}"
        )

    def check(prompt: str, answer: str, completion: str) -> float | None:
        values = {"completion": completion, "answer": answer, "prompt": prompt}
        arguments = {str(found[role]): values[role] for role in roles if found[role] is not None}
        if "data_source" in parameters:
            arguments["data_source"] = "math"
        return _score(function(**arguments))

    return check


def _first(parameters: Mapping[str, Any], known: tuple[str, ...]) -> str | None:
    return next((name for name in known if name in parameters), None)


def _batched(
    parameters: Mapping[str, Any], prompt: str, answer: str, completion: str
) -> dict[str, list[Any]]:
    """The arguments of a TRL reward for a batch of one, conversational."""
    arguments: dict[str, list[Any]] = {
        "completions": [[{"role": "assistant", "content": completion}]]
    }
    gold = _first(parameters, ("solution", *ANSWER))
    if gold is not None:
        arguments[gold] = [answer]
    if "prompts" in parameters:
        arguments["prompts"] = [[{"role": "user", "content": prompt}]]
    return arguments


def _score(value: Any) -> float | None:
    """The score in what a checker returned: a number, a dict with `score`, a list of one."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("score")
    if hasattr(value, "score"):
        value = value.score
    return None if value is None else float(value)
