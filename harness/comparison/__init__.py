"""Compare models on the same problems: paired tests, power, and ranks that admit ties."""

from ...sandbox.extras import needs

with needs("stats"):  # all of this package computes with numpy and scipy
    from .multiplicity import RankSet, holm, rank_sets
    from .paired import (
        Interval,
        PairedComparison,
        PairedTest,
        bootstrap_interval,
        compare_scores,
        difference_interval,
        quick_test,
        quick_test_of,
    )
    from .power import minimum_detectable_effect, power_of_paired_test
    from .signs import mcnemar, permutation_p_value

__all__ = [
    "Interval",
    "PairedComparison",
    "PairedTest",
    "RankSet",
    "bootstrap_interval",
    "compare_scores",
    "difference_interval",
    "holm",
    "mcnemar",
    "minimum_detectable_effect",
    "permutation_p_value",
    "power_of_paired_test",
    "quick_test",
    "quick_test_of",
    "rank_sets",
]
