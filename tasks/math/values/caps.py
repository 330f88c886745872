"""How large a value, and how long a computation, may become."""

MAX_INTEGER_BITS = 60_000
MAX_FRACTION_BITS = 12_000
MAX_EXPONENT_BITS = 4_000_000
"""Binary exponent of the largest and the smallest value."""
MAX_FACTORIAL = 2_500
MAX_TERMS = 3_000
MAX_ANGLE_BITS = 64
"""Size of the argument of a periodic function."""
MAX_PRECISION_BITS = 100_000
WORK_LIMIT = 120_000_000
"""What one verdict may compute, in units of a few nanoseconds: the same on every machine."""
EVALUATION_LIMIT = 40_000_000
"""What one evaluation may compute, in the same units."""
