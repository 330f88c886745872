"""The engine on a simulated Ray cluster: equal to local, and nothing lost when nodes are."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from assay.harness.backends import Request, Sampling, load_model
from assay.harness.backends.replicas import ReplicatedModel
from assay.harness.checking import EngineSettings, Job, cluster, open_engine
from assay.harness.checking.node import NodeVerifier
from assay.harness.commands.running import ModelOptions
from assay.harness.evaluation import TaskSpec
from assay.harness.row_scoring import score_rows
from assay.sandbox.errors import UsageError
from assay.tasks import load

ray = pytest.importorskip("ray", reason="Ray is not installed")
TASKS = ("arithmetic", "quadratic_equations", "knights_and_knaves", "function_synthesis")


@pytest.fixture(scope="module")
def machines():
    """A cluster of three nodes of one CPU each, beside a head without any."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    made.workers = [made.add_node(num_cpus=1) for _ in range(3)]
    made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()


def jobs_of(task, count):
    suite = load(task, size=count)
    for problem in suite:
        for text in (suite.gold(problem), suite.wrong(problem), "no idea"):
            yield Job(task, text, id=problem.id)


def plain(verdict):
    return verdict.model_dump(exclude={"seconds"})


@pytest.mark.slow
def test_verdicts_equal_local_ones_on_every_node(machines):
    jobs = [job for task in TASKS for job in jobs_of(task, 8)]
    with open_engine("local", workers=1, cache=False) as engine:
        expected = [plain(verdict) for verdict in engine.map(jobs)]
    with open_engine("ray", address=machines.address, cache=False) as engine:
        assert engine.name == "ray"
        assert [plain(verdict) for verdict in engine.map(jobs)] == expected
        nodes = engine.checks._nodes.values()
        made = [ray.get(node.verifier._actor.made.remote()) for node in nodes]
    assert len(made) == 3
    assert all(made)
    assert sum(made) == len(jobs)


@pytest.mark.slow
def test_a_node_that_is_killed_loses_no_verdict(machines):
    jobs = list(jobs_of("quadratic_equations", 200))
    with open_engine("local", workers=1, cache=False) as engine:
        expected = [verdict.status for verdict in engine.map(jobs)]
    with open_engine("ray", address=machines.address, cache=False) as engine:
        futures = [engine.submit(job) for job in jobs]
        while not any(future.done() for future in futures):
            time.sleep(0.01)
        machines.remove_node(machines.workers.pop(), allow_graceful=False)
        assert [future.result(240).status for future in futures] == expected


def requests_of(count):
    suite = load("arithmetic", difficulty=3, size=count)
    return [Request(suite, problem, 0, 7 * at) for at, problem in enumerate(suite)]


@pytest.mark.slow
def test_replicas_answer_as_one_model_even_when_one_is_lost(machines):
    asked, sampling = requests_of(200), Sampling(temperature=1.0)
    alone = load_model("random")
    expected = {one.request.problem.id: one.text for one in alone.generate(asked, sampling)}
    model = ReplicatedModel("random", {}, 2, address=machines.address)
    try:
        assert model.identity == alone.identity
        answered = model.generate(iter(asked), sampling)
        found = [next(answered)]
        ray.kill(model._actors[0])
        found += answered
        assert len(found) == len(asked)
        assert {one.request.problem.id: one.text for one in found} == expected
        assert all(any(one.request is request for request in asked) for one in found)
    finally:
        model.close()


