"""The leaderboard: rows, rank sets, plots, one self-contained page."""
