"""The generated corpus: worked solutions of the mixture, generated in parallel, kept on disk.

Example n is a pure function of (mixture, seed, n), so any number of processes can generate shards
in any order. A shard is written under a temporary name and renamed.
"""

import hashlib
import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from ...sandbox.errors import UsageError
from ...tasks.episode import EpisodeSuite
from .codec import Codec, load_codec
from .mixture import Mixture
from .noise import add_noise
from .playing import Demonstration, demonstrate
from .rows import Tokens
from .search import write_search
from .settings import CorpusSettings, MixEntry


def example(mixture: Mixture, number: int, settings: CorpusSettings) -> Demonstration:
    """Example `number`: a worked solution, a search, or a play.

    Raises UsageError for a suite without worked solutions, or without attempts for a search.
    """
    item = mixture.at(number)
    if isinstance(item.suite, EpisodeSuite):
        rng = random.Random(f"play/{mixture.seed}/{number}")
        return demonstrate(item, rng, settings.noise.random_plays)
    if settings.search is not None:
        rng = random.Random(f"search/{mixture.seed}/{number}")
        completion, _ = write_search(item.suite, item.problem, rng, settings.search)
        return Demonstration(item.problem.prompt, ((completion, ""),))
    gold = item.suite.gold(item.problem)
    if gold is None:
        raise UsageError(f"suite {item.suite.name!r} has no worked solutions to train on")
    rng = random.Random(f"noise/{mixture.seed}/{number}")
    completion, _ = add_noise(item.suite, item.problem, gold, rng, settings.noise)
    return Demonstration(item.problem.prompt, ((completion, ""),))


def make_shard(path: str, first: int, plan: dict[str, Any]) -> str:
    """Generate and write one shard; runs in a worker process."""
    settings = CorpusSettings.model_validate(plan["corpus"])
    entries = [MixEntry.model_validate(entry) for entry in plan["mix"]]
    mixture = Mixture(entries, plan["seed"])
    codec = load_codec(plan["codec"])
    last = min(first + settings.shard, settings.examples)
    tokens = Tokens.build(example(mixture, n, settings).tokens(codec) for n in range(first, last))
    partial = Path(f"{path}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.savez(
            file, ids=tokens.ids, lengths=tokens.lengths, prompts=tokens.prompts,
            observed=tokens.observed,
        )  # fmt: skip
    partial.replace(path)
    return path


def plan_of(entries: list[MixEntry], seed: int, codec: Codec, settings: CorpusSettings) -> Any:
    """The settings that determine the content of a corpus, as plain data."""
    content = {"examples", "noise", "shard"}
    if settings.search is not None:
        content.add("search")
    return {
        "mix": [entry.model_dump() for entry in entries],
        "seed": seed,
        "corpus": settings.model_dump(include=content),
    }


def build_corpus(
    entries: list[MixEntry],
    seed: int,
    codec: Codec,
    settings: CorpusSettings,
    folder: Path,
    say: Callable[[str], None] = print,
) -> tuple[Tokens, dict[str, Any]]:
    """The tokens of all shards, generating missing ones, and a record for the manifest."""
    plan = plan_of(entries, seed, codec, settings)
    digest = hashlib.sha256((json.dumps(plan, sort_keys=True) + codec.hash).encode()).hexdigest()
    folder = folder / digest[:12]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps(plan, indent=1), "utf-8")
    firsts = range(0, settings.examples, settings.shard)
    paths = {first: folder / f"shard-{first:09d}.npz" for first in firsts}
    missing = [first for first in firsts if not paths[first].exists()]
    started = time.perf_counter()
    if missing:
        _make(missing, paths, plan | {"codec": codec.source}, settings)
        seconds = time.perf_counter() - started
        say(f"corpus: {len(missing)} of {len(paths)} shards generated in {seconds:.1f} s")
    ready = [paths[first] for first in firsts if paths[first].exists()]
    if not ready:
        raise UsageError("corpus.deadline_minutes passed before the first shard was finished")
    parts = [_read(path) for path in ready]
    tokens = Tokens.join(parts)
    return tokens, {
        "plan": digest,
        "shards": len(ready),
        "examples": len(tokens),
        "tokens": len(tokens.ids),
        "sha256": hashlib.sha256(tokens.ids.tobytes()).hexdigest(),
        "seconds": round(time.perf_counter() - started, 2),
    }


def _make(
    missing: list[int], paths: dict[int, Path], plan: dict[str, Any], settings: CorpusSettings
) -> None:
    workers = min(settings.workers or os.cpu_count() or 1, len(missing))
    limit = settings.deadline_minutes
    deadline = None if limit is None else time.perf_counter() + 60 * limit
    if workers == 1:
        for first in missing:
            if deadline is not None and time.perf_counter() > deadline:
                return
            make_shard(str(paths[first]), first, plan)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        jobs = [pool.submit(make_shard, str(paths[first]), first, plan) for first in missing]
        try:
            left = None if deadline is None else max(0.0, deadline - time.perf_counter())
            for job in as_completed(jobs, timeout=left):
                job.result()
        except TimeoutError:
            pool.shutdown(wait=True, cancel_futures=True)


def _read(path: Path) -> Tokens:
    with np.load(path) as data:
        return Tokens(data["ids"], data["lengths"], data["prompts"], data["observed"])
