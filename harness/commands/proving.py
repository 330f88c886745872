"""`assay prove`: is a task sound?"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite, load
from ...tasks.registry import options_of, splits_of
from ..evaluation import TaskSpec
from ..proving import (
    Proof,
    ProofSettings,
    Thresholds,
    markdown,
    overview,
    prove,
    read_histories,
    read_thresholds,
    run_folders,
    slug,
)
from .options import Json, Quiet, SandboxOptions, SuiteOptions

log = logging.getLogger(__name__)


class ProofOptions(BaseModel):
    """What is looked at, and where the cards go."""

    model_config = ConfigDict(frozen=True)

    problems: int = Field(
        default=1000, ge=1, description="Problems per task; of a larger task a sample is drawn."
    )
    seed: int = Field(default=0, description="Seed of the sample and of the wrong programs.")
    against: str | None = Field(
        default=None, description="Other tasks whose prompts must not occur, comma-separated."
    )
    runs: Path | None = Field(
        default=None, description="Folder of stored runs, for solve rates per problem."
    )
    thresholds: Path | None = Field(
        default=None, description="TOML file: largest share of problems that may fail a check."
    )
    out: Path = Field(default=Path("results/proofs"), description="Folder of the cards.")
    environments: bool = Field(
        default=True, description="Check the references in fresh processes too."
    )


def prove_tasks(
    tasks: Annotated[list[str], typer.Argument(help="Tasks, groups (@math), wildcards (bbh:*).")],
    options: ProofOptions,
    suites: SuiteOptions,
    sandbox: SandboxOptions,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Report whether a task is sound: golds, wrong answers, tests, prompts, duplicates.

    Exit code 3 when a share is above its threshold. A stopped proof resumes where it was.
    """
    sandbox.choose()
    limits = Thresholds() if options.thresholds is None else read_thresholds(options.thresholds)
    against = _against(options, suites)
    runs = [] if options.runs is None else run_folders(options.runs)
    if options.runs is not None and not runs:
        raise UsageError(f"--runs {options.runs}: there is no stored run in it")
    proofs = []
    for spec in suites.specs(",".join(tasks)):
        suite = spec.load()
        settings = ProofSettings(
            options.problems, options.seed, options.environments, quiet or as_json,
            limits.of(spec.name),
        )  # fmt: skip
        proof = prove(
            suite,
            settings,
            store=options.out / slug(suite.name) / "rows.jsonl",
            histories=read_histories(runs, suite.name),
            other_sets=_other_splits(spec, suite) | against,
        )
        proofs.append(proof)
        _write(options.out, proof)
        if not as_json:
            _print(proof)
    _write_overview(options.out)
    if as_json:
        data = [proof.as_json() for proof in proofs]
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    return 3 if any(proof.crossed for proof in proofs) else 0


def _against(options: ProofOptions, suites: SuiteOptions) -> dict[str, Sequence[Problem]]:
    if options.against is None:
        return {}
    kept = suites.model_copy(update={"split": None, "option": []})
    return {spec.name: list(spec.load()) for spec in kept.specs(options.against)}


def _other_splits(spec: TaskSpec, suite: Suite) -> dict[str, Sequence[Problem]]:
    """The problems of the other splits that are here; "all" of a file is no split beside others."""
    if "split" not in options_of(spec.name):
        return {}
    splits = tuple(getattr(suite, "splits", ())) or splits_of(spec.name)
    found: dict[str, Sequence[Problem]] = {}
    if suite.split == "all":
        return found
    for split in splits:
        if split not in (suite.split, "all"):
            try:
                found[split] = list(load(spec.name, **{**spec.options, "split": split}))
            except UsageError as error:
                log.info("%s: split %s is not compared: %s", spec.name, split, error)
    return found


def _write(out: Path, proof: Proof) -> None:
    folder = out / slug(proof.task)
    data = proof.as_json()
    data["options"] = _portable(proof.options)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "card.json").write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
        (folder / "README.md").write_text(markdown(proof), encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error


def _portable(options: Mapping[str, object]) -> dict[str, object]:
    """The options without the folders of this machine."""
    return {
        key: Path(str(value)).name if key in ("data_dir", "path") else value
        for key, value in options.items()
    }


def _write_overview(out: Path) -> None:
    """The table over every card in the folder, those of earlier commands too."""
    proofs = [Proof.read(path) for path in sorted(out.glob("*/card.json")) if path.is_file()]
    text, html = overview([proof for proof in proofs if proof is not None])
    (out / "README.md").write_text(text, encoding="utf-8", errors="replace")
    (out / "index.html").write_text(html, encoding="utf-8", errors="replace")


def _print(proof: Proof) -> None:
    typer.echo(markdown(proof))
