"""The trainers that have an adapter, and the versions that each adapter was tested with."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

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
    )
}


def framework(name: str) -> Framework:
    """The framework of a name. Raises UsageError for an unknown one."""
    if name not in FRAMEWORKS:
        raise UsageError(f"--framework {name!r}: use one of {', '.join(FRAMEWORKS)}")
    return FRAMEWORKS[name]
