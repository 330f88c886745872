"""What `assay launch` prints: valid for Kubernetes, valid for bash, and what deploy/ holds."""

import importlib
import subprocess
from pathlib import Path

import pytest
import yaml
from assay.harness import cli
from assay.harness.launching import SlurmSettings, slurm_script
from assay.sandbox.errors import UsageError

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMMAND = ["assay", "eval", "--model", "oracle", "--tasks", "gsm8k"]
FILES = {
    "server.yaml": ["k8s"],
    "raycluster.yaml": ["k8s", "--kind", "ray", "--name", "assay-ray"],
    "rayservice.yaml": ["k8s", "--kind", "rayservice"],
    "assay.sbatch": ["slurm", "--nodes", "2", "--", *COMMAND, "--engine", "ray"],
}


def printed(capsys, *words):
    code = cli.run(["launch", *words[:1], "--dry-run", *words[1:]])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("name", sorted(FILES))
def test_deploy_holds_what_launch_prints(name, capsys):
    code, text, _ = printed(capsys, *FILES[name])
    assert code == 0
    assert (DEPLOY / name).read_text() == text, f"assay launch {' '.join(FILES[name])} --dry-run"


def test_the_server_s_manifest_fits_the_schema_of_kubernetes(capsys):
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is missing")
    _, text, _ = printed(capsys, "k8s", "--name", "mine", "--cpus", "2", "--memory", "512Mi")
    deployment, service = yaml.safe_load_all(text)
    for manifest in (deployment, service):
        validate.validate(manifest, validate.latest_version(), strict=True)
    pod = deployment["spec"]["template"]["spec"]
    assert (
        service["spec"]["selector"].items()
        <= deployment["spec"]["template"]["metadata"]["labels"].items()
    )
    (container,) = pod["containers"]
    grace = float(container["command"][container["command"].index("--grace-seconds") + 1])
    assert grace < pod["terminationGracePeriodSeconds"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert not container["securityContext"]["allowPrivilegeEscalation"]


@pytest.mark.parametrize("kind", ["ray", "rayservice"])
def test_the_pods_of_a_ray_cluster_fit_the_schema_of_kubernetes(kind, capsys):
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is missing")
    _, text, _ = printed(capsys, "k8s", "--kind", kind, "--replicas", "3")
    spec = yaml.safe_load(text)["spec"]
    spec = spec.get("rayClusterConfig", spec)
    groups = [spec["headGroupSpec"], *spec["workerGroupSpecs"]]
    assert groups[1]["replicas"] == 3
    for group in groups:
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}} | group["template"]
        validate.validate(pod, validate.latest_version(), strict=True)


def test_a_ray_service_names_an_application_that_serve_can_build(capsys, monkeypatch):
    schema = pytest.importorskip("ray.serve.schema", reason="ray[serve] is missing")
    _, text, _ = printed(capsys, "k8s", "--kind", "rayservice", "--replicas", "3")
    config = yaml.safe_load(yaml.safe_load(text)["spec"]["serveConfigV2"])
    (application,) = schema.ServeDeploySchema.model_validate(config).applications
    module, _, name = application.import_path.partition(":")
    build = getattr(importlib.import_module(module), name)
    with pytest.raises(UsageError, match="ASSAY_TOKEN"):
        build(application.args)
    monkeypatch.setenv("ASSAY_TOKEN", "secret")
    deployment = build(application.args)._bound_deployment
    assert (deployment.name, deployment.num_replicas) == ("assay", 3)
    assert deployment.max_ongoing_requests == 16384


@pytest.mark.parametrize("nodes", [1, 3])
def test_the_script_is_bash(nodes):
    text = slurm_script(SlurmSettings(nodes=nodes), "x", 2, "4Gi", [*COMMAND, "--option", "a=b c"])
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    assert ("ray start" in text) == (nodes > 1)
    assert "#SBATCH --mem=4G\n" in text
    assert "'a=b c'" in text


SLURM = """#!/bin/bash
case "$(basename "$0")" in
  scontrol) echo "scontrol $*" >> "$LOG" ;;
  assay) echo "assay $*" >> "$LOG"; mkdir -p results/runs/slurm-7
         touch results/runs/slurm-7/manifest.json ;;
esac
"""


def test_a_second_start_of_a_job_resumes_its_run(tmp_path):
    for name in ("scontrol", "assay"):
        (tmp_path / name).write_text(SLURM)
        (tmp_path / name).chmod(0o755)
    script = slurm_script(SlurmSettings(), "x", 1, "1Gi", COMMAND)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin", "LOG": str(tmp_path / "log"), "SLURM_JOB_ID": "7",
    }  # fmt: skip
    for _ in range(2):
        subprocess.run(
            ["bash", "-s"], input=script, text=True, check=True, cwd=tmp_path, env=environment
        )
    ran = " ".join([*COMMAND, "--run-id", "slurm-7"])
    assert (tmp_path / "log").read_text().splitlines() == [ran, f"{ran} --resume"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["slurm"], "needs the command to run"),
        (["k8s", "--", "assay", "list"], "leave it out"),
        (["k8s", "--name", "A b"], "--name"),
        (["k8s", "--memory", "8"], "--memory"),
        (["k8s", "--image", "x; rm"], "--image"),
        (["slurm", "--time", "soon", "--", "true"], "--time"),
        (["moon"], "moon"),
    ],
)
def test_bad_input_is_one_line(words, message, capsys):
    code, _, error = printed(capsys, *words)
    assert code == 2
    assert message in error
    assert error.count("\n") == 1


def test_without_the_program_that_submits_it_says_so(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli.run(["launch", "k8s"]) == 2
    assert "kubectl is not installed here" in capsys.readouterr().err
    with pytest.raises(UsageError, match="needs the command"):
        slurm_script(SlurmSettings(), "x", 1, "1Gi", [])
