"""Episodes for backends that answer one request at a time: turn by turn, many at once."""

import itertools
from collections.abc import Iterable, Iterator

from .contract import Completion, Model, Request, Sampling
from .tool_text import in_text, with_calls

AT_ONCE = 256
"""Episodes that are under way together."""


def followed(model: Model, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
    """Yield the completion of each request, after all of its turns; in any order.

    An episode's next turn is asked for together with those of the others; as episodes end, new
    ones begin.
    """
    if getattr(model, "follows", False):
        yield from model.generate(requests, sampling)
        return
    native = getattr(model, "calls_tools", False)
    waiting = iter(requests)
    batch = list(itertools.islice(waiting, AT_ONCE))
    while batch:
        asked = batch if native else list(map(in_text, batch))
        batch = []
        for completion in model.generate(iter(asked), sampling):
            turns = completion.request.turns
            if turns is None:
                yield completion
                continue
            after = turns.follow(completion if native else with_calls(completion))
            if isinstance(after, Completion):
                yield after
            else:
                batch.append(after)
        batch += itertools.islice(waiting, AT_ONCE - len(batch))
