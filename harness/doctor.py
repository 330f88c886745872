"""What is available and what is missing: sandboxes, packages, accelerators, data, weights."""

import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from ..sandbox.doctor import probe
from ..sandbox.doctor import self_check as check_sandbox
from ..sandbox.errors import UsageError
from ..sandbox.extras import require
from ..tasks.sources import DATA_VARIABLE, data_folder

REQUIRED = ("numpy", "orjson", "pydantic", "python-sat", "sympy", "typer")
EXTRAS = {
    "torch": "model",
    "transformers": "model",
    "safetensors": "model",
    "tokenizers": "model",
    "huggingface_hub": "hf",
    "datasets": "data",
    "docker": "docker",
    "openai": "openai",
    "any-llm-sdk": "vendors",
    "fastapi": "serve",
    "uvicorn": "serve",
    "scipy": "stats",
    "trl": "trl",
}
"""By package, the extra that installs it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that assay uses, present or not; `needed` when nothing works without it."""

    group: str
    name: str
    present: bool
    why: str = ""
    mend: str = ""
    needed: bool = False


def examine() -> list[Requirement]:
    """Everything that decides what can run on this machine."""
    return [*_machine(), *_sandbox(), *_packages(), *_accelerators(), *_data()]


def self_check() -> list[Requirement]:
    """Run the attacks of the sandbox's contract against every sandbox that opens here."""
    requirements = []
    ways = (("process", "namespaces"), ("process", "landlock"), ("docker", None))
    for backend, level in ways:
        name = level or backend
        try:
            checks = check_sandbox(backend, level=level)
        except UsageError as absent:
            requirements.append(Requirement("self-check", name, False, str(absent)))
            continue
        requirements += [
            Requirement(
                "self-check", f"{name}: {check.name}", check.passed, check.said, needed=True
            )
            for check in checks
        ]
    return requirements


def _machine() -> list[Requirement]:
    python = platform.python_version()
    enough = sys.version_info >= (3, 11)
    system = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores"
    return [
        Requirement("machine", "python", enough, python, "install Python 3.11 or later", True),
        Requirement("machine", "system", True, system),
    ]


def _sandbox() -> list[Requirement]:
    return [
        Requirement("sandbox", found.name, found.present, found.why, found.mend,
                needed=found.name == "isolation level")
        for found in probe()
    ]  # fmt: skip


def _packages() -> list[Requirement]:
    requirements = []
    for name in (*REQUIRED, *EXTRAS):
        mend = f'pip install "assay[{EXTRAS[name]}]"' if name in EXTRAS else "pip install assay"
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            requirements.append(
                Requirement("packages", name, False, "not installed", mend, name in REQUIRED)
            )
        else:
            requirements.append(Requirement("packages", name, True, version))
    return requirements


def _accelerators() -> list[Requirement]:
    try:
        torch = require("torch", "model")
    except UsageError:
        return [Requirement("accelerators", "cuda", False, "torch is not installed")]
    if torch.cuda.is_available():
        return [
            Requirement("accelerators", f"cuda:{number}", True, torch.cuda.get_device_name(number))
            for number in range(torch.cuda.device_count())
        ]
    why = f"torch {torch.__version__} sees no GPU; the CPU is used"
    return [Requirement("accelerators", "cuda", False, why)]


def _data() -> list[Requirement]:
    mend = f"set {DATA_VARIABLE} to a folder of benchmark files, or let the hub serve them"
    try:
        folder = data_folder(None)
    except UsageError as mistake:
        return [Requirement("data", DATA_VARIABLE, False, str(mistake), mend)]
    weights = Path(__file__).parent / "model" / "weights"
    bundled = any(weights.glob("**/config.json"))
    return [
        Requirement("data", DATA_VARIABLE, folder is not None, str(folder or "not set"), mend),
        Requirement("data", "bundled model", bundled, "" if bundled else "no weights are packaged"),
    ]
