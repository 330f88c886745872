"""Square roots in simplest form."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Surd:
    """outside * sqrt(inside), with no square factor inside."""

    outside: int
    inside: int

    @classmethod
    def of(cls, number: int) -> Self:
        """The simplest form of sqrt(number), for a whole number >= 0."""
        if number == 0:
            return cls(0, 1)
        outside, inside, factor = 1, number, 2
        while factor * factor <= inside:
            while inside % (factor * factor) == 0:
                inside //= factor * factor
                outside *= factor
            factor += 1
        return cls(outside, inside)

    def __str__(self) -> str:
        if self.inside == 1 or self.outside == 0:
            return str(self.outside)
        return (
            f"sqrt({self.inside})" if self.outside == 1 else f"{self.outside}*sqrt({self.inside})"
        )
