"""Whether two answers are the same: classification, comparison by kind, algebra."""
