"""How a verb says that Ctrl-C stopped it, and how to resume."""


class StoppedError(Exception):
    """Ctrl-C stopped a verb; the message says what is stored and how to resume."""
