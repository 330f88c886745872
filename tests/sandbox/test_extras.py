"""Optional packages: the missing one and its extra are named in one line."""

import json
import subprocess
import sys

import pytest
from assay.sandbox.errors import UsageError
from assay.sandbox.extras import needs, packaged, require


def test_an_installed_module_is_returned() -> None:
    assert require("json.decoder", "model") is json.decoder


def test_a_missing_package_names_the_extra() -> None:
    with pytest.raises(UsageError) as caught:
        require("no_such_package.part", "model")
    message = str(caught.value)
    assert "'no_such_package'" in message
    assert 'pip install "assay[model]"' in message
    assert "\n" not in message


def test_a_missing_module_of_our_own_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError), needs("model"):
        require("assay.harness.no_such_module", "model")


HIDE = """
import sys
for name in {hidden!r}:
    sys.modules[name] = None
"""


def _run(code: str, hidden: tuple[str, ...]) -> str:
    program = HIDE.format(hidden=hidden) + code
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("model", "hidden", "extra"),
    [
        ("bundled", ("torch",), "model"),
        ("bundled", ("tokenizers",), "model"),
        ("hf/some/path", ("torch",), "hf"),
        ("hf/some/path", ("transformers",), "hf"),
        ("openai/some-name", ("openai",), "openai"),
    ],
)
def test_opening_a_backend_without_its_extra(
    model: str, hidden: tuple[str, ...], extra: str
) -> None:
    code = f"""
from assay.harness.backends import load_model
from assay.sandbox.errors import UsageError
try:
    load_model({model!r}, base_url="http://localhost:1" if {model!r}.startswith("openai") else None)
except UsageError as mistake:
    print(mistake)
"""
    line = _run(code, hidden)
    assert f'pip install "assay[{extra}]"' in line
    assert repr(hidden[0]) in line
    assert "\n" not in line


def test_training_without_its_extra() -> None:
    code = """
from assay.harness.training.command import train
from assay.sandbox.errors import UsageError
try:
    train("grpo", "nano")
except UsageError as mistake:
    print(mistake)
"""
    assert 'pip install "assay[model]"' in _run(code, ("torch",))


def test_the_light_modules_import_nothing_heavy() -> None:
    code = """
import sys
import assay.harness.backends
import assay.harness.rewards
import assay.harness.training.command
import assay.harness.training.settings
heavy = {"torch", "transformers", "tokenizers", "datasets", "openai", "scipy", "safetensors"}
print(sorted(heavy & set(sys.modules)))
"""
    assert _run(code, ()) == "[]"


def test_a_data_file_that_the_installation_lacks_is_named() -> None:
    assert packaged("assay.harness.leaderboard", "assets/page.html").is_file()
    with pytest.raises(UsageError, match=r"lacks assay/harness/leaderboard/assets/none\.css"):
        packaged("assay.harness.leaderboard", "assets/none.css")
