"""`assay curate`: which problems are worth training on?"""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ..curation import Curation, CurationLimits, curate, write_curated
from ..curation.export import summary
from ..evaluation import EvalSettings, PromptSettings
from ..results import new_run_id
from ..stopping import StoppedError
from .expand import Only
from .options import SandboxOptions, SuiteOptions
from .running import ModelOptions, SamplingOptions


class CurationOptions(BaseModel):
    """What is decided, and where the rows go."""

    model_config = ConfigDict(frozen=True)

    low: float = Field(default=0.2, description="A problem solved at most so often is hard.")
    high: float = Field(default=0.8, description="A problem solved at least so often is easy.")
    error: float = Field(
        default=0.05,
        description="Largest probability of another verdict than that of all samples.",
    )
    most: int = Field(default=64, description="Samples of a problem at most.")
    batch: int = Field(default=4, description="Samples of a problem between two looks.")
    format: str = Field(default="jsonl", description="Rows for trl, verl or jsonl.")
    temperature: float = Field(
        default=1.0, ge=0, allow_inf_nan=False, description="As in the training to come."
    )
    quiet: bool = Field(default=False, description="No progress bars.")
    control_seed: int = Field(default=0, description="Seed of the control.")
    out: Path = Field(default=Path("curated"), description="Folder of the rows and of the run.")

    def limits(self) -> CurationLimits:
        """Raises UsageError for limits that cannot be met."""
        return CurationLimits(self.low, self.high, self.most, self.batch, self.error)


def curate_tasks(
    task: Annotated[str, typer.Argument(help="The task, such as arithmetic or gsm8k.")],
    model: ModelOptions,
    options: CurationOptions,
    suites: SuiteOptions,
    sampling: Annotated[SamplingOptions, Only("top_p", "top_k", "max_tokens", "stop")],
    settings: Annotated[
        EvalSettings, Only("limit", "first", "seed", "run_id", "resume", "engine", "workers")
    ],
    prompts: PromptSettings,
    sandbox: SandboxOptions,
) -> int:
    """Decide which problems are worth training a model on, with as few samples as that needs.

    Writes the useful ones, an equally large random control, and all with their verdicts. Exit
    code 3 when a problem has no verdict.
    """
    specs = suites.specs(task)
    if len(specs) != 1:
        raise UsageError(f"{task!r} stands for {len(specs)} tasks: curate one at a time")
    limits = options.limits()
    sandbox.choose()
    opened = model.open(sampling.max_tokens, settings)
    run_id = settings.run_id or (None if settings.resume else new_run_id(opened.identity.name))
    sampled = sampling.model_copy(update={"temperature": options.temperature}).sampling()
    chosen = {"sampling": sampled, "prompts": prompts, "out": options.out, "run_id": run_id,
              "progress": not options.quiet}  # fmt: skip
    try:
        curation = curate(opened, specs[0], limits, settings.model_copy(update=chosen))
    except KeyboardInterrupt:
        raise StoppedError(
            "interrupted; what was done is stored; the same command with "
            f"--resume --run-id {run_id} goes on"
        ) from None
    finally:
        opened.close()
    _print(curation, write_curated(curation, options.format, options.out, options.control_seed))
    return 3 if curation.unjudged else 0


def _print(curation: Curation, paths: list[Path]) -> None:
    told = summary(curation)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in told["verdicts"].items())
    typer.echo(f"{told['task']}: {counts}; {told['samples']:,} samples decided, where all would be "
               f"{told['samples_of_all']:,}")  # fmt: skip
    typer.echo(f"a verdict differs from that of all samples with a probability of at most "
               f"{told['largest_probability_of_another_verdict']:.3f}")  # fmt: skip
    for problem in told["unjudged"]:
        typer.echo(f"no verdict on {problem}: see run {told['run']}", err=True)
    for path in paths:
        typer.echo(str(path))
