"""Several replicas of a model on a Ray cluster, which answer as one model.

Each replica is an actor with its own copy of the model. Requests go out in batches, a few per
replica at a time; the batches of a replica that is lost go to others, and it is started again.
Whoever asks gets the completions, so one process writes the run.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, load
from ...tasks.acting import Tool
from ..checking.connection import Connection, first_line
from .contract import Completion, Message, Request, Sampling

BATCH = 32
"""Requests in a batch."""
IN_FLIGHT = 2
"""Batches that a replica has at a time: one that it works on, and the next."""
LOSSES = 3
"""Lost batches after which its requests have failed; as often is a replica started again."""
START_SECONDS = 1800.0
"""How long a replica may take to load its model."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a replica gets it: the suite by its name and options."""

    task: str
    options: Mapping[str, Any]
    problem: Problem
    sample: int
    seed: int
    prefix: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]


class Replica:
    """What runs in an actor: one copy of the model."""

    def __init__(self, spec: str, options: Mapping[str, Any]) -> None:
        from . import load_model

        self._model = load_model(spec, **options)
        self._suites: dict[str, Suite] = {}

    def describe(self) -> tuple[Any, bool, bool]:
        """Who the model is, whether it continues a text, and whether it calls tools."""
        continues, calls_tools = (bool(getattr(self._model, name, False)) for name in _ABILITIES)
        return self._model.identity, continues, calls_tools

    def generate(self, asked: list[Asked], sampling: Sampling) -> list[tuple[int, Completion]]:
        """The completions of a batch, each with the place of its request."""
        requests = [self._request(one) for one in asked]
        places = {id(request): place for place, request in enumerate(requests)}
        # The suites stay here: what goes back names no request.
        return [
            (places[id(made.request)], _without_request(made))
            for made in self._model.generate(requests, sampling)
        ]

    def _request(self, asked: Asked) -> Request:
        key = repr((asked.task, sorted(asked.options.items())))
        if key not in self._suites:
            self._suites[key] = load(asked.task, **asked.options)
        suite, problem = self._suites[key], asked.problem
        return Request(
            suite, problem, asked.sample, asked.seed, asked.prefix, asked.messages, asked.tools
        )


_ABILITIES = ("continues", "calls_tools")
_NOBODY: Any = None


def _without_request(made: Completion) -> Completion:
    return _with_request(made, _NOBODY)


def _with_request(made: Completion, request: Request) -> Completion:
    fields = {name: getattr(made, name) for name in Completion.__slots__}
    return Completion(**{**fields, "request": request})


@dataclass(eq=False, slots=True)
class _Batch:
    requests: list[Request]
    lost: int = 0


@dataclass(slots=True)
class _Work:
    """Batches that wait to be sent again, and those that are under way."""

    again: deque[_Batch] = field(default_factory=deque)
    sent: dict[Any, tuple[Any, _Batch]] = field(default_factory=dict)
    """By the reference of the answer: the actor and the batch."""

    def load_of(self, actor: Any) -> int:
        return sum(one is actor for one, _ in self.sent.values())


