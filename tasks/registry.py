"""Find suites by name: each is a module under `tasks/<domain>/`, imported on first use.

Every public module of a domain folder is a suite, except `verifier`; helpers are in sub-packages
or start with an underscore. A suite's `load` (a function or the suite class) takes its options.
Third parties add suites through the entry-point group `assay.tasks`, whose values name a `load`.
"""

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..sandbox.errors import UsageError
from .suite import Domain, Suite
from .with_tools import ToolSuite

DOMAINS: tuple[Domain, ...] = ("math", "code", "logic", "episodes")
ENTRY_POINT_GROUP = "assay.tasks"
NOT_SUITES = frozenset({"verifier"})


@cache
def _built_in() -> dict[str, str]:
    """Map suite names to module names; imports only the domain packages."""
    found: dict[str, str] = {}
    for domain in DOMAINS:
        package = importlib.import_module(f"{__package__}.{domain}")
        for info in pkgutil.iter_modules(package.__path__):
            if not info.ispkg and not info.name.startswith("_") and info.name not in NOT_SUITES:
                found[info.name] = f"{package.__name__}.{info.name}"
    return found


@cache
def _installed() -> dict[str, EntryPoint]:
    """Suite name -> entry point of another distribution. Scans the installed packages once."""
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP)}


@cache
def _sorted_names(domain: Domain | None) -> tuple[str, ...]:
    own = [name for name, module in _built_in().items() if domain in (None, module.split(".")[-2])]
    return tuple(sorted({*own, *(() if domain else _installed())}))


def names(domain: Domain | None = None) -> list[str]:
    """The names that `load` accepts, sorted; only the built-in ones of a domain when it is given.

    Packages that are installed after the first call are not found by this process.
    """
    return list(_sorted_names(domain))


def _loader(name: str) -> Callable[..., Suite]:
    module = _built_in().get(name)
    if module is not None:
        loader: Callable[..., Suite] = importlib.import_module(module).load
        return loader
    entry = _installed().get(name)
    if entry is not None:
        third_party: Callable[..., Suite] = entry.load()
        return third_party
    close = difflib.get_close_matches(name, names(), n=3)
    hint = f"did you mean {', '.join(close)}? " if close else ""
    raise UsageError(f"unknown task {name!r}: {hint}assay list tasks shows all {len(names())}")


def base_of(name: str) -> str:
    """The suite of a task: `bbh` of `bbh:navigate`, `gsm8k` of `gsm8k+python`."""
    return (name.rpartition("+")[0] or name).partition(":")[0]


def options_of(name: str) -> dict[str, inspect.Parameter]:
    """Return the options of this suite's `load`. Raises UsageError for an unknown name."""
    parameters = dict(inspect.signature(_loader(base_of(name))).parameters)
    parameters.pop("variant", None)
    return parameters


def variants_of(name: str) -> tuple[str, ...]:
    """What may follow a colon after this name, as far as the suite lists it (`VARIANTS`)."""
    module = _built_in().get(name)
    if module is None:
        return ()
    return tuple(getattr(importlib.import_module(module), "VARIANTS", ()))


def splits_of(name: str) -> tuple[str, ...]:
    """The splits of a suite that reads files: as it lists them (`SPLITS`), else the usual one."""
    module = _built_in().get(name)
    listed = getattr(importlib.import_module(module), "SPLITS", ()) if module else ()
    if listed:
        return tuple(map(str, listed))
    split = options_of(name).get("split")
    return (split.default,) if split is not None and isinstance(split.default, str) else ()


def summary_of(name: str) -> str:
    """One sentence about a suite: the first line of its module or loader."""
    module = _built_in().get(name)
    document = importlib.import_module(module).__doc__ if module else _loader(name).__doc__
    return (document or name).strip().partition("\n")[0]


GIVEN: dict[str, Any] = {"problems": "given"}
"""The option of `load` for a suite that only verifies problems given whole."""


def load_given(name: str) -> Suite | None:
    """A suite that verifies problems given whole, without its file; None where it needs the file.

    What tells is the class that the suite's `load` returns: whether it has a method `given`.
    """
    if base_of(name) != name or name not in _built_in():
        return None
    made = getattr(_loader(name).__annotations__.get("return"), "given", None)
    if made is None:
        return None
    suite: Suite = made(name)
    suite.loaded_as = (name, GIVEN)
    return suite


def load(
    name: str,
    split: str | None = None,
    data_dir: str | None = None,
    seed: int = 0,
    size: int | None = None,
    difficulty: int | None = None,
    tools: str | None = None,
    **options: Any,
) -> Suite:
    """Load a suite: `load("gsm8k", split="test")`, `load("bbh:navigate")`, `load("sums", seed=1)`.

    `name` may have a variant after a colon (a language, a sub-task). With `tools="python"` the
    model may run code before it answers; `load("gsm8k+python")` is the same. Options left at their
    default are not passed on. `problems="given"` loads a published math suite without its file, to
    verify problems given whole. Raises UsageError (a ValueError) for an unknown name or option; the
    message lists the known ones.
    """
    if options == GIVEN and (given_suite := load_given(name)) is not None:
        return given_suite
    plain, plus, named = name.rpartition("+")
    if plus:
        name, tools = plain, tools or named
    base, _, variant = name.partition(":")
    loader = _loader(base)
    known = inspect.signature(loader).parameters
    named_options = {
        "split": split, "data_dir": data_dir, "size": size, "difficulty": difficulty,
    }  # fmt: skip
    given: dict[str, Any] = {k: value for k, value in named_options.items() if value is not None}
    given |= options | ({"seed": seed} if seed != 0 and "seed" in known else {})
    _refuse(base, variant, given, known)
    suite = loader(**given, **({"variant": variant} if variant else {}))
    if tools is not None:
        suite, given = ToolSuite(suite, tools), given | {"tools": tools}
    suite.loaded_as = (name, given)
    return suite


def _refuse(
    base: str, variant: str, given: Mapping[str, Any], known: Mapping[str, inspect.Parameter]
) -> None:
    """Raises UsageError for an option or a variant that the task does not have, or lacks."""
    for key in given:
        if key not in known or key == "variant":
            legal = ", ".join(option for option in known if option != "variant")
            raise UsageError(f"unknown option {key!r} for task {base!r}: known: {legal}")
    if variant and "variant" not in known:
        raise UsageError(f"task {base!r} has no variants; use {base!r}")
    for key, parameter in known.items():
        required = parameter.default is inspect.Parameter.empty
        if required and key not in given and not (variant and key == "variant"):
            raise UsageError(f"task {base!r} needs the option {key!r}")
