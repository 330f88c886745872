"""Reading published question files by their format: what an answer is, and when two are equal."""
