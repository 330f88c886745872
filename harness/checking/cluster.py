"""Checks on a running Ray cluster: one verifier per node, shards of jobs, lost shards made again.

One thread decides everything, by events: a check was asked, a shard was answered, time has passed.
A node has a bounded number of shards at a time; what waits, waits here. When a node is lost, its
shards go to others. A check that failed on our side is made once more, on another node if there is
one. The first verdict of a check counts.
"""

import logging
import math
import queue
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Verdict
from ...tasks.verdict import checker_error
from .connection import START_SECONDS, Connection, Verifier, first_line
from .jobs import ResolvedJob
from .lane import Lane
from .local import cores
from .node import version_here
from .verdicts import Answer, Sent, sendable, verdict_from, verdict_of

SHARD = 64
"""Checks in a shard, at most."""
IN_FLIGHT = 2
"""Shards that a node has at a time: one that it works on, and the next."""
LOSSES = 4
"""Lost shards after which a check has no verdict."""
_LOOK_SECONDS = 2.0
_LONELY_SECONDS = 120.0
"""How long the cluster may be without a node before what waits is given up."""
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Task:
    """One check under way."""

    sent: Sent
    programs: bool
    verdict: Future[Verdict] = field(default_factory=Future)
    lost: int = 0
    failed_on: str | None = None


@dataclass(eq=False, slots=True)
class _Node:
    """A node with its verifier, and the shards that it has."""

    id: str
    verifier: Verifier
    programs: bool
    shards: int = 0


_Event = tuple[str, Any]


