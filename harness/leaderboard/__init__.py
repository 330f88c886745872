"""The leaderboard: rows, rank sets, plots, one self-contained page."""

from ...sandbox.extras import require

require("numpy", "stats")  # the rows are computed with it
