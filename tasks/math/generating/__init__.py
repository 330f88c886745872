"""What the generated math suites share: the base class, exact expressions, written-out work."""

from .base import MathSuite, pose, show
from .literal import is_evaluated

__all__ = ["MathSuite", "is_evaluated", "pose", "show"]
