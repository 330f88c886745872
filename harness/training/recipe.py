"""Runs stages in order from one TOML file: R1-Zero (base, GRPO), R1 (base, cold start, GRPO,
rejection sampling, SFT, GRPO), or any other order.

    OUT/<stage>/            each stage's own run folder
    OUT/<stage>/final       its model, from which later stages start
    OUT/<stage>/data.jsonl  for a `reject` stage
    OUT/<stage>/done.json   once the stage is finished

Finished stages are skipped; an interrupted one continues from its last checkpoint.
"""

from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from .command import runner
from .configuration import CLASSES, validate
from .settings import RecipeSettings, Stage


def run_recipe(config: RecipeSettings, resume: bool = False) -> Path:
    """Run the unfinished stages, or those named in `only`; returns the output folder.

    Raises UsageError for a stage with invalid settings before anything runs.
    """
    out = Path(config.out)
    checked = {stage.name: stage_config(config, stage) for stage in config.stages}
    finished = finished_stages(config)
    if finished and not resume:
        raise UsageError(
            f"{out} holds finished stages ({', '.join(finished)}): use --resume to continue, "
            "or another out folder"
        )
    for stage in config.stages:
        if stage.name in finished or (config.only is not None and stage.name not in config.only):
            continue
        for needed in (stage.start, stage.data):
            if needed is not None and needed not in finished_stages(config):
                raise UsageError(f"stage {stage.name!r} needs stage {needed!r}: run it first")
        print(f"== {stage.name} ({stage.kind})", flush=True)
        runner(stage.kind)(checked[stage.name], resume=True)
    return out


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
