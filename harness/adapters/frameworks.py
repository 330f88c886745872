"""The trainers that have an adapter, and the versions that each adapter was tested with."""

import importlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ...sandbox.errors import UsageError


@dataclass(frozen=True, slots=True)
class Framework:
    """A trainer: its distribution on PyPI and the release series that its adapter follows."""

    name: str
    distribution: str
    series: tuple[str, ...]

    def installed(self) -> str | None:
        """The version that is installed, or None."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None

    def note(self) -> str:
        """One line when the installed version is not one that the adapter was tested with."""
        found = self.installed()
        if found is None or any(found == one or found.startswith(f"{one}.") for one in self.series):
            return ""
        return (
            f"{self.distribution} {found} is not known here: the adapter follows "
            f"{' and '.join(self.series)}, so check one reward by hand or install "
            f"{self.distribution}=={self.series[-1]}.*"
        )


FRAMEWORKS = {
    one.name: one
    for one in (
        Framework("trl", "trl", ("1.16",)),
        Framework("verl", "verl", ("0.9",)),
        Framework("openrlhf", "openrlhf", ("0.11",)),
        Framework("verifiers", "verifiers", ("0.4",)),
        Framework("reasoning-gym", "reasoning-gym", ("0.1",)),
        Framework("skyrl-gym", "skyrl-gym", ("0.4",)),
        Framework("areal", "areal", ("1.0",)),
        Framework("openenv", "openenv", ("0.10",)),
        Framework("tinker-cookbook", "tinker-cookbook", ("0.6",)),
        Framework("nemo-gym", "nemo-gym", ("0.5",)),
        Framework("slime", "slime", ("0.3",)),
        Framework("rllm", "rllm", ("0.3",)),
        Framework("mcp", "mcp", ("2",)),
    )
}


DATASETS = ("trl", "verl", "openrlhf")
"""Frameworks whose datasets `assay check-rewards` can read."""


def framework(name: str) -> Framework:
    """The framework of a name. Raises UsageError for one whose datasets cannot be read."""
    if name not in DATASETS:
        raise UsageError(f"--framework {name!r}: use one of {', '.join(DATASETS)}")
    return FRAMEWORKS[name]


def framework_module(name: str, module: str) -> Any:
    """A module of a framework, for its adapter.

    Raises UsageError when it cannot be imported, naming the series that the adapter follows.
    """
    known = FRAMEWORKS[name]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UsageError(
            f"this adapter needs {known.distribution} {known.series[-1]}: {error}"
        ) from error
