"""One self-contained page for a whole recipe: its stages side by side, by the same problems."""

import html
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...tasks import load
from .behaviour import BEHAVIOURS, named_behaviours
from .measure import pass_of, powers
from .report import STYLE, plot
from .search import read_search
from .settings import RecipeSettings, Stage
from .telemetry import read_lines

_COLUMNS = (
    ("greedy", "greedy", "accuracy"), ("pass@1", "sampled", "accuracy"),
    ("tokens", "sampled", "tokens"), ("attempts", "sampled", "attempts"),
    ("verified backtracks", "sampled", "verified_backtracks"),
    ("the same, greedy", "greedy", "verified_backtracks"),
    ("first try right", "sampled", "first_right"),
    ("wrong called wrong", "sampled", "wrong_marked_wrong"),
    ("false yes", "sampled", "false_yes"), ("repeats", "sampled", "repeats"),
    ("bits of going on", "sampled", "wait_bits"),
)  # fmt: skip
_CURVES = (
    ("Reward", "reward"), ("Held-out pass@1", "heldout/all"), ("Response length", "length/mean"),
    ("Verified backtracks per answer", "search/verified_backtracks"),
    ("Attempts per answer", "search/attempts"), ("False yes per answer", "search/false_yes"),
    ("Bits of going on", "search/wait_bits"), ("Entropy", "entropy"),
)  # fmt: skip


class Measured:
    """A finished `measure` stage: its results by problem, and its means."""

    def __init__(self, stage: Stage, out: Path) -> None:
        self.stage = stage
        self.model = stage.start or stage.name
        self.rows = {row["problem"]: row for row in read_lines(out / stage.name / "problems.jsonl")}
        summary = json.loads((out / stage.name / "measures.json").read_text("utf-8"))
        self.samples: int = summary["samples"]
        self.by: dict[str, dict[str, Any]] = summary["by"]


def write_recipe_report(config: RecipeSettings) -> Path:
    """Write OUT/report.html and OUT/gains.json from the measure stages that are finished."""
    out = Path(config.out)
    stages = {stage.name: stage for stage in config.stages}
    measured = [
        Measured(stage, out)
        for stage in config.stages
        if stage.kind == "measure" and (out / stage.name / "done.json").is_file()
    ]
    gains = [gain for one in measured for gain in gains_of(one, measured, stages)]
    (out / "gains.json").write_text(json.dumps(gains, indent=1) + "\n", "utf-8")
    rl = [stage for stage in config.stages if stage.kind == "grpo"]
    name = html.escape(out.resolve().name)
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title>",
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style><h1>{name}</h1>",
        "<p>All models answer the same held-out problems, greedily and sampled at temperature 1. "
        "A verified backtrack is a wrong attempt that the text calls wrong, followed by a right "
        "one, in a right answer.</p>",
        _stage_tables(measured),
        _gain_table(gains),
        "<h2>pass@k, held out</h2>",
        _passes(measured, stages),
        "<h2>While training</h2><div class=plots>",
        *(_curve(title, key, rl, out) for title, key in _CURVES),
        "</div>",
        "<h2>The first answers that show a behaviour</h2>",
        *(_trace(*found) for found in first_shown(rl, out)),
        _costs(config.stages, out),
        "</html>",
    ]
    path = out / "report.html"
    partial = out / ".report.partial"
    partial.write_text("\n".join(parts), "utf-8")
    partial.replace(path)
    return path


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f"<th>{html.escape(x)}" for x in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(x)}" for x in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _stage_tables(measured: Sequence[Measured]) -> str:
    if not measured:
        return "<p>No measure stage is finished yet.</p>"
    levels = list(dict.fromkeys(at for one in measured for at in one.by))
    passes = [k for k in (8, max(one.samples for one in measured)) if k > 1]
    head = ["model", *(name for name, *_ in _COLUMNS), *(f"pass@{k}" for k in passes)]
    parts = ["<h2>Stages</h2>"]
    for at in levels:
        rows = []
        for one in measured:
            if at not in one.by:
                continue
            values = [_shown(one.by[at][way][key]) for _, way, key in _COLUMNS]
            values += [_shown(one.by[at]["pass@k"].get(str(k))) for k in passes]
            rows.append([one.model, *values])
        title = "all suites" if at == "all" else at
        opened = " open" if at == "all" else ""
        parts.append(f"<details{opened}><summary>{html.escape(title)}</summary>")
        parts.append(f"{_table(head, rows)}</details>")
    return "".join(parts)


def reference_of(
    one: Measured, measured: Sequence[Measured], stages: dict[str, Stage]
) -> Measured | None:
    """The measured model that this one was trained from, at the root of its `start` links."""
    root = one.model
    while stages[root].start is not None:
        root = str(stages[root].start)
    found = [other for other in measured if other.model == root and other is not one]
    return found[0] if found else None


