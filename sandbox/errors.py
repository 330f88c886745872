"""The exception for mistakes of the caller."""


class UsageError(ValueError):
    """A mistake of the caller: one line that names the thing, the value and the remedy.

    The command line prints only the message and exits with 2; library callers see a ValueError.
    It is defined in the lowest layer so that every layer can raise it.
    """
