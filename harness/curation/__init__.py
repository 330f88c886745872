"""Which problems are worth training on: solve rates with as few samples as the verdict needs.

from assay.harness.curation import CurationLimits, curate

curated = curate(model, "arithmetic", CurationLimits(error=0.05))
curated.items        # a verdict, a rate and an interval for each problem
"""

from .estimates import CuratedItem, item_of, rate_interval
from .export import write_curated
from .rule import VERDICTS, CurationLimits, StoppingRule, design
from .sampling import Curation, curate

__all__ = [
    "VERDICTS", "CuratedItem", "Curation", "CurationLimits", "StoppingRule", "curate", "design",
    "item_of", "rate_interval", "write_curated",
]  # fmt: skip
