"""Runs stages in order from one TOML file: R1-Zero (base, GRPO), R1 (base, cold start, GRPO,
rejection sampling, SFT, GRPO), or any other order.

    OUT/<stage>/            each stage's own run folder
    OUT/<stage>/final       its model, from which later stages start
    OUT/<stage>/data.jsonl  for a `reject` stage
    OUT/<stage>/done.json   once the stage is finished
    OUT/report.html         for a recipe with `measure` stages: all of them side by side

Finished stages are skipped; an interrupted one continues from its last checkpoint.
"""

from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from .command import runner
from .configuration import CLASSES, validate
from .recipe_processes import run_at_once
from .recipe_report import write_recipe_report
from .settings import RecipeSettings, Stage


def run_recipe(config: RecipeSettings, resume: bool = False) -> Path:
    """Run the unfinished stages, or those named in `only`; returns the output folder.

    With `jobs` above 1, stages whose needs are finished run at once, in processes of their own.
    Raises UsageError for a stage with invalid settings before anything runs, TrainingError when a
    stage stops.
    """
    out = Path(config.out)
    checked = {stage.name: stage_config(config, stage) for stage in config.stages}
    finished = finished_stages(config)
    if finished and not resume:
        raise UsageError(
            f"{out} holds finished stages ({', '.join(finished)}): use --resume to continue, "
            "or another out folder"
        )
    left = [
        stage
        for stage in config.stages
        if stage.name not in finished and (config.only is None or stage.name in config.only)
    ]
    will_be = {*finished, *(stage.name for stage in left)}
    for stage in left:
        for needed in needs(stage):
            if needed not in will_be:
                raise UsageError(f"stage {stage.name!r} needs stage {needed!r}: run it first")
    if config.jobs == 1:
        for stage in left:
            print(f"== {stage.name} ({stage.kind})", flush=True)
            runner(stage.kind)(checked[stage.name], resume=True)
    else:
        run_at_once(left, checked, set(finished), config.jobs)
    if any(stage.kind == "measure" for stage in config.stages):
        write_recipe_report(config)
    return out


def needs(stage: Stage) -> list[str]:
    """The stages that must be finished before this one."""
    return [name for name in (stage.start, stage.data, stage.after) if name is not None]


def stage_config(config: RecipeSettings, stage: Stage) -> Any:
    """The validated settings of a stage: common ones that apply, its own, and its links."""
    out = Path(config.out)
    known = CLASSES[stage.kind].model_fields
    content: dict[str, Any] = {"seed": config.seed}
    content |= {key: value for key, value in config.common.items() if key in known}
    content |= stage.settings
    content["out"] = str(out / stage.name)
    if stage.kind == "reject":
        content["out"] = str(out / stage.name / "data.jsonl")
    if stage.start is not None:
        model = dict(content.get("model") or {})
        content["model"] = model | {"checkpoint": str(out / stage.start / "final")}
    if stage.data is not None:
        content["data"] = str(out / stage.data / "data.jsonl")
        content.pop("mix", None)
    unknown = [k for k in config.common if all(k not in c.model_fields for c in CLASSES.values())]
    if unknown:
        raise UsageError(f"common.{unknown[0]}: no kind of stage knows this key")
    return validate(stage.kind, content, f"stage {stage.name!r}")


def finished_stages(config: RecipeSettings) -> list[str]:
    """Names of the finished stages."""
    out = Path(config.out)
    marks = {"reject": "data.jsonl"}
    return [
        stage.name
        for stage in config.stages
        if (out / stage.name / marks.get(stage.kind, "done.json")).is_file()
    ]
