"""Settings models: as arguments of `evaluate`, as options of a verb, and what a bad value says."""

from pathlib import Path
from typing import Annotated

import pytest
import typer
from assay.harness import cli
from assay.harness.backends.contract import Sampling
from assay.harness.commands.expand import Only, expand
from assay.harness.evaluation import EvalFields, EvalSettings, evaluate
from assay.harness.validation import validated
from assay.sandbox.errors import UsageError
from pydantic import BaseModel, ConfigDict, Field

SUITE = ["arithmetic"]


def test_every_setting_but_samples_can_be_given_by_name() -> None:
    assert set(EvalFields.__annotations__) == set(EvalSettings.model_fields) - {"samples"}


def test_settings_as_an_object_and_by_name_agree(tmp_path: Path) -> None:
    settings = EvalSettings(samples=2, limit=3, out=tmp_path, run_id="object", progress=False)
    by_object = evaluate("oracle", SUITE, settings=settings)
    by_name = evaluate(
        "oracle", SUITE, 2, limit=3, out=tmp_path, run_id="name", progress=False
    )  # fmt: skip
    assert by_object.folder.manifest()["config"] == by_name.folder.manifest()["config"]
    assert by_object.summary["suites"] == by_name.summary["suites"]
    assert by_object.summary["suites"]["arithmetic"]["samples"] == 6


def test_a_field_by_name_replaces_that_of_the_object(tmp_path: Path) -> None:
    settings = EvalSettings(samples=2, limit=3, out=tmp_path, progress=False)
    run = evaluate("oracle", SUITE, 1, settings=settings, limit=2, run_id="one")
    config = run.folder.manifest()["config"]
    assert (config["samples"], config["limit"]) == (1, 2)
    assert run.folder.path == tmp_path / "runs" / "one"


def test_the_manifest_holds_the_sampling(tmp_path: Path) -> None:
    sampling = Sampling(max_tokens=7, stop=("a", "b"))
    run = evaluate("oracle", SUITE, sampling=sampling, limit=1, out=tmp_path, progress=False)
    stored = run.folder.manifest()["config"]["sampling"]
    assert stored["max_tokens"] == 7
    assert stored["stop"] == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"samples": 0}, "samples 0: use 1 or more"),
        ({"limit": 0}, "limit 0: use 1 or more"),
        ({"workers": -1}, "workers -1: use 1 or more"),
        ({"seed": "x"}, "seed 'x'"),
        ({"seed": 10**20}, "seed 100000000000000000000: use "),
        ({"limit": 10**20}, "limit 100000000000000000000: use 10000000 or less"),
        ({"limit": 1, "first": 1}, "--limit and --first exclude each other"),
        ({"prompts": {"fewshot": -1}}, "prompts.fewshot"),
        (
            {"limitt": 3},
            "unknown setting 'limitt': use engine, ray_address, workers, cache",
        ),
    ],
)
def test_a_bad_setting_is_one_line(given: dict, names: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        evaluate("oracle", SUITE, out=tmp_path, **given)
    assert str(refused.value).startswith(names)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


class Colours(BaseModel):
    """Two settings, one of them with a flag of its own."""

    model_config = ConfigDict(extra="forbid")

    light_blue: int = Field(default=1, ge=0, lt=256, description="How blue.")
    names: Annotated[list[str], typer.Option("--name", "-n", help="A name.")] = []
    share: float = Field(default=0.5, gt=0, le=1)


def paint(what: Annotated[str, typer.Argument()], colours: Colours, loud: bool = False) -> Colours:
    """Paint it."""
    return colours


def _run(*arguments: str) -> Colours:
    app = typer.Typer(add_completion=False)
    app.command()(expand(paint))
    found: Colours = app(args=list(arguments), standalone_mode=False)
    return found


def test_fields_become_options() -> None:
    assert _run("wall") == Colours()
    assert _run("wall", "--light-blue", "3", "-n", "a", "--name", "b") == Colours(
        light_blue=3, names=["a", "b"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--light-blue", "-1"), "--light-blue -1: use 0 or more"),
        (("--light-blue", "256"), "--light-blue 256: use less than 256"),
        (("--share", "0"), "--share 0: use more than 0"),
        (("--share", "nan"), "--share nan: use "),
        (("--share", "2"), "--share 2: use 1 or less"),
    ],
)
def test_a_value_out_of_bounds_names_the_flag(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        _run("wall", *arguments)
    assert str(refused.value).startswith(message)


def test_only_some_fields() -> None:
    def verb(colours: Annotated[Colours, Only("share")]) -> float:
        return colours.share

    app = typer.Typer(add_completion=False)
    app.command()(expand(verb))
    assert app(args=["--share", "0.25"], standalone_mode=False) == 0.25
    with pytest.raises(Exception, match="No such option"):
        app(args=["--light-blue", "1"], standalone_mode=False)


def test_a_message_names_what_is_missing_or_unknown() -> None:
    with pytest.raises(UsageError, match="unknown setting 'dark'"):
        validated(Colours, {"dark": 1})
    with pytest.raises(UsageError, match=r"rules\.share is missing"):
        validated(type("Strict", (BaseModel,), {"__annotations__": {"share": float}}), {},
                  lambda name: f"rules.{name}")  # fmt: skip


@pytest.mark.parametrize("verb", sorted(cli.VERBS))
def test_no_verb_takes_more_than_8_parameters(verb: str) -> None:
    import importlib
    import inspect

    module, _, name = cli.VERBS[verb][0].partition(":")
    function = getattr(importlib.import_module(f"assay.harness.commands.{module}"), name)
    assert len(inspect.signature(function).parameters) <= 8