class ClusterChecks:
    """Makes verdicts with the nodes of a Ray cluster. Any thread may call."""

    name = "ray"

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """Attach to the cluster; never starts one.

        `workers` on each node: as many as it has CPUs when None. Raises UsageError without Ray,
        for a cluster that does not answer, and for nodes of another version, by name.
        """
        self._connection = Connection(address, workers)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._texts: deque[_Task] = deque()
        self._programs: deque[_Task] = deque()
        self._nodes: dict[str, _Node] = {}
        self._here = Lane("check", cores())
        self._proved = False
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._lonely_since: float | None = None
        self._known: set[str] = set()
        """Nodes that are used, are starting, or are left out for good."""
        self._join_all()
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    def submit(self, check: ResolvedJob) -> Future[Verdict]:
        """Begin a check. Raises UsageError for a program that no node can run."""
        if check.runs_program:
            self.prove_programs()
        sent = sendable(check)
        if sent is None:  # a suite made by hand is here only
            return self._here.submit(lambda: verdict_of(check))
        task = _Task(sent, check.runs_program)
        self._events.put(("asked", task))
        return task.verdict

    def prove_programs(self) -> None:
        """Have every node prove its sandbox, once. Raises UsageError when none works."""
        with self._lock:
            if self._proved:
                return
            nodes = list(self._nodes.values())
            reasons = [node.verifier.why_no_programs() for node in nodes]
            for node, reason in zip(nodes, reasons, strict=True):
                node.programs = not reason
                if reason:
                    _log.warning("node %s runs no programs: %s", node.verifier.host, reason)
            if not any(node.programs for node in nodes):
                raise UsageError(f"no node of the cluster can run programs: {reasons[0]}")
            self._proved = True

    def _run(self) -> None:
        """The thread that decides."""
        looked = time.monotonic()
        while not self._closed.is_set():
            try:
                kind, value = self._events.get(timeout=_LOOK_SECONDS)
                self._handle(kind, value)
                while not self._events.empty():
                    self._handle(*self._events.get())
            except queue.Empty:
                pass
            if time.monotonic() - looked > _LOOK_SECONDS:
                self._look()
                looked = time.monotonic()
            self._hand_out()
        self._give_up("the engine was closed")

    def _handle(self, kind: str, value: Any) -> None:
        if kind == "asked":
            self._queue_of(value).append(value)
        elif kind == "answered":
            node, tasks, answers = value
            node.shards -= 1
            for task, answer in zip(tasks, answers, strict=True):
                self._settle(node, task, answer)
        elif kind == "joined":
            self._join(*value)
        elif kind == "lost":
            node, tasks, why = value
            node.shards -= 1
            self._lose(node, tasks, why)

    def _queue_of(self, task: _Task) -> deque[_Task]:
        return self._programs if task.programs else self._texts

    def _settle(self, node: _Node, task: _Task, answer: Answer) -> None:
        verdict = verdict_from(answer)
        if verdict.score is None and task.failed_on is None:
            task.failed_on = node.id  # once more, elsewhere
            self._queue_of(task).appendleft(task)
        else:
            task.verdict.set_result(verdict)

    def _lose(self, node: _Node, tasks: list[_Task], why: str) -> None:
        """A shard was lost, and with it the verifier of its node."""
        if self._nodes.get(node.id) is node:
            _log.warning("node %s is lost: %s", node.verifier.host, why)
            del self._nodes[node.id]
            self._known.discard(node.id)  # if only its verifier has ended, another is started
        for task in reversed(tasks):
            task.lost += 1
            if task.lost < LOSSES:
                self._queue_of(task).appendleft(task)
            else:
                task.verdict.set_result(checker_error(f"{LOSSES} nodes were lost: {why}"))

    def _look(self) -> None:
        """Look for new nodes, and for nodes whose verifier has to be started again."""
        self._look_for_nodes()
        if self._nodes:
            self._lonely_since = None
        elif self._lonely_since is None:
            self._lonely_since = time.monotonic()
        elif time.monotonic() - self._lonely_since > _LONELY_SECONDS:
            self._give_up("the cluster has no node left that can check")

    def _join_all(self) -> None:
        """Wait for the verifiers of all nodes; one that is just leaving is left out.

        Raises UsageError for a node of another version, and when no node is left.
        """
        verifiers = self._connection.verifiers(set())
        why = "the Ray cluster has no node with a CPU: add one"
        versions = [verifier.version() for verifier in verifiers]
        for verifier, version in zip(verifiers, versions, strict=True):
            self._known.add(verifier.node_id)
            try:
                _refuse_other_version(verifier, version.result(START_SECONDS))
            except UsageError:
                self._connection.close()
                raise
            except Exception as error:  # Ray's own, or none in time
                why = _not_started(verifier, error)
                _log.warning("a node is left out: %s", why)
            else:
                self._nodes[verifier.node_id] = _Node(verifier.node_id, verifier, True)
        if not self._nodes:
            self._connection.close()
            raise UsageError(why)

    def _look_for_nodes(self) -> None:
        """Begin to start a verifier on each node that has none; `_join` follows."""
        for verifier in self._connection.verifiers(self._known):
            self._known.add(verifier.node_id)

            def started(version: "Future[str]", verifier: Verifier = verifier) -> None:
                try:
                    _refuse_other_version(verifier, version.result())
                    why = ""
                except UsageError as mistake:
                    why = str(mistake)
                except Exception as error:  # the node is leaving, for one
                    why = _not_started(verifier, error)
                self._events.put(("joined", (verifier, why)))

            verifier.version().add_done_callback(started)

    def _join(self, verifier: Verifier, why: str) -> None:
        if why:  # a node that is just leaving, or of another version: it stays left out
            _log.warning("a node is left out: %s", why)
        else:
            self._nodes[verifier.node_id] = _Node(verifier.node_id, verifier, True)

    def _hand_out(self) -> None:
        """Give shards to the nodes that may have one more, the least busy first."""
        for node in sorted(self._nodes.values(), key=lambda node: node.shards):
            while node.shards < IN_FLIGHT and (tasks := self._shard(node)):
                node.shards += 1
                self._send(node, tasks)

    def _shard(self, node: _Node) -> list[_Task]:
        """The next shard of a node: programs first, because they take longest."""
        for waiting in (self._programs, self._texts):
            if waiting is self._programs and not node.programs:
                continue
            share = math.ceil(len(waiting) / (IN_FLIGHT * len(self._nodes)))
            found: list[_Task] = []
            passed: list[_Task] = []
            while waiting and len(found) < min(SHARD, share):
                task = waiting.popleft()
                elsewhere = task.failed_on == node.id and len(self._nodes) > 1
                (passed if elsewhere else found).append(task)
            waiting.extendleft(reversed(passed))
            if found:
                return found
        return []

    def _send(self, node: _Node, tasks: list[_Task]) -> None:
        def done(future: "Future[list[Answer]]") -> None:
            error = future.exception()
            if error is None:
                self._events.put(("answered", (node, tasks, future.result())))
            else:
                why = str(error).strip().partition("\n")[0]
                self._events.put(("lost", (node, tasks, why)))

        node.verifier.check([task.sent for task in tasks]).add_done_callback(done)

    def _give_up(self, why: str) -> None:
        """Answer everything that waits: it cannot be checked."""
        for waiting in (self._programs, self._texts):
            while waiting:
                waiting.popleft().verdict.set_exception(UsageError(why))

    def close(self, patience: float | None = None) -> None:
        """End the verifiers that are ours, and leave the cluster. Idempotent."""
        self._closed.set()
        self._events.put(("closed", None))
        self._thread.join()
        self._here.close(patience)
        self._connection.close()


def _refuse_other_version(verifier: Verifier, found: str) -> None:
    """Raises UsageError for a node whose verdicts could differ from ours."""
    expected = version_here()
    if found != expected:
        raise UsageError(
            f"node {verifier.host} has {found}, but here is {expected}: install one version"
        )


def _not_started(verifier: Verifier, error: Exception) -> str:
    said = first_line(error) or type(error).__name__
    return f"node {verifier.host}: no verifier starts there: {said}"
