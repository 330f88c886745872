"""`oracle`: answers with each suite's gold, or plays its best play; below 1 is a bug of ours."""

from collections.abc import Iterable, Iterator

from ...sandbox.errors import UsageError
from ...tasks.acting import Call
from ...tasks.episode import EpisodeSuite
from ..records import encode
from .contract import Completion, Model, ModelIdentity, Request, Sampling, ToolCall


class OracleModel:
    """Returns gold completions; an error for a problem without one."""

    calls_tools = True
    identity = ModelIdentity(name="oracle", backend="oracle", seeded=True)

    def __init__(self) -> None:
        self._plays: dict[tuple[str, str, int], list[Call]] = {}
        """The best plays of the episodes under way."""

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield the gold of each request; see `Model.generate`."""
        for request in requests:
            if request.turns is not None:
                yield self._turn(request)
                continue
            gold = request.suite.gold(request.problem)
            if gold is None:
                error = f"{request.suite.name} ships no gold completion for {request.problem.id}"
                yield Completion(request, "", finish_reason="error", error=error)
            else:
                yield Completion(request, gold)

    def close(self) -> None:
        """Nothing to free."""

    def _turn(self, request: Request) -> Completion:
        """The next call of the best play."""
        assert request.turns is not None
        assert isinstance(request.suite, EpisodeSuite)
        episode = request.turns.episode
        key = request.suite.name, request.problem.id, request.sample
        if key not in self._plays:
            self._plays[key] = request.suite.solve(request.problem, episode.seed)
        calls = self._plays[key]
        at = len(episode.turns)
        if at >= len(calls) - 1:
            del self._plays[key]
        return called(request, calls[at : at + 1])


def called(request: Request, calls: Iterable[Call]) -> Completion:
    """A completion that makes these calls."""
    made = tuple(
        ToolCall(
            "", call.name,
            call.arguments if isinstance(call.arguments, str) else encode(call.arguments).decode(),
        )
        for call in calls
    )  # fmt: skip
    return Completion(request, "", finish_reason="tool_calls", calls=made)


def open_model(name: str) -> Model:
    """Open the oracle. Raises UsageError when a name is given."""
    if name:
        raise UsageError(f"unknown model 'oracle/{name}': write oracle alone")
    return OracleModel()
