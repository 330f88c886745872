"""`assay eval`: sample a model on suites."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ..backends import load_model
from ..backends.contract import Model, Sampling
from ..backends.forcing import BudgetForced
from ..backends.replicas import ReplicatedModel
from ..checking import EngineSettings
from ..evaluation import EvalSettings, PromptSettings, Run, TaskSpec, evaluate
from ..evaluation.endings import warnings
from ..results import new_run_id
from ..stopping import StoppedError
from .config_files import as_toml
from .expand import Only
from .options import (
    SandboxOptions,
    SuiteOptions,
    Tasks,
    json_values,
    key_values,
    texts,
)

NOT_KEPT = {"header", "out", "run_id", "resume", "groups", "sampling", "prompts"}
"""Options that `run.toml` does not repeat."""


class ModelOptions(BaseModel):
    """Which model, and how long it may think."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    model: str = Field(description="Such as bundled, hf/PATH, openai/NAME, replay/FILE, oracle.")
    base_url: str | None = Field(default=None, description="Server of an openai/ model.")
    model_option: list[str] = Field(
        default=[], description="KEY=VALUE for the backend (docs/backends.md); repeatable."
    )
    server: str | None = Field(
        default=None, description="Which server an openai/ model is on: openai, azure, vllm, ..."
    )
    request: list[str] = Field(
        default=[], description="KEY=VALUE sent with each request; none omits KEY; repeatable."
    )
    header: list[str] = Field(
        default=[], description="NAME=VALUE header of each request; repeatable."
    )
    query: list[str] = Field(
        default=[], description="NAME=VALUE in the query of each request; repeatable."
    )
    think_tokens: int | None = Field(
        default=None, description="Close the thinking after this many tokens."
    )
    waits: int | None = Field(
        default=None, description='Continue a finished thought this many times with "Wait".'
    )

    replicas: int | None = Field(
        default=None, ge=1, le=1024, description="Copies of the model on the Ray cluster."
    )
    replica_gpus: float | None = Field(
        default=None, ge=0, description="GPUs of each copy (default: 1 where there are any)."
    )

    def open(self, max_tokens: int, engine: EngineSettings | None = None) -> Model:
        """The model, budget-forced where asked. Raises UsageError when it cannot be opened."""
        opened = self._opened(engine or EngineSettings())
        if self.think_tokens is None and self.waits is None:
            return opened
        budget = max_tokens // 2 if self.think_tokens is None else self.think_tokens
        try:
            return BudgetForced(opened, self.waits or 0, budget)
        except UsageError:
            opened.close()
            raise

    def _opened(self, engine: EngineSettings) -> Model:
        options = self._options()
        if self.base_url is not None:
            options["base_url"] = self.base_url
        if self.replicas is None:
            return load_model(self.model, **options)
        if engine.engine != "ray":
            raise UsageError("--replicas runs copies of the model on a cluster: add --engine ray")
        return ReplicatedModel(
            self.model, options, self.replicas, address=engine.ray_address, gpus=self.replica_gpus
        )

    def _options(self) -> dict[str, Any]:
        """The backend's options. Raises UsageError."""
        options: dict[str, Any] = key_values(self.model_option, "--model-option")
        if self.server is not None:
            options["server"] = self.server
        for name, pairs in (("headers", self.header), ("query", self.query)):
            if pairs:
                options[name] = texts(pairs, f"--{name.removesuffix('s')}")
        if self.request:
            options["request"] = json_values(self.request, "--request")
        return options


class SamplingOptions(BaseModel):
    """How completions are sampled."""

    model_config = ConfigDict(frozen=True)

    temperature: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="0 is greedy.")
    top_p: float = Field(default=1.0, gt=0, le=1, description="Nucleus sampling; 1 is off.")
    top_k: int = Field(default=0, ge=0, le=10_000_000, description="0 is off.")
    max_tokens: int = Field(default=1024, ge=1, le=10_000_000, description="Longest completion.")
    stop: list[str] = Field(default=[], description="Text that ends a completion; repeatable.")

    def sampling(self) -> Sampling:
        """As the backends take it."""
        return Sampling(**{**self.model_dump(), "stop": tuple(self.stop)})


