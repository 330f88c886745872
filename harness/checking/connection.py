"""Ray itself: attach to a cluster, find its nodes, and have one verifier on each."""

import os
import socket
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from .node import NodeVerifier, version_here
from .verdicts import Answer, Sent

NAMESPACE = "assay"
START_SECONDS = 180.0
"""How long a verifier may take to start."""
_PROBE_SECONDS = 5.0
_THREADS = 4
"""Calls that a verifier takes at a time: shards of several callers, and questions."""
_PASSED_ON = ("ASSAY_SANDBOX", "ASSAY_ALLOW_UNSAFE", "ASSAY_DATA")
"""Variables of the caller that the verifiers get."""


class Verifier:
    """The verifier of one node, as its callers see it."""

    def __init__(self, ray: Any, actor: Any, node_id: str, host: str) -> None:
        self._ray, self._actor = ray, actor
        self.node_id = node_id
        self.host = host

    def check(self, shard: Sequence[Sent]) -> "Future[list[Answer]]":
        """Begin a shard; the future raises when the node or its verifier is lost."""
        future: Future[list[Answer]] = self._actor.check.remote(list(shard)).future()
        return future

    def version(self) -> "Future[str]":
        """Its version; the future raises when it cannot start."""
        future: Future[str] = self._actor.version.remote().future()
        return future

    def why_no_programs(self) -> str:
        """Why programs cannot run there; nothing when they can."""
        try:
            said = self._ray.get(self._actor.prove_programs.remote(), timeout=START_SECONDS)
            return str(said)
        except self._ray.exceptions.RayError as error:
            return f"its verifier does not answer: {first_line(error)}"


class Connection:
    """A connection to a running cluster; it never starts one."""

    def __init__(self, address: str | None, workers: int | None) -> None:
        """Raises UsageError without Ray, and for a cluster that does not answer."""
        self.ray = require("ray", "ray")
        self._workers = workers
        self._attached = not self.ray.is_initialized()
        if not self._attached:
            return  # inside a job of the cluster, or a caller that is attached already
        named = address or os.environ.get("RAY_ADDRESS") or "auto"
        _probe(named)
        try:
            self.ray.init(
                address=named, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR"
            )
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise UsageError(
                f"no Ray cluster answers at {named!r} ({first_line(error)}): start one with "
                "`ray start --head`, or name it with --ray-address or RAY_ADDRESS"
            ) from error

    def verifiers(self, known: set[str]) -> list[Verifier]:
        """The verifiers of the nodes that are not known yet, starting where there are none."""
        found = []
        for node in self.ray.nodes():
            cpus = int(node.get("Resources", {}).get("CPU", 0))
            if node["Alive"] and cpus >= 1 and node["NodeID"] not in known:
                found.append(self._verifier(node, self._workers or cpus))
        return found

    def verifier_here(self) -> Verifier:
        """The verifier of the node that this task of the cluster runs on."""
        own = self.ray.get_runtime_context().get_node_id()
        (node,) = (node for node in self.ray.nodes() if node["NodeID"] == own)
        return self._verifier(node, self._workers or int(node["Resources"]["CPU"]))

    def _verifier(self, node: dict[str, Any], workers: int) -> Verifier:
        """The verifier of a node, shared by name with the other callers of the cluster."""
        node_id = node["NodeID"]
        strategy = self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        version = version_here().split()[2]
        variables = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        actor = self.ray.remote(NodeVerifier).options(
            name=f"verifier-{node_id[:16]}-{version}-{workers}",
            namespace=NAMESPACE,
            get_if_exists=True,
            num_cpus=0,
            max_concurrency=_THREADS,
            scheduling_strategy=strategy(node_id, soft=False),
            runtime_env={"env_vars": variables} if variables else None,
        )  # fmt: skip
        host = node.get("NodeManagerHostname") or node.get("NodeManagerAddress", "")
        label = f"{host} ({node_id[:8]})"
        return Verifier(self.ray, actor.remote(workers), node_id, label)

    def close(self) -> None:
        """Leave the cluster, if it was we who attached to it; the verifiers end with the job."""
        if self._attached and self.ray.is_initialized():
            self.ray.shutdown()


def _probe(address: str) -> None:
    """Whether anybody listens at host:port, before Ray waits for long. Raises UsageError."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), _PROBE_SECONDS).close()
    except OSError as error:
        raise UsageError(
            f"no Ray cluster answers at {address!r} ({error.strerror or error}): start one with "
            "`ray start --head`, or name it with --ray-address or RAY_ADDRESS"
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of a message, which may be a whole traceback."""
    return str(error).strip().partition("\n")[0][:300]
