"""Helpers of the logic suites: answer formats, solvers, formulas, grids, names."""
