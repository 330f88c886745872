"""What a program finds around it: a stdout that is read call by call, and its own text."""

import io
from typing import Any

MAX_PRINTED = 65_536


class Printed(io.TextIOBase):
    """What the program prints during one call; the excess goes to the real stdout, under limits."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> int:
        self.size += len(text)
        if self.size <= MAX_PRINTED:
            self.parts.append(text)
        else:
            self.real.write(text)
        return len(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        return text

    @property
    def buffer(self) -> Any:
        return self.real.buffer


class ProgramText:
    """Where `inspect` and `traceback` find the program's text, which is in no file."""

    def __init__(self) -> None:
        self.text = ""

    def get_source(self, name: str) -> str:
        """The text."""
        return self.text
