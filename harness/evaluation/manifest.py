"""The manifest of a run: its configuration, the versions and machine it ran on, the isolation."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ...sandbox import isolation_in_use
from ...sandbox.errors import UsageError
from ..backends.contract import Model
from ..results import RunFolder, create_run, new_run_id, open_run, write_atomically, write_json
from .plan import TaskPlan, suite_hash
from .problem_lines import covered
from .settings import EvalSettings

PACKAGES = ("assay", "torch", "transformers", "sympy", "numpy", "openai")
FIXED = ("model", "revision", "sampling", "seed", "prompts", "request")
"""What must be equal to resume a run; the rest may grow."""
SHOWN = 120
"""Characters of a value in an error message."""


def open_folder(
    model: Model,
    plans: Sequence[TaskPlan],
    settings: EvalSettings,
    extra: Mapping[str, Any] | None = None,
) -> RunFolder:
    """The folder of a new run, or of the run to resume; `extra` goes into a new manifest.

    Raises UsageError, before anything is generated, when no sandbox works for a code suite, the
    run id is taken, or the run to resume has another configuration.
    """
    config = config_of(model, plans, settings)
    isolation = _isolation(plans)
    if settings.resume:
        if settings.run_id is None:
            raise UsageError("--resume needs --run-id: which run to resume")
        folder = open_run(settings.run_id, settings.out)
        _refuse_other_config(folder, config, plans)
        return folder
    manifest = {
        "config": config,
        "model": asdict(model.identity),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "hardware": hardware(),
        "sandbox": isolation,
        **(extra or {}),
    }
    run_id = settings.run_id or new_run_id(model.identity.name)
    folder = create_run(settings.out, run_id, manifest)
    if settings.command is not None:
        write_atomically(folder.path / "run.toml", settings.command.encode("utf-8", "replace"))
    return folder


def config_of(model: Model, plans: Sequence[TaskPlan], settings: EvalSettings) -> dict[str, Any]:
    """What decides the content of a run: compared on resume, where some of it may grow."""
    sampling = asdict(settings.sampling)
    request = model.identity.details.get("request")
    return {
        "model": model.identity.name,
        "revision": model.identity.revision,
        "tasks": [_task_config(plan) for plan in plans],
        **settings.content(),
        "sampling": {**sampling, "stop": list(settings.sampling.stop)},
        **({"request": request} if request else {}),
    }


def _task_config(plan: TaskPlan) -> dict[str, Any]:
    options = plan.spec.options.items()
    return {
        "name": plan.suite.name,
        "options": {key: str(v) if isinstance(v, Path) else v for key, v in options},
        "problems": len(plan.problems),
        "hash": suite_hash(plan.problems),
    }


def _isolation(plans: Sequence[TaskPlan]) -> dict[str, Any] | None:
    """How programs are isolated from the machine; None when the run has no programs."""
    return isolation_in_use() if any(plan.suite.runs_programs for plan in plans) else None


def _refuse_other_config(
    folder: RunFolder, config: dict[str, Any], plans: Sequence[TaskPlan]
) -> None:
    """Raises UsageError unless the run may resume, or grow, with this configuration."""
    stored = folder.manifest().get("config", {})
    differing = [
        f"{key}: {_shortened(stored.get(key))} there, {_shortened(config.get(key))} now"
        for key in FIXED
        if (stored.get(key) or None) != (config.get(key) or None)
    ]
    if stored.get("samples", 1) > config["samples"]:
        differing.append(f"samples: {stored['samples']} there, {config['samples']} now")
    if folder.problems_path.exists():
        differing += [] if differing else covered(folder, plans)
    elif stored.get("tasks") != config["tasks"]:  # stored before problems were kept
        differing.append(f"tasks: {_shortened(stored.get('tasks'))} there, others now")
    if differing:
        raise UsageError(
            f"run {folder.run_id!r} was started with another configuration: "
            f"{'; '.join(differing)}; a run may grow (more --samples, a larger --limit, more "
            "--tasks), nothing else: repeat the options that it was started with, or give "
            "another --run-id"
        )


def widen(folder: RunFolder, config: dict[str, Any]) -> None:
    """Keep the new extent of a resumed run in its manifest, and what it was before."""
    manifest = folder.manifest()
    before = manifest["config"]
    if before == config:
        return
    grown = {key: before.get(key) for key in before if before.get(key) != config.get(key)}
    history = [*manifest.get("widened", []), grown]
    write_json(folder.manifest_path, manifest | {"config": config, "widened": history})


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def hardware() -> dict[str, Any]:
    """The machine: system, processor, cores, and the accelerators if torch is loaded."""
    torch = sys.modules.get("torch")
    accelerators = []
    if torch is not None and torch.cuda.is_available():
        accelerators = [
            torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())
        ]
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "accelerators": accelerators,
    }
