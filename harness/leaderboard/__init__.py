"""The leaderboard: metrics, rank sets and plots of all runs, on one self-contained page."""
