"""The leaderboard: metrics, rank sets and plots of all runs, on one self-contained page."""

from ...sandbox.extras import require

require("numpy", "stats")  # the rows are computed with it