class CommandOptions(BaseModel):
    """Where options come from, and what is shown."""

    model_config = ConfigDict(frozen=True)

    config: Path | None = Field(
        default=None, description="TOML file of options; the command line wins."
    )
    """Only for the help: `config_files` puts the file's options into the command line."""
    quiet: bool = Field(default=False, description="Show nothing while it runs.")


def eval_model(
    model: ModelOptions,
    tasks: Tasks,
    suites: SuiteOptions,
    sampling: SamplingOptions,
    settings: Annotated[
        EvalSettings,
        Only(
            "samples",
            "limit",
            "first",
            "limit_seed",
            "seed",
            "out",
            "run_id",
            "resume",
            "engine",
            "ray_address",
            "workers",
            "cache",
            "hide_answers",
            "track",
        ),
    ],
    prompts: PromptSettings,
    sandbox: SandboxOptions,
    command: CommandOptions,
) -> int:
    """Sample a model on suites, verify every completion, and store the run."""
    specs = suites.specs(tasks)
    names = [spec.name for spec in specs]
    kept = _as_file(names, model, suites, sampling, settings, prompts, sandbox)
    chosen = {"sampling": sampling.sampling(), "prompts": prompts, "command": kept,
              "progress": not command.quiet}  # fmt: skip
    sandbox.choose()
    opened = model.open(sampling.max_tokens, settings)
    try:
        return report(_evaluated(opened, specs, settings.model_copy(update=chosen)))
    finally:
        opened.close()


def _evaluated(model: Model, specs: list[TaskSpec], settings: EvalSettings) -> Run:
    """The finished run. Raises StoppedError, which says how to resume, after Ctrl-C."""
    run_id = settings.run_id
    if run_id is None and not settings.resume:
        run_id = new_run_id(model.identity.name)
        settings = settings.model_copy(update={"run_id": run_id})
    try:
        return evaluate(model, specs, settings=settings)
    except KeyboardInterrupt:
        raise StoppedError(
            "interrupted; what was done is stored; the same command with "
            f"--resume --run-id {run_id} continues it"
        ) from None


def _as_file(tasks: list[str], *options: BaseModel) -> str:
    """The options as a file for `--config`; header values may be secrets, so they are left out."""
    found: dict[str, Any] = {"tasks": ",".join(tasks)}
    for group in options:
        found |= group.model_dump(mode="json", exclude_defaults=True, exclude=NOT_KEPT)
    return as_toml({key: value for key, value in found.items() if value is not None})


def report(run: Run) -> int:
    """Print the table of a finished run; returns 3 when a sample has no verdict, else 0."""
    typer.echo(f"run {run.run_id} in {run.folder.path}")
    typer.echo(f"{'task':<28}{'n':>6}{'k':>4}{'accuracy':>10}  {'95% interval':<16}{'tokens':>8}")
    failed = 0
    for name, numbers in run.summary["suites"].items():
        failed += numbers["checker_errors"]
        accuracy = numbers["accuracy"]
        shown = "-" if accuracy is None else f"{accuracy:.1%}"
        interval = numbers["wilson"]
        between = "-" if interval is None else f"[{interval[0]:.1%}, {interval[1]:.1%}]"
        mean = numbers["mean_completion_tokens"]
        tokens = "-" if mean is None else f"{mean:.0f}"
        head = f"{name:<28}{numbers['problems']:>6}{numbers['k']:>4}"
        typer.echo(f"{head}{shown:>10}  {between:<16}{tokens:>8}")
    return _completeness(run, failed)


def _completeness(run: Run, failed: int) -> int:
    missing, errors = run.summary["missing"], run.summary["errors"]
    sampling = run.folder.manifest()["config"]["sampling"]
    for line in warnings(run.summary["suites"], sampling["max_tokens"]):
        typer.echo(line, err=True)
    if failed:
        typer.echo(f"{failed} samples have no verdict: the checker failed (not scored)", err=True)
    if missing:
        typer.echo(
            f"{missing} samples are missing; the last failure was: {errors['last']}; "
            f"--resume --run-id {run.run_id} asks for them again",
            err=True,
        )
    return 3 if failed or missing else 0
