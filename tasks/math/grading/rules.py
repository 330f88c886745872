"""What a caller may relax."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """What a caller may relax. The defaults are exact; a verdict names every relaxed rule."""

    tolerance: float = 0.0
    """Relative difference that two constants may have."""
    percent_is_number: bool = False
    """"25%" also equals 25."""
    ignore_units: bool = False
    """A conflicting unit does not matter."""

    def relaxed(self) -> dict[str, float | bool]:
        """The rules that differ from the exact ones."""
        found: dict[str, float | bool] = {}
        if self.tolerance:
            found["tolerance"] = self.tolerance
        if self.percent_is_number:
            found["percent_is_number"] = True
        if self.ignore_units:
            found["ignore_units"] = True
        return found


EXACT = Rules()
