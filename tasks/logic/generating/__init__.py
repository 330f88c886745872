"""What the generated logic suites share: solvers, formulas, graphs, grids and names."""
