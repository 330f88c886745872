"""`oracle`: answers with each suite's gold. A score below 1 is a bug of ours."""

from collections.abc import Iterable, Iterator

from ...sandbox.errors import UsageError
from .contract import Completion, Model, ModelIdentity, Request, Sampling


class OracleModel:
    """Returns gold completions; an error for a problem without one."""

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
    """Open the oracle. Raises UsageError when a name is given."""
    if name:
        raise UsageError(f"unknown model 'oracle/{name}': write oracle alone")
    return OracleModel()
