"""The one exception that means "the caller's mistake"."""


class UsageError(ValueError):
    """A mistake of the user's: one line that names the thing, the value and the mend.

    The command line prints its message alone and exits with 2; library callers see a
    ValueError. It lives in the lowest layer so that every layer can raise it.
    """