def gains_of(
    one: Measured, measured: Sequence[Measured], stages: dict[str, Stage]
) -> Iterator[dict[str, Any]]:
    """Paired differences to the base, with 95% normal intervals over the problems."""
    base = reference_of(one, measured, stages)
    if base is None:
        return
    pairs = [(row, base.rows[name]) for name, row in one.rows.items() if name in base.rows]
    for at in dict.fromkeys(["all", *(row["at"] for row, _ in pairs)]):
        part = [pair for pair in pairs if at in ("all", pair[0]["at"])]
        for name, way in (("greedy", "greedy"), ("pass@1", "sampled")):
            changes = [
                a[f"{way}_right"] / a[f"{way}_scored"] - b[f"{way}_right"] / b[f"{way}_scored"]
                for a, b in part
                if a[f"{way}_scored"] and b[f"{way}_scored"]
            ]
            if len(changes) > 1:
                mean, reach = interval(changes)
                yield {"model": one.model, "base": base.model, "at": at, "measure": name,
                       "problems": len(changes), "change": round(mean, 4),
                       "interval95": [round(mean - reach, 4), round(mean + reach, 4)]}  # fmt: skip


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean and half the width of its 95% normal interval."""
    mean = sum(values) / len(values)
    variance = sum((x - mean) ** 2 for x in values) / (len(values) - 1)
    return mean, 1.96 * math.sqrt(variance / len(values))


def _gain_table(gains: Sequence[dict[str, Any]]) -> str:
    rows = [
        [g["model"], g["base"], g["at"], g["measure"], str(g["problems"]), f"{g['change']:+.3f}",
         f"[{g['interval95'][0]:+.3f}, {g['interval95'][1]:+.3f}]"]
        for g in gains
    ]  # fmt: skip
    head = ["model", "against", "problems of", "measure", "n", "change", "95% interval"]
    return f"<h2>Gains over the base, paired by problem</h2>{_table(head, rows)}" if rows else ""


def _passes(measured: Sequence[Measured], stages: dict[str, Stage]) -> str:
    """A curve for each suite and level, and where a trained model passes its base's pass@8."""
    levels = list(dict.fromkeys(at for one in measured for at in one.by))
    figures, passed = [], []
    for at in levels:
        records: list[dict[str, Any]] = []
        for one in measured:
            if at in one.by:
                known = one.by[at]["pass@k"].items()
                records += [{"step": math.log2(int(k)), one.model: v} for k, v in known]
        figures.append(plot(at, [one.model for one in measured], records, "log2 k ="))
        for one in measured:
            base = reference_of(one, measured, stages)
            if base is None or at not in base.by or base.samples < 8:
                continue
            ours, theirs = one.by[at]["sampled"]["accuracy"], base.by[at]["pass@k"]["8"]
            if ours > theirs:
                passed.append(f"{one.model} on {at}: {ours:.3f} against {theirs:.3f}")
    said = "; ".join(passed) if passed else "nowhere"
    return (
        f"<p>pass@1 above the base's pass@8: {html.escape(said)}.</p>"
        f"<div class=plots>{''.join(figures)}</div>{_crossings(measured, stages)}"
    )


def _crossings(measured: Sequence[Measured], stages: dict[str, Stage]) -> str:
    """Paired differences of pass@k between each model and its base, for every k."""
    rows = []
    for one in measured:
        base = reference_of(one, measured, stages)
        if base is None:
            continue
        row = [one.model]
        for k in powers(min(one.samples, base.samples)):
            changes = [
                pass_of(a, k) - pass_of(base.rows[name], k)
                for name, a in one.rows.items()
                if name in base.rows
                and min(a["sampled_scored"], base.rows[name]["sampled_scored"]) >= k
            ]
            mean, reach = interval(changes) if len(changes) > 1 else (0.0, 0.0)
            row.append(f"{mean:+.3f} ± {reach:.3f}" if len(changes) > 1 else "")
        rows.append(row)
    if not rows:
        return ""
    width = max(map(len, rows))
    head = ["pass@k minus the base's", *(f"k={1 << i}" for i in range(width - 1))]
    return _table(head, [row + [""] * (width - len(row)) for row in rows])


def _curve(title: str, key: str, stages: Sequence[Stage], out: Path) -> str:
    records = [
        {"step": record["step"], stage.name: record[key]}
        for stage in stages
        for record in read_lines(out / stage.name / "metrics.jsonl")
        if isinstance(record.get(key), int | float)
    ]
    return plot(title, [stage.name for stage in stages], records)


def first_shown(stages: Sequence[Stage], out: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The first sampled completion of each training stage that shows each behaviour."""
    for stage in stages:
        missing = set(BEHAVIOURS)
        for record in read_lines(out / stage.name / "samples.jsonl"):
            if not missing:
                break
            suite = load(record["suite"])
            problem = suite.find(record["problem"])
            attempts = read_search(suite, problem, record["completion"])
            shown = named_behaviours(attempts, record["status"] == "correct")
            for name in [name for name in shown if name in missing]:
                missing.discard(name)
                yield stage.name, name, record


def _trace(stage: str, name: str, record: dict[str, Any]) -> str:
    title = f"{stage}, step {record['step']}: {name} ({record['suite']}, {record['status']})"
    prompt, completion = (html.escape(record[key]) for key in ("prompt", "completion"))
    return (
        f"<details><summary>{html.escape(title)}</summary><pre>{prompt}</pre>"
        f"<pre>{completion}</pre></details>"
    )


def _costs(stages: Sequence[Stage], out: Path) -> str:
    rows = []
    for stage in stages:
        records = read_lines(out / stage.name / "metrics.jsonl")
        last = [record for record in records if "cost/flops" in record][-1:]
        for record in last:
            rows.append([stage.name, stage.kind, str(record["step"]),
                         f"{60 * record['cost/device_hours']:.1f}",
                         f"{record['cost/flops']:.3g}", f"{record['cost/price']:.4g}"])  # fmt: skip
    head = ["stage", "kind", "steps", "minutes", "FLOPs", "price"]
    gates = [
        f"<p>{html.escape(stage.name)}: <code>{html.escape(path.read_text('utf-8'))}</code></p>"
        for stage in stages
        if (path := out / stage.name / "gate.json").is_file()
    ]
    return f"<h2>Cost</h2>{_table(head, rows)}<h2>Gates</h2>{''.join(gates)}"
