"""Send the numbers of a run to trackio, wandb or tensorboard, whichever the user names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ..sandbox.errors import UsageError
from ..sandbox.extras import require

TRACKERS = ("trackio", "wandb", "tensorboard")
"""The names that `open_tracker` takes; tensorboard writes into a folder of its own."""
PROJECT = "assay"


class Tracker(Protocol):
    """Where numbers go."""

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Send numbers by name; `step` counts samples or training steps."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


class _Online:
    """trackio and wandb, which share an interface."""

    def __init__(self, package: str, run: str, config: Mapping[str, Any]) -> None:
        self._package: Any = _required(package)
        self._package.init(project=PROJECT, name=run, config=dict(config))

    def log(self, values: Mapping[str, float], step: int) -> None:
        self._package.log(dict(values), step=step)

    def close(self) -> None:
        self._package.finish()


class _Board:
    """TensorBoard's event files."""

    def __init__(self, folder: Path) -> None:
        self._writer = _required("torch.utils.tensorboard").SummaryWriter(str(folder))

    def log(self, values: Mapping[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._writer.close()


def check_tracker(name: str) -> None:
    """Raises UsageError for an unknown tracker, and for one whose package is missing."""
    if name not in TRACKERS:
        raise UsageError(f"--track {name!r}: use one of {', '.join(TRACKERS)}")
    _required("torch.utils.tensorboard" if name == "tensorboard" else name)


def open_tracker(name: str, run: str, folder: Path, config: Mapping[str, Any]) -> Tracker:
    """Open a tracker for the run `run`, stored in `folder`. Raises UsageError."""
    check_tracker(name)
    if name == "tensorboard":
        return _Board(folder / "tensorboard")
    return _Online(name, run, config)


def _required(module: str) -> Any:
    try:
        return require(module, "model")
    except UsageError:
        package = "tensorboard" if module.endswith("tensorboard") else module
        raise UsageError(f"--track needs a package: run pip install {package}") from None
