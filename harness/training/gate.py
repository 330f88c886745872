"""A gate before reinforcement learning: can the base check an attempt?

RL can only strengthen what the base does. A base that misjudges its attempts learns to stop trying,
so it is measured first, teacher-forced on held-out search traces: whether the most likely token is
the right one in the written checks ("values") and in the verdicts after them.
"""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from ...tasks.attempts import Attempt
from .codec import Codec
from .measure_settings import GateSettings
from .mixture import MixtureItem, held_out
from .policies import Policy, open_policy
from .search import WAIT, marked
from .session import DTYPES, TrainingError, pick_device
from .settings import HeldOutSettings
from .telemetry import append_line

_ATTEMPTS = 4
"""Attempts of a trace: enough for both verdicts."""
_ROWS = 32


@dataclass(frozen=True, slots=True)
class _Trace:
    """The tokens of a prompt and its trace, and what is measured where in the tokens."""

    at: str
    tokens: list[int]
    spans: list[tuple[str, list[int]]]
    """("values", "yes" or "no", the tokens of one span)."""


def run_gate(config: GateSettings, resume: bool = False) -> Path:
    """Measure a model; returns the folder. Raises TrainingError below a floor, with the mend."""
    device = pick_device(config.device)
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    policy = open_policy(config.model, device, DTYPES[config.precision])
    items = held_out(config.mix, HeldOutSettings(problems=config.problems, seed=config.seed + 7))
    traces = [_trace(item, policy.codec) for item in items]
    right = _measure(policy, [trace for trace in traces if len(trace.tokens) <= policy.context])
    out = Path(config.out)
    out.mkdir(parents=True, exist_ok=True)
    shares = {at: {name: sum(v) / len(v) for name, v in of.items()} for at, of in right.items()}
    (out / "gate.json").write_text(json.dumps(shares, indent=1) + "\n", "utf-8")
    for at, row in sorted(shares.items()):
        print(f"{at:24s} " + ", ".join(f"{k} {v:.3f}" for k, v in sorted(row.items())), flush=True)
    total = shares["all"]
    verdicts = (total.get("yes", 0.0) + total.get("no", 0.0)) / 2
    if total.get("values", 0.0) < config.values or verdicts < config.verdicts:
        raise TrainingError(
            f"gate: values right {total.get('values', 0.0):.3f} (floor {config.values}), verdicts "
            f"right {verdicts:.3f} (floor {config.verdicts}): train the base longer, in a new out "
            "folder with more stages.base.settings.steps, or on fewer suites; to go on in spite "
            "of it, lower the floors of this stage and --resume. The base is kept"
        )
    append_line(out / "done.json", {"values": total["values"], "verdicts": verdicts})
    return out


def _trace(item: MixtureItem, codec: Codec) -> _Trace:
    """Attempts up to a right one, with where their checks and verdicts lie in the text."""
    text = "<think>\n"
    spans: list[tuple[str, int, int]] = []
    for tried in _attempts(item):
        line = (WAIT if spans else "") + marked(tried)
        end = len(text) + len(line)
        mark = "yes" if tried.right else "no"
        work = end - len(mark) - 1 - len(tried.work)
        spans += [("values", work, end - len(mark) - 1), (mark, end - len(mark), end)]
        text += line + "\n"
    prompt = codec.prompt(item.problem.prompt)
    coded = codec.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    # Where each token begins, its leading space left out.
    firsts = [first + (text[first] == " ") for first, _ in coded["offset_mapping"]]
    places = [
        (name, [len(prompt) + i for i, at in enumerate(firsts) if start <= at < end])
        for name, start, end in spans
    ]
    level = "" if item.level is None else f"-d{item.level}"
    return _Trace(item.suite.name + level, prompt + coded["input_ids"], places)


def _attempts(item: MixtureItem) -> list[Attempt]:
    """One wrong attempt at most three times, and a right one last if the search finds one."""
    found: list[Attempt] = []
    for tried in item.suite.attempts(item.problem, random.Random(f"gate/{item.problem.id}")):
        if tried.right:
            return [*found[: _ATTEMPTS - 1], tried]
        found.append(tried)
    return found[:_ATTEMPTS]


@torch.no_grad()
def _measure(policy: Policy, traces: Sequence[_Trace]) -> dict[str, dict[str, list[bool]]]:
    """Whether every token of a span is the most likely one, by suite and level, and by kind."""
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    ordered = sorted(traces, key=lambda trace: len(trace.tokens))
    policy.model.eval()
    for first in range(0, len(ordered), _ROWS):
        rows = ordered[first : first + _ROWS]
        width = max(len(row.tokens) for row in rows)
        end = [policy.codec.end]
        filled = [row.tokens + end * (width - len(row.tokens)) for row in rows]
        tokens_BT = torch.tensor(filled, device=policy.device)
        lengths_B1 = torch.tensor([[len(row.tokens)] for row in rows], device=policy.device)
        with policy.autocast():
            real_BT = torch.arange(width, device=policy.device) < lengths_B1
            likely_BT = policy.head(policy.hidden(tokens_BT, real_BT)).argmax(-1)
        hits = (likely_BT[:, :-1] == tokens_BT[:, 1:]).tolist()
        for row, hit in zip(rows, hits, strict=True):
            for name, places in row.spans:
                for at in (row.at, "all"):
                    right[at][name].append(all(hit[place - 1] for place in places))
    return right