@pytest.mark.slow
def test_rows_are_scored_where_they_are_read(machines, tmp_path):
    suite = load("arithmetic", size=60)
    texts = [(problem, text) for problem in suite for text in (suite.gold(problem), "no idea")]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"id": p.id, "completion": t}) + "\n" for p, t in texts))
    spec, out = TaskSpec("arithmetic", {"size": 60}), tmp_path / "out"
    engine = EngineSettings(engine="ray", ray_address=machines.address, cache=False)
    counts = score_rows(spec, file, out, engine=engine)
    assert (counts.checked, counts.known, counts.failed) == (120, 0, 0)
    assert (counts.verdicts, counts.correct) == (120, 60)
    assert counts.statuses["correct"] == 60
    again = score_rows(spec, file, out, engine=engine)
    assert (again.checked, again.known, again.verdicts) == (0, 120, 120)
    with file.open("a") as more:
        more.write('{"id": "nobody", "completion": "x"}\n')
    with pytest.raises(UsageError, match="nobody"):
        score_rows(spec, file, out, engine=engine)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_a_server_on_ray_stands_behind_one_address_until_it_is_stopped(machines, tmp_path):
    pytest.importorskip("ray.serve", reason="ray[serve] is not installed")
    suite, port = load("arithmetic", size=40), free_port()
    items = [
        {"task": "arithmetic", "problem": {"answer": problem.answer}, "completion": text}
        for problem in suite
        for text in (suite.gold(problem), "no idea")
    ]
    command = [
        Path(sys.executable).with_name("assay"), "serve", "--engine", "ray", "--replicas", "2",
        "--ray-address", machines.address, "--port", str(port), "--no-programs", "--no-cache",
    ]  # fmt: skip
    said = tmp_path / "said"
    with said.open("w") as output:
        server = subprocess.Popen(command, stderr=output, stdout=output, cwd=tmp_path)
    try:
        while f"assay serves on http://127.0.0.1:{port}" not in said.read_text():
            assert server.poll() is None, said.read_text()
            time.sleep(0.05)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            found = client.post("/verify_batch", json={"items": items}).json()["verdicts"]
            assert client.post("/verify", json={"task": "nothing"}).status_code == 422
        assert [verdict["score"] for verdict in found] == [1.0, 0.0] * 40
        server.send_signal(signal.SIGTERM)
        assert server.wait(120) == 0
    finally:
        server.kill()
        server.wait()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5).close()


@pytest.mark.slow
def test_replicas_that_cannot_be_had_are_refused_in_one_line(machines):
    with pytest.raises(UsageError, match="40 replicas need 40 CPUs, and the cluster has"):
        ReplicatedModel("random", {}, 40, address=machines.address)
    with pytest.raises(UsageError, match="unknown model 'nobody'"):
        ReplicatedModel("nobody", {}, 1, address=machines.address)
    with pytest.raises(UsageError, match="add --engine ray"):
        ModelOptions(model="random", replicas=2).open(16)


class Failing(NodeVerifier):
    """A verifier whose checks fail on one node of the cluster."""

    def check(self, shard):
        alive = [one for one in ray.nodes() if one["Alive"] and one["Resources"].get("CPU")]
        if ray.get_runtime_context().get_node_id() == min(one["NodeID"] for one in alive):
            self._made = -1
            return [("checker_error", None, None, "out of memory", 0.0, {}) for _ in shard]
        return super().check(shard)


@pytest.mark.slow
def test_a_check_that_failed_on_one_node_is_made_on_another(machines, monkeypatch):
    monkeypatch.setattr("assay.harness.checking.connection.NodeVerifier", Failing)
    monkeypatch.setattr("assay.harness.checking.connection.NAMESPACE", "failing")
    ray.cloudpickle.register_pickle_by_value(__import__(__name__, fromlist=["Failing"]))
    jobs = list(jobs_of("arithmetic", 30))
    with open_engine("ray", address=machines.address, cache=False) as engine:
        assert len(engine.checks._nodes) == 2
        assert {verdict.status for verdict in engine.map(jobs)} == {"correct", "incorrect"}
        made = [ray.get(one.verifier._actor.made.remote()) for one in engine.checks._nodes.values()]
    assert sorted(made) == [-1, len(jobs)]


@pytest.mark.slow
def test_nodes_of_another_version_are_refused_by_name(machines, monkeypatch):
    monkeypatch.setattr(cluster, "version_here", lambda: "assay 9.9 feed on Python 3.99")
    with pytest.raises(UsageError, match=r"node .+ has assay .+, but here is assay 9\.9 feed"):
        open_engine("ray", address=machines.address)


def test_a_cluster_that_does_not_answer_is_one_line(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UsageError, match=f"no Ray cluster answers at '127.0.0.1:{port}'") as found:
        open_engine("ray", address=f"127.0.0.1:{port}")
    assert "\n" not in str(found.value)


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(UsageError, match=r'pip install "assay\[ray\]"'):
        open_engine("ray")
