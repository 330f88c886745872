"""`assay launch`: what to submit to Kubernetes or Slurm, printed or submitted."""

import subprocess
from typing import Annotated, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ..launching import KubernetesSettings, SlurmSettings, kubernetes_manifest, slurm_script
from ..launching.kubernetes import MEMORY, NAME

SUBMIT = {"k8s": ["kubectl", "apply", "-f", "-"], "slurm": ["sbatch"]}


class SizeOptions(BaseModel):
    """Name and size of what is launched."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(default="assay", pattern=NAME, description="Name of the job or deployment.")
    cpus: int = Field(default=4, ge=1, le=1024, description="Cores of each pod or node.")
    memory: str = Field(
        default="8Gi", pattern=MEMORY, description="Memory of each pod or node, such as 8Gi."
    )


def launch(
    where: Annotated[Literal["slurm", "k8s"], typer.Argument(help="slurm or k8s.")],
    size: SizeOptions,
    kubernetes: KubernetesSettings,
    slurm: SlurmSettings,
    command: Annotated[
        list[str] | None, typer.Argument(help="For slurm: the command to run, after --.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be submitted.")
    ] = False,
) -> int:
    """Print or submit a manifest for Kubernetes, or a script for Slurm."""
    if where == "k8s":
        if command:
            raise UsageError(f"launch k8s runs no command of yours ({command[0]!r}): leave it out")
        text = kubernetes_manifest(kubernetes, size.name, size.cpus, size.memory)
    else:
        text = slurm_script(slurm, size.name, size.cpus, size.memory, command or [])
    if dry_run:
        typer.echo(text, nl=False)
        return 0
    return _submitted(SUBMIT[where], text)


def _submitted(program: list[str], text: str) -> int:
    try:
        return subprocess.run(program, input=text, text=True, check=False).returncode
    except FileNotFoundError as error:
        raise UsageError(
            f"{program[0]} is not installed here: use --dry-run and submit what it prints"
        ) from error
