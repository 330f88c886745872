"""What runs on each node of a cluster: one verifier, with the node's one pool and one sandbox."""

import platform
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from importlib.metadata import version

from ...sandbox.errors import UsageError
from ...tasks import Verdict
from ...tasks.verdict import checker_error
from .fingerprints import verifier_version
from .local import LocalChecks
from .verdicts import Answer, Sent, fields_of


def version_here() -> str:
    """What must be equal on all nodes: assay, its verifiers and their libraries, Python."""
    return f"assay {version('assay')} {verifier_version()} on Python {platform.python_version()}"


class NodeVerifier:
    """Checks shards of jobs with the processes of its node. Several threads may call."""

    def __init__(self, workers: int) -> None:
        self._checks = LocalChecks(workers)
        self._lock = threading.Lock()
        self._made = 0

    def version(self) -> str:
        """What has to be equal on all nodes."""
        return version_here()

    def prove_programs(self) -> str:
        """Prove this node's sandbox; why it does not work, or nothing."""
        try:
            self._checks.prove_programs()
        except UsageError as error:
            return str(error)
        return ""

    def made(self) -> int:
        """The checks that this node has made."""
        return self._made

    def check(self, shard: Sequence[Sent]) -> list[Answer]:
        """The verdicts of a shard, in order."""
        begun = [self._begin(sent) for sent in shard]
        answers = [fields_of(future.result()) for future in begun]
        with self._lock:
            self._made += len(answers)
        return answers

    def _begin(self, sent: Sent) -> Future[Verdict]:
        try:
            return self._checks.submit(sent.received())
        except UsageError as error:
            failed: Future[Verdict] = Future()
            failed.set_result(checker_error(f"node {socket.gethostname()}: {error}"))
            return failed
