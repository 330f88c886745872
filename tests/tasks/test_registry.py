"""`names` and `load`: what they find, what they refuse, and what they do not import."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from assay.sandbox.errors import UsageError
from assay.tasks import load, names, registry
from assay.tasks.suite import GeneratedSuite


def test_names_are_sorted_files_of_the_domains() -> None:
    root = Path(registry.__file__).parent
    for domain in registry.DOMAINS:
        files = {
            path.stem
            for path in (root / domain).glob("*.py")
            if not path.stem.startswith("_") and path.stem not in registry.NOT_SUITES
        }
        assert names(domain) == sorted(files)
    assert names() == sorted(names())
    assert {"arithmetic", "gsm8k", "math500", "questions"} <= set(names("math"))


def test_names_imports_no_suite_and_no_sympy() -> None:
    program = (
        "import sys, json\n"
        "from assay.tasks import names\n"
        "names()\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules = set(json.loads(done.stdout))
    assert not modules & {"sympy", "torch", "datasets", "transformers", "numpy"}
    assert not [module for module in modules if module.startswith("assay.tasks.math.")]


def test_an_unknown_name_gets_a_hint() -> None:
    with pytest.raises(UsageError, match="unknown task 'gsm8': did you mean gsm8k"):
        load("gsm8")
    with pytest.raises(UsageError, match="unknown task 'qqqq': assay list tasks"):
        load("qqqq")


@pytest.mark.parametrize("name", ["verifier", "generating", "_published", "math.gsm8k", "", "../x"])
def test_helpers_are_not_tasks(name: str) -> None:
    with pytest.raises(UsageError, match="unknown task"):
        load(name)


def test_unknown_options_and_variants_are_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown option 'level' for task 'arithmetic': known: "):
        load("arithmetic", level=3)
    with pytest.raises(UsageError, match="unknown option 'difficulty' for task 'gsm8k'"):
        load("gsm8k", difficulty=3)
    with pytest.raises(UsageError, match="task 'arithmetic' has no variants"):
        load("arithmetic:easy")
    with pytest.raises(UsageError, match="unknown option 'variant'"):
        load("mgsm", variant="de")


def test_generated_suites_are_reached_by_their_names() -> None:
    suite = load("arithmetic", seed=4, size=3, difficulty=2, split="train")
    assert isinstance(suite, GeneratedSuite)
    assert (suite.name, suite.seed, len(suite), suite.difficulty) == ("arithmetic", 4, 3, 2)
    assert suite[0].id == "arithmetic-train-d2-s4-0"


def test_options_of_names_the_options() -> None:
    assert set(registry.options_of("arithmetic")) == {"split", "seed", "size", "difficulty"}
    assert set(registry.options_of("mgsm:de")) == {"split", "data_dir", "language", "path"}


@pytest.fixture
def fresh_scan() -> Iterator[None]:
    """The installed packages are scanned anew, before the test and after it."""
    caches = (registry._installed, registry._sorted_names)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_the_installed_packages_are_scanned_once(
    fresh_scan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans: list[str] = []

    def found(group: str) -> list[object]:
        scans.append(group)
        return []

    monkeypatch.setattr(registry, "entry_points", found)
    for _ in range(3):
        names()
        names("math").clear()
        with pytest.raises(UsageError):
            load("no_such_task")
    assert scans == ["assay.tasks"]
    assert "arithmetic" in names("math")


def test_third_parties_add_suites(fresh_scan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name = "theirs"

        def load(self) -> object:
            return lambda split="test": SimpleNamespace(split=split)

    def found(group: str, name: str | None = None) -> list[Entry]:
        assert group == "assay.tasks"
        return [Entry()] if name in (None, "theirs") else []

    monkeypatch.setattr(registry, "entry_points", found)
    assert "theirs" in names()
    assert "theirs" not in names("math")
    assert load("theirs", split="dev").split == "dev"
