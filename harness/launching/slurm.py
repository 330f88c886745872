"""A script for Slurm that is put back into the queue and then continues its run."""

import shlex
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from .filling import filled

TIME = r"^([0-9]{1,3}-)?[0-9]{1,3}(:[0-5][0-9]){0,2}$"


class SlurmSettings(BaseModel):
    """What a job of Slurm asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: int = Field(default=1, ge=1, le=4096, description="Machines.")
    time: str = Field(default="04:00:00", pattern=TIME, description="Limit, as Slurm writes it.")
    partition: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_,.-]+$", description="Partition of Slurm."
    )


def slurm_script(
    settings: SlurmSettings, name: str, cpus: int, memory: str, command: Sequence[str]
) -> str:
    """The script that runs a command. Raises UsageError without one.

    An `assay eval` without `--run-id` is named after the job, so that a later start of the same
    job resumes it.
    """
    if not command:
        raise UsageError("launch slurm needs the command to run: assay launch slurm -- assay eval")
    words, resume = _resumable(list(command))
    ray = settings.nodes > 1 or _option(words, "--engine") == "ray"
    partition = settings.partition
    values = {
        **settings.model_dump(),
        "name": name,
        "cpus": cpus,
        "memory": memory.removesuffix("i"),
        "partition": f"#SBATCH --partition={partition}" if partition else "#",
        "ray": filled("slurm_ray.sh", {"cpus": cpus}).rstrip() if ray else "# one machine: no Ray",
        "command": " ".join(words),
        "resume": resume,
    }
    return filled("slurm.sh", values)


def _resumable(words: list[str]) -> tuple[list[str], str]:
    """The words of the command, quoted, and the lines that make a second start resume the run."""
    quoted = [shlex.quote(word) for word in words]
    if words[:2] != ["assay", "eval"] or "--resume" in words:
        return quoted, "# every start runs the same command"
    run = _option(words, "--run-id")
    if run is None:
        quoted += ["--run-id", '"slurm-$SLURM_JOB_ID"']
    place = f"{shlex.quote(_option(words, '--out') or 'results')}/runs/"
    place += shlex.quote(run) if run is not None else '"slurm-$SLURM_JOB_ID"'
    return quoted, f'if [ -e {place}/manifest.json ]; then set -- "$@" --resume; fi'


def _option(words: Sequence[str], name: str) -> str | None:
    """The value of an option in a command."""
    for place, word in enumerate(words):
        if word == name and place + 1 < len(words):
            return words[place + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None
