"""A results folder with several models of known skill, made through the real evaluation."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from assay.harness.backends.contract import Completion, ModelIdentity, Price, Request, Sampling
from assay.harness.evaluation import TaskSpec, evaluate
from assay.harness.leaderboard.build import build_leaderboard

SPECS = [
    TaskSpec("arithmetic", {"size": 30, "difficulty": 1}),
    TaskSpec("sequences", {"size": 20, "difficulty": 1}),
    TaskSpec("boolean_circuits", {"size": 30, "difficulty": 1}),
]
HOSTILE = '<img src=x onerror="window.broken=1"></script><script>window.broken=1</script>'


class Skilled:
    """Right with a fixed probability, after a thought of about `words` tokens."""

    def __init__(self, name: str, skill: float, words: int, price: Price | None = None) -> None:
        self.identity = ModelIdentity(name=name, backend="test", seeded=True, price=price)
        self.skill, self.words = skill, words

    def generate(self, requests: Iterable[Request], sampling: Sampling) -> Iterator[Completion]:
        for request in requests:
            rng = random.Random(request.seed)
            right = rng.random() < self.skill
            answer = request.suite.gold(request.problem) if right else "<answer>no idea</answer>"
            words = rng.randint(self.words // 2, 2 * self.words)
            text = f"<think>\n{HOSTILE} hm\n</think>\n{(answer or '').rpartition('</think>')[2]}"
            yield Completion(request, text, 50, words + 10, words, 20)

    def close(self) -> None:
        """Nothing to free."""


MODELS = [
    Skilled("openai/grand", 0.95, 900, Price(3.0, 12.0, 0.3)),
    Skilled("openai/small", 0.6, 150, Price(0.2, 0.8)),
    Skilled("openai/waste", 0.55, 2000, Price(1.0, 9.0)),
    Skilled("hf/open-model-7b", 0.62, 300),
    Skilled("bundled", 0.2, 40),
]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder of five runs with its leaderboard; read it, do not change it."""
    out = tmp_path_factory.mktemp("results")
    for day, model in enumerate(MODELS, start=1):
        specs = SPECS if model.identity.name != "bundled" else SPECS[:2]
        run = evaluate(model, specs, 2, out=out, run_id=f"run-{day}", progress=False)
        path = run.folder.manifest_path
        text = path.read_text().replace(run.folder.manifest()["started"], f"2026-01-0{day}T00:00")
        path.write_text(text)
    build_leaderboard(out)
    return out


@pytest.fixture(scope="session")
def models() -> dict[str, float]:
    """The accuracy of each model, roughly known."""
    return {model.identity.name: model.skill for model in MODELS}