class ReplicatedModel:
    """Replicas of one model, as a `Model`. Close it: that ends the actors."""

    def __init__(
        self,
        spec: str,
        options: Mapping[str, Any],
        replicas: int,
        *,
        address: str | None = None,
        gpus: float | None = None,
    ) -> None:
        """`gpus` of each replica: 1 where the cluster has any, when None.

        Raises UsageError without a cluster or room for them, and as `load_model` does.
        """
        self._connection = Connection(address, None)
        self._ray = self._connection.ray
        self._spec, self._options = spec, dict(options)
        self._restarts = LOSSES * replicas
        self._actors: list[Any] = []
        try:
            self._room = self._resources(replicas, gpus)
            self._actors = [self._start() for _ in range(replicas)]
            told = [self._described(place) for place in range(replicas)]
        except UsageError:
            self.close()
            raise
        except Exception as error:  # Ray's own, with the model's inside
            self.close()
            raise _mistake(error, f"no replica of {spec!r} starts") from error
        self.identity, self.continues, self.calls_tools = told[0]
        other = next((one[0] for one in told if one[0] != self.identity), None)
        if other is not None:
            self.close()
            raise UsageError(
                f"the replicas of {spec!r} are not one model: {self.identity.revision} and "
                f"{other.revision}: give all nodes the same files"
            )

    def _resources(self, replicas: int, gpus: float | None) -> dict[str, float]:
        """What each replica takes. Raises UsageError when the cluster never has that."""
        has = self._ray.cluster_resources()
        each = (1.0 if has.get("GPU") else 0.0) if gpus is None else gpus
        for kind, name, wanted in (("CPU", "CPUs", 1.0), ("GPU", "GPUs", each)):
            if replicas * wanted > has.get(kind, 0.0):
                raise UsageError(
                    f"{replicas} replicas need {replicas * wanted:g} {name}, and the cluster has "
                    f"{has.get(kind, 0.0):g}: use fewer --replicas, or add nodes"
                )
        return {"num_cpus": 1.0, "num_gpus": each}

    def _described(self, place: int) -> Any:
        """What a replica says of itself; one whose node was lost meanwhile is started again."""
        while True:
            try:
                return self._ray.get(self._actors[place].describe.remote(), timeout=START_SECONDS)
            except self._ray.exceptions.ActorDiedError as error:
                if error.actor_init_failed or self._restarts == 0:  # the model itself raised
                    raise
                self._restarts -= 1
                self._actors[place] = self._start()

    def _start(self) -> Any:
        maker = self._ray.remote(Replica).options(scheduling_strategy="SPREAD", **self._room)
        return maker.remote(self._spec, self._options)

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield one completion for each request, in any order."""
        waiting, work = iter(requests), _Work()
        while True:
            self._fill(waiting, sampling, work)
            if not work.sent:
                return
            ready, _ = self._ray.wait(list(work.sent), num_returns=1)
            for answer in ready:
                yield from self._taken(answer, work)

    def _fill(self, waiting: Iterator[Request], sampling: Sampling, work: _Work) -> None:
        """Give each replica as much as it may have, the least busy first."""
        for _ in range(IN_FLIGHT):
            for actor in sorted(self._actors, key=work.load_of):
                if work.load_of(actor) >= IN_FLIGHT:
                    continue
                batch = work.again.popleft() if work.again else _Batch([*islice(waiting, BATCH)])
                if not batch.requests:
                    return
                asked = [_asked(request) for request in batch.requests]
                answer = actor.generate.remote(asked, sampling)
                work.sent[answer] = actor, batch

    def _taken(self, answer: Any, work: _Work) -> Iterator[Completion]:
        actor, batch = work.sent.pop(answer)
        try:
            made = self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:  # the model itself raised
            raise _mistake(error, f"a replica of {self._spec!r} failed") from error
        except self._ray.exceptions.RayError as error:
            yield from self._lost(actor, batch, error, work)
            return
        for place, completion in made:
            yield _with_request(completion, batch.requests[place])

    def _lost(
        self, actor: Any, batch: _Batch, error: Exception, work: _Work
    ) -> Iterator[Completion]:
        """A replica is gone: start it again unless that was done already, and send the batch again.

        Raises UsageError when replicas are lost again and again.
        """
        if actor in self._actors:  # the first of its batches that is lost
            if self._restarts == 0:
                raise UsageError(f"replicas of {self._spec!r} are lost again and again: {error}")
            self._restarts -= 1
            self._ray.kill(actor)
            self._actors[self._actors.index(actor)] = self._start()
        batch.lost += 1
        if batch.lost < LOSSES:
            work.again.append(batch)
            return
        why = f"{LOSSES} replicas were lost: {first_line(error)}"
        for request in batch.requests:
            yield Completion(request, "", finish_reason="error", error=why)

    def close(self) -> None:
        """End the replicas, and leave the cluster. Idempotent."""
        actors, self._actors = self._actors, []
        if self._ray.is_initialized():
            for actor in actors:
                self._ray.kill(actor)
        self._connection.close()


def _asked(request: Request) -> Asked:
    if request.suite.loaded_as is None:
        raise UsageError(
            f"task {request.suite.name!r} was made by hand: replicas load tasks by their names"
        )
    task, options = request.suite.loaded_as
    return Asked(
        task, options, request.problem, request.sample, request.seed, request.prefix,
        request.messages, request.tools,
    )  # fmt: skip


def _mistake(error: Exception, what: str) -> UsageError:
    """What went wrong, as one line; a UsageError of the replica says it all."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, UsageError):
        return UsageError(str(cause))
    last = str(error).strip().rpartition("\n")[2] or type(error).__name__
    return UsageError(f"{what}: {last[:300]}")
