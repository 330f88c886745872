"""Everything that uses a verdict: evaluation, training, comparison, serving."""
