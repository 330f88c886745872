"""The checkpoints that ship with the package: the bundled model and its earlier stages."""

from pathlib import Path

from ...sandbox.errors import UsageError

PACKAGED = Path(__file__).resolve().parents[1] / "model" / "weights"


def packaged_stages() -> list[str]:
    """Names of the packaged earlier stages of the bundled model."""
    return sorted(path.parent.name for path in PACKAGED.glob("*/config.json"))


def find_checkpoint(folder: str | Path | None) -> Path:
    """The packaged model for None, a packaged stage by its name, or the folder itself.

    Raises UsageError when there is no such folder.
    """
    stages = packaged_stages()
    choice = " or ".join([*(f"bundled/{stage}" for stage in stages), "a checkpoint folder"])
    if folder is None:
        if (PACKAGED / "config.json").is_file():
            return PACKAGED
        raise UsageError(f"model 'bundled': no weights are packaged; use {choice}")
    if str(folder) in stages:
        return PACKAGED / folder
    if Path(folder).is_dir():
        return Path(folder)
    raise UsageError(f"model 'bundled/{folder}': no such folder or packaged stage; use {choice}")
