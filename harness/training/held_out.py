"""pass@1 and pass@k on held-out problems while training."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import distributed
from .distributed import Ranks
from .experience import Group
from .mixture import MixtureItem
from .policies import Draws, Policy
from .reward_pool import RewardPool
from .rollouts import roll_out
from .settings import HeldOutSettings
from .telemetry import Telemetry


def evaluate_held_out(
    policy: Policy,
    items: Sequence[MixtureItem],
    settings: HeldOutSettings,
    draws: Draws,
    pool: RewardPool,
    telemetry: Telemetry,
    ranks: Ranks,
) -> tuple[dict[str, float], dict[str, Any]]:
    """Means by suite and domain for the log, and the solve rate of every problem.

    `draws` holds the limits. Every process evaluates its share. A problem without any scored
    sample is left out.
    """
    draws = replace(draws, temperature=settings.temperature, top_p=1.0)
    mine = [items[i] for i in ranks.share(len(items))]
    groups: list[Group] = []
    if mine:
        with telemetry.timed("held_out"):
            groups = roll_out(
                policy, mine, settings.samples, draws, f"heldout/{settings.seed}", pool, telemetry
            )
    for name in ("generate", "check"):  # counted as held_out
        telemetry.seconds.pop(name, None)
    solved = {g.item.problem.id: g.solve_rate for g in groups if g.scores}
    keys = {i.problem.id: (i.suite.name, i.level, i.suite.domain) for i in items}
    solved = distributed.merge(solved, ranks)
    return summarize(solved, keys), solved


def summarize(
    solved: dict[str, float], keys: Mapping[str, tuple[str, int | None, str]]
) -> dict[str, float]:
    """Mean pass@1 and pass@k over problems, by suite and level, suite, and domain."""
    first: dict[str, list[float]] = defaultdict(list)
    for problem, share in solved.items():
        suite, level, domain = keys[problem]
        at = suite if level is None else f"{suite}-d{level}"
        for name in (f"heldout/pass@1/{at}", f"heldout/domain/{domain}", "heldout/all"):
            first[name].append(share)
        first[f"heldout/pass@k/{at}"].append(float(share > 0))
    return {name: sum(values) / len(values) for name, values in sorted(first.items())}
