"""Find completions again that an earlier run already has, by what was asked.

The same request is one with the same model, sampling and seed, the same prompt and the same
sample number; the verdict is always made again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..backends.contract import Completion, Model, Request
from ..results import RunFolder, list_runs
from .plan import prompt_hash

SAME = ("model", "revision", "sampling", "seed")
"""Fields of the configuration that decide what a model answers, beside the prompt."""
Key = tuple[str, int]
"""(prompt hash, sample number)."""


@dataclass(slots=True)
class Reuse:
    """The completions of earlier runs."""

    records: dict[Key, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    """By request, the run and the record; equal prompts of one run have several."""
    runs: set[str] = field(default_factory=set)
    """The runs that a completion was taken from."""

    def find(self, request: Request) -> Completion | None:
        """The completion of an equal request, which is then used up.

        Problems with the same prompt have one key: each is given its own completion where it
        has one, whatever order the completions were stored in.
        """
        known = self.records.get((prompt_hash(request), request.sample))
        if not known:
            return None
        own = (request.suite.name, request.problem.id)
        same = (at for at, (_, record) in enumerate(known) if _problem(record) == own)
        run_id, record = known.pop(next(same, 0))
        self.runs.add(run_id)
        return completion_of(request, record)


def completion_of(request: Request, record: Mapping[str, Any]) -> Completion:
    """The stored completion of a request."""
    logprobs = record.get("logprobs")
    return Completion(
        request,
        record["completion"],
        prompt_tokens=record.get("prompt_tokens"),
        completion_tokens=record.get("completion_tokens"),
        thinking_tokens=record.get("thinking_tokens"),
        cached_tokens=record.get("cached_tokens"),
        finish_reason=record.get("finish_reason", "stop"),
        error=record.get("error"),
        logprobs=tuple(logprobs) if logprobs else None,
    )


def wanted(model: Model, asked: bool | None) -> bool:
    """Whether completions are reused: as asked, else where the model is known to be the same.

    A model is known to be the same when its weights are (a local checkpoint) or its name stands
    for them (a hosted server). A local server may serve other weights by the same name.
    """
    return bool(getattr(model, "reusable", False)) if asked is None else asked


def earlier(
    out: Path, config: Mapping[str, Any], model: Mapping[str, Any], own: RunFolder
) -> Reuse:
    """The completions of all other runs in `out` that asked the same model alike."""
    found = Reuse()
    for folder in list_runs(out):
        if folder.run_id == own.run_id:
            continue
        manifest = folder.manifest()
        stored = manifest["config"]
        same_model = manifest.get("model", {}).get("details") == model.get("details")
        if same_model and all(stored.get(key) == config[key] for key in SAME):
            for key, record in _keyed(folder):
                found.records.setdefault(key, []).append((folder.run_id, record))
    return found


def _problem(record: Mapping[str, Any]) -> tuple[str, str]:
    return record["suite"], record["problem_id"]


def _keyed(folder: RunFolder) -> Iterator[tuple[Key, dict[str, Any]]]:
    seen = set()
    for record in folder.samples():
        name = (*_problem(record), record["sample"])
        if name not in seen and isinstance(record.get("prompt_hash"), str):
            seen.add(name)
            yield (record["prompt_hash"], record["sample"]), record
