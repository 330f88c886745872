"""`replay/FILE`: completions recorded earlier by any tool, matched by problem id."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ..completions import Recorded, read_completions
from .contract import Completion, Model, ModelIdentity, Request, Sampling


class ReplayModel:
    """Answers sample i of a problem with its i-th recorded completion."""

    recorded = True

    def __init__(self, name: str, recorded: list[Recorded], revision: str) -> None:
        self.identity = ModelIdentity(
            name=f"replay/{name}", backend="replay", revision=revision, seeded=True
        )
        self.completions: dict[str, list[Recorded]] = {}
        for one in recorded:
            self.completions.setdefault(one.problem_id, []).append(one)

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield the recorded completions; an error when none is recorded."""
        for request in requests:
            known = self.completions.get(request.problem.id, [])
            if request.sample < len(known):
                one = known[request.sample]
                finish: Any = one.finish_reason
                yield Completion(request, one.text, finish_reason=finish)
            else:
                error = f"{len(known)} completions are recorded for {request.problem.id}"
                yield Completion(request, "", finish_reason="error", error=error)

    def close(self) -> None:
        """Nothing to free."""


def open_model(name: str) -> Model:
    """Open a file of completions. Raises UsageError when it is missing or malformed."""
    if not name:
        raise UsageError("model 'replay/' has no file: write replay/FILE.jsonl")
    path = Path(name).expanduser()
    recorded = read_completions(path)
    return ReplayModel(name, recorded, hashlib.sha256(path.read_bytes()).hexdigest()[:16])
