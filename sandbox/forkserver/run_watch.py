"""What a server counts for a program that shares the caller's namespaces: threads and files."""

import contextlib
import os
import resource
import select
import time
from collections.abc import Mapping

from .call_gate import CallGate
from .children import Child
from .file_changes import FileChanges
from .folder_usage import FolderUsage
from .workdir import PrivateFolder

LOOK = 0.01
"""Seconds between two looks at the program's files."""
_FAR_BEYOND = 64 * 2**20
"""Bytes beyond the limit at which a program ends."""


class RunWatch:
    """The watch over one program, beside its `Supervisor`."""

    def __init__(
        self, child: Child, folder: PrivateFolder, limits: dict[str, float], listener: int
    ) -> None:
        """`listener`: the descriptor on which the kernel asks about all children, or -1."""
        self._child, self._folder = child, folder
        self._most_threads = int(limits["processes"])
        self._usage = FolderUsage(folder.path, child.pid, limits)
        most_bytes = int(limits["files_mb"] * 2**20)
        self._changes = FileChanges(folder.path, child.pid, most_bytes)
        self._gate = self._gate_at(listener) if listener >= 0 else None
        self._own_listener = -1
        self._full = False
        self._hello = child.connection.fileno()
        self._look_at = time.monotonic() + LOOK

    def _gate_at(self, listener: int) -> CallGate:
        return CallGate(listener, self._child.pid, self._most_threads, self._changes)

    def register(self, poll: select.poll) -> None:
        """Poll the descriptor on which the kernel asks, or first for the message with it."""
        self._poll = poll
        if self._gate is not None:
            poll.register(self._gate.descriptor, select.POLLIN)
        elif not self._receive():
            poll.register(self._hello, select.POLLIN)

    def handle(self, ready: Mapping[int, int]) -> None:
        """Handle the events that the poll has found, by descriptor."""
        if self._hello in ready:
            self._poll.unregister(self._hello)
            self._receive()
        elif self._gate is not None and (event := ready.get(self._gate.descriptor)):
            if event & select.POLLIN:
                self._gate.answer()
            else:  # no thread is left that could ask
                self._poll.unregister(self._gate.descriptor)

    def _receive(self) -> bool:
        """Take the message, if it is there; a child that was a spare has sent it long ago."""
        listener = self._child.receive_descriptor()
        if listener is None:
            return False
        if listener >= 0:
            self._own_listener, self._gate = listener, self._gate_at(listener)
            self._poll.register(listener, select.POLLIN)
        return True

    def pause(self) -> float:
        """Milliseconds until the next look."""
        return max((self._look_at - time.monotonic()) * 1000, 0.0)

    def too_large(self) -> bool:
        """Whether the program has to end for its files, if it is time to look.

        At the limit it can write no more, as on a full disk; that it goes on to grow takes time
        between two looks, or a mapped file.
        """
        now = time.monotonic()
        if now < self._look_at:
            return False
        excess = -1.0 if self._folder.untouched() else self._usage.excess()
        if excess > 0 and not self._full:
            self._full = True
            with contextlib.suppress(OSError):  # it has ended
                resource.prlimit(self._child.pid, resource.RLIMIT_FSIZE, (0, 0))
        self._look_at = now + max(LOOK, 4 * (time.monotonic() - now))
        return excess > _FAR_BEYOND

    def close(self) -> None:
        """Close what the child handed over."""
        if self._own_listener >= 0:
            os.close(self._own_listener)
