"""`random`: valid but uninformed answers, the baseline that a model has to beat."""

import random
from collections.abc import Iterable, Iterator

from ...sandbox.errors import UsageError
from ...tasks.episode import EpisodeSuite
from .contract import Completion, Model, ModelIdentity, Request, Sampling
from .oracle import called


class RandomModel:
    """Returns each suite's guess, or plays random legal calls, drawn with the request's seed."""

    calls_tools = True
    identity = ModelIdentity(name="random", backend="random", seeded=True)

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a guess for each request; see `Model.generate`."""
        for request in requests:
            rng = random.Random(request.seed)
            if request.turns is not None and isinstance(request.suite, EpisodeSuite):
                world = request.turns.episode.world
                call = request.suite.random_call(request.problem, world, rng)
                yield called(request, [call])
                continue
            yield Completion(request, request.suite.guess(request.problem, rng))

    def close(self) -> None:
        """Nothing to free."""


def open_model(name: str) -> Model:
    """Open the random baseline. Raises UsageError when a name is given."""
    if name:
        raise UsageError(f"unknown model 'random/{name}': write random alone")
    return RandomModel()
