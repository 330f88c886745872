"""Is a task sound? `prove(suite)` asks, and gives a card with the rows that say no.

from assay.harness.proving import prove
from assay.tasks import load

proof = prove(load("gsm8k", data_dir="DATA"))
proof.tallies        # one per check: failed, tested, Wilson interval, rows
"""

from .checks import CHECKS, ProofCheck, ProofRow
from .histories import read_histories, run_folders
from .pages import markdown, overview, slug
from .proof import Proof, Tally
from .run import ProofSettings, prove
from .thresholds import Thresholds, read_thresholds

__all__ = [
    "CHECKS", "Proof", "ProofCheck", "ProofRow", "ProofSettings", "Tally", "Thresholds",
    "markdown", "overview", "prove", "read_histories", "read_thresholds", "run_folders", "slug",
]  # fmt: skip
