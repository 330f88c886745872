"""Evaluate models on suites: `evaluate("oracle", ["gsm8k"], samples=4)`.

`settings` holds what can be chosen, `selection` and `plan` what a run covers, `prompts` what is
sent, `manifest` what is recorded about it; `driver` carries it out, `reuse` finds completions of
earlier runs, `recorder` writes the records, `endings` and `summary` say what came out.
"""

from collections.abc import Sequence
from typing import Unpack

from ...tasks import Suite
from ..backends import load_model
from ..backends.contract import Model
from ..checking import Engine
from ..validation import validated
from .driver import Run, run_plans
from .manifest import hardware
from .plan import Extent, TaskPlan, TaskSpec, plan_task, prompt_hash, sample_seed, suite_hash
from .prompts import PromptSettings
from .settings import EvalFields, EvalSettings
from .summary import summarize_run

__all__ = [
    "EvalFields",
    "EvalSettings",
    "Extent",
    "PromptSettings",
    "Run",
    "TaskPlan",
    "TaskSpec",
    "evaluate",
    "hardware",
    "plan_task",
    "prompt_hash",
    "run_plans",
    "sample_seed",
    "suite_hash",
    "summarize_run",
]


def evaluate(
    model: Model | str,
    suites: Sequence[str | TaskSpec | Suite],
    samples: int | None = None,
    *,
    settings: EvalSettings | None = None,
    **fields: Unpack[EvalFields],
) -> Run:
    """Sample a model on suites, verify every completion, store the run and summarise it.

    `model` is a backend, or a name that `load_model` opens. `samples` completions are drawn per
    problem (1 by default). Everything else is a field of `EvalSettings`: given in `settings`,
    or by name (`sampling=`, `prompts=`, `seed=`, `limit=`, `out=`, `run_id=`, `resume=`,
    `progress=`, `engine=`, ...), which then replaces the field of `settings`; `engine` may also
    be an open engine.
    Raises UsageError for a user's mistake, in which case nothing is left half-written, and
    KeyboardInterrupt after a clean stop.
    """
    engine = fields.get("engine")
    if isinstance(engine, Engine):
        del fields["engine"]
    chosen = _merged(settings, samples, fields)
    extent = chosen.extent()
    plans = [plan_task(task, extent=extent, prompts=chosen.prompts) for task in suites]
    opened = load_model(model) if isinstance(model, str) else model
    try:
        return run_plans(
            opened, plans, chosen, engine=engine if isinstance(engine, Engine) else None
        )
    finally:
        if opened is not model:
            opened.close()


def _merged(settings: EvalSettings | None, samples: int | None, fields: EvalFields) -> EvalSettings:
    base = (
        {}
        if settings is None
        else {key: getattr(settings, key) for key in settings.model_fields_set}
    )
    given = dict(fields) if samples is None else {**fields, "samples": samples}
    return validated(EvalSettings, base | given)
