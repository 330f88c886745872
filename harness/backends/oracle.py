"""`oracle`: answers with each suite's own gold. What it does not score 1 on is our mistake."""

from collections.abc import Iterable, Iterator

from ...sandbox.errors import UsageError
from .contract import Completion, Model, ModelIdentity, Request, Sampling


class OracleModel:
    """Every gold completion; an error where the benchmark ships none."""

    identity = ModelIdentity(name="oracle", backend="oracle", seeded=True)

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield the gold of each request; see `Model.generate`."""
        for request in requests:
            gold = request.suite.gold(request.problem)
            if gold is None:
                error = f"{request.suite.name} ships no gold completion for {request.problem.id}"
                yield Completion(request, "", finish_reason="error", error=error)
            else:
                yield Completion(request, gold)

    def close(self) -> None:
        """Nothing to free."""


def open_model(name: str) -> Model:
    """Open the oracle; it takes no name. Raises UsageError when it is given one."""
    if name:
        raise UsageError(f"unknown model 'oracle/{name}': write oracle alone")
    return OracleModel()
