"""Code verdicts inside containers with an engine's default profile, where no namespace is allowed.

The container has this machine's Python, this source tree and its packages, all read-only.
"""

import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest
from assay.sandbox import UsageError
from assay.sandbox.docker import engine, image
from assay.sandbox.interpreter_survey import base_interpreter

ROOT = Path(__file__).resolve().parents[2]
GOLD = "the-gold-of-the-caller"
SHAPES = {
    "root": ["--user", "0"],
    "a user": ["--user", "1000"],
    "a user without a name": ["--user", "54321:54321"],
    "read-only": ["--user", "1000", "--read-only"],
    "read-only with tmp": ["--user", "1000", "--read-only", "--tmpfs", "/tmp"],
    "no capability": ["--user", "0", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    "no shared memory": ["--user", "1000", "--ipc", "none"],
    "a user without anything": [
        "--user", "54321", "--read-only", "--tmpfs", "/tmp", "--ipc", "none", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--pids-limit", "64",
    ],
}  # fmt: skip

VERDICTS = """
import json, os, tempfile
from assay.sandbox import Program, default_sandbox
from assay.tasks.code.verifier import verify_function, verify_stdio
sandbox = default_sandbox()
said = {"level": str(sandbox.isolation), "reasons": sandbox.isolation.reasons}
tests = "def check(f):\\n    assert f(2) == 4\\n    assert f(5) == 25\\n"
right, wrong = ("```python\\ndef square(x):\\n    return x * %s\\n```" % n for n in ("x", "2"))
said["right"] = verify_function(right, tests, "square").status
said["wrong"] = verify_function(wrong, tests, "square").status
said["stdio"] = verify_stdio("```python\\nprint(int(input()) + 1)\\n```", [("1\\n", "2\\n")]).status
look = '''
import os
found = []
for base, folders, files in os.walk("/"):
    for name in files:
        try:
            with open(os.path.join(base, name), "rb") as file:
                text = file.read(1 << 16)
        except OSError:
            continue
        if b"the-gold-" + b"of-the-caller" in text:
            found.append(base + "/" + name)
for own in ("self", "1", "HARNESS"):
    for way in ("root/gold/gold.json", "cwd/gold.json", "environ", "mem"):
        try:
            found.append(open(f"/proc/{own}/{way}", "rb").read(64))
        except OSError:
            pass
try:
    found.append(open("/gold/gold.json").read())
except OSError:
    pass
print("found", found)
'''.replace("HARNESS", str(os.getpid()))
assert open("/gold/gold.json").read(), "the caller can read it"
said["found"] = sandbox.run(Program(look)).stdout
print(json.dumps(said))
"""

CHECK = """
import json
from assay.sandbox.doctor import self_check
checks = self_check("process", level="landlock")
print(json.dumps([len(checks), [(one.name, one.said) for one in checks if not one.passed]]))
"""

DOCTOR = """
import json
from assay.sandbox.doctor import probe
print(json.dumps({one.name: [one.present, one.why, one.mend] for one in probe()}))
"""


@pytest.fixture(scope="module", autouse=True)
def python_image() -> str:
    if "DOCKER_HOST" not in os.environ:
        pytest.skip("DOCKER_HOST names no engine")
    try:
        return image.build_from_host()
    except UsageError as absent:
        pytest.skip(str(absent))


def in_container(shape: list[str], code: str, gold: Path, seconds: int = 200) -> object:
    """Run Python code in a container; what it printed last, as JSON."""
    mounts = {str(ROOT / name): f"/src/assay/{name}" for name in ("sandbox", "tasks", "harness")}
    mounts |= {sysconfig.get_path("purelib"): "/site", str(gold): "/gold", "/usr/lib": "/usr/lib"}
    command = ["docker", "run", "--rm", "--network", "none", *shape]
    command += [part for a, b in mounts.items() for part in ("--volume", f"{a}:{b}:ro")]
    command += ["--env", "PYTHONPATH=/src:/site", "--workdir", "/", "--entrypoint"]
    command += [os.path.realpath(base_interpreter()), engine.IMAGE, "-B", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "gold.json").write_text(GOLD)
    (tmp_path / "gold.json").chmod(0o644)
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("shape", SHAPES)
def test_code_is_judged_in_a_default_container(shape: str, gold: Path) -> None:
    said = in_container(SHAPES[shape], VERDICTS, gold)
    assert isinstance(said, dict)
    assert said["level"] == "landlock"
    assert "user namespace" in said["reasons"]["namespaces"]
    assert (said["right"], said["wrong"], said["stdio"]) == ("correct", "incorrect", "correct")
    assert said["found"] == "found []\n"


# The two ends; a shape between them takes as long again.
@pytest.mark.parametrize("shape", ["root", "a user without anything"])
def test_every_attack_is_held_in_a_default_container(shape: str, gold: Path) -> None:
    said = in_container(SHAPES[shape], CHECK, gold, seconds=600)
    assert isinstance(said, list)
    assert said[0] > 350
    assert said[1] == []


@pytest.mark.parametrize("user", ["0", "1000"])
def test_the_line_that_the_doctor_gives_brings_namespaces(user: str, gold: Path) -> None:
    found = in_container(["--user", user], DOCTOR, gold)
    assert isinstance(found, dict)
    assert found["isolation level"][:2] == [True, "landlock"]
    present, _, mend = found["level namespaces"]
    assert not present
    assert mend.startswith("docker run --security-opt seccomp=unconfined")
    added = [part for part in mend.split()[2:] if "apparmor" not in part]
    if added[-1] == "--security-opt":
        added.pop()  # this kernel may have no AppArmor, and then the engine refuses the option
    found = in_container(["--user", user, *added], DOCTOR, gold)
    assert isinstance(found, dict)
    assert found["isolation level"][:2] == [True, "namespaces"]


def test_without_any_folder_the_doctor_says_what_to_mount(gold: Path) -> None:
    shape = ["--user", "1000", "--read-only", "--ipc", "none"]
    found = in_container(shape, DOCTOR, gold)
    assert isinstance(found, dict)
    assert not found["isolation level"][0]
    assert "no folder for programs to work in" in found["level landlock"][1]
    assert found["level landlock"][2] == "docker run --tmpfs /tmp"
