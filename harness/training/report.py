"""A self-contained HTML report of a run, from its metrics.jsonl and samples.jsonl."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .telemetry import read_lines

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;
color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
.cards{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;list-style:none}
.cards li{border:1px solid #d0d7de;border-radius:6px;padding:.4rem .8rem}
.cards b{display:block;font-size:1.15rem;font-variant-numeric:tabular-nums}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1rem}
figure{margin:0;border:1px solid #d0d7de;border-radius:6px;padding:.5rem}
figcaption{font-weight:600}svg{width:100%;height:auto}
pre{white-space:pre-wrap;background:#f6f8fa;padding:.6rem;border-radius:6px;overflow-x:auto}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #d0d7de;
text-align:right}th:first-child,td:first-child{text-align:left}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}
figure,td,th,.cards li{border-color:#30363d}}
"""
_COLOURS = ("#0969da", "#cf222e", "#1a7f37", "#8250df", "#bf8700", "#0b7a75", "#a40e6f", "#57606a")
_W, _H, _PAD = 340, 190, 38
_NOISY = 40
"""Longer series are drawn faint, with their running mean on top."""
_HEADLINES = (
    ("heldout/all", "held-out pass@1"), ("heldout/domain/math", "math"),
    ("heldout/domain/code", "code"), ("heldout/domain/logic", "logic"),
    ("reward", "reward"), ("loss", "loss"), ("token_accuracy", "token accuracy"),
    ("length/mean", "response length"), ("reflection/self_corrected", "self-corrected"),
)  # fmt: skip
_EARLY_AND_LATE = 10
"""Steps averaged for the first and the last value of a metric logged at every step."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Loss", ("loss", "mtp_loss", "aux_loss")),
    ("Token accuracy", ("token_accuracy",)),
    ("Reward", ("reward", "reward_std")),
    ("Reward by suite", ("reward/",)),
    ("Held-out pass@1", ("heldout/pass@1/",)),
    ("Held-out pass@k", ("heldout/pass@k/",)),
    ("Held-out by domain", ("heldout/domain/",)),
    ("Response length", ("length/mean", "length/correct", "length/wrong")),
    ("Share truncated", ("truncated",)),
    ("KL to the reference", ("kl",)),
    ("Entropy", ("entropy",)),
    ("Clip fraction", ("clip_fraction",)),
    ("Gradient norm", ("grad_norm",)),
    ("Sampler-trainer mismatch", ("mismatch/mean", "mismatch/max")),
    ("Expert load", ("experts/max_over_mean", "experts/min_over_mean")),
    ("Groups", ("groups/solved", "groups/failed", "groups/mixed")),
    ("Reflection", ("reflection/",)),
    ("Search, per completion", ("search/",)),
    ("No reward", ("dropped",)),
    ("Tokens per second", ("tokens_per_second",)),
    ("Seconds per step", ("seconds", "seconds/")),
    ("FLOPs so far", ("cost/flops",)),
    ("Price so far", ("cost/price",)),
)


def write_report(out: Path) -> Path:
    """Write OUT/report.html, which loads nothing from the network."""
    records = read_lines(out / "metrics.jsonl")
    samples = read_lines(out / "samples.jsonl")
    manifest_file = out / "manifest.json"
    manifest = json.loads(manifest_file.read_text("utf-8")) if manifest_file.is_file() else {}
    plots = [drawn for title, keys in GROUPS if (drawn := plot(title, keys, records))]
    name = html.escape(out.resolve().name)
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title>",
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>",
        f"<h1>{name}: {html.escape(str(manifest.get('kind', 'training')))}</h1>",
        _headlines(records),
        "<h2>Curves</h2><div class=plots>",
        *plots,
        "</div>",
        _summary(records),
        "<h2>Samples</h2>",
        *(_sample(sample) for sample in samples[-60:]),
        f"<h2>Run</h2><details><summary>manifest</summary><pre>"
        f"{html.escape(json.dumps(manifest, indent=1))}</pre></details></html>",
    ]
    path = out / "report.html"
    partial = out / ".report.partial"
    partial.write_text("\n".join(parts), "utf-8")
    partial.replace(path)
    return path


def _series(prefix: str, records: Sequence[dict[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    series: dict[str, list[tuple[int, float]]] = {}
    for record in records:
        for key, value in record.items():
            matches = key.startswith(prefix) if prefix.endswith("/") else key == prefix
            if matches and isinstance(value, int | float):
                series.setdefault(key, []).append((record["step"], float(value)))
    return series


def plot(
    title: str, keys: Sequence[str], records: Sequence[dict[str, Any]], unit: str = "step"
) -> str:
    """A figure of the metrics by `step`, which the axis calls `unit`; "" without a value."""
    series: dict[str, list[tuple[int, float]]] = {}
    for key in keys:
        series |= _series(key, records)
    if not series:
        return ""
    xs = [x for line in series.values() for x, _ in line]
    ys = [y for line in series.values() for _, y in line]
    x0, x1, y0, y1 = min(xs), max(xs), min(0.0, *ys), max(*ys, 1e-12)
    shapes = [_axis(x0, x1, y0, y1, unit)]
    legend = []
    for i, (key, line) in enumerate(sorted(series.items())):
        colour = _colour(i, len(series))
        for points, style in _drawn(line):
            path = " ".join(f"{_x(x, x0, x1):.1f},{_y(y, y0, y1):.1f}" for x, y in _thin(points))
            shapes.append(
                f"<polyline fill=none stroke='{colour}' {style} points='{path}'>"
                f"<title>{html.escape(key)}</title></polyline>"
            )
        label = html.escape(key.removeprefix(keys[0]) if keys[0].endswith("/") else key)
        legend.append(f"<span style='color:{colour}'>{label} {line[-1][1]:.4g}</span>")
    return (
        f"<figure><figcaption>{html.escape(title)}</figcaption>"
        f"<svg viewBox='0 0 {_W} {_H}' role=img aria-label='{html.escape(title)}'>"
        f"{''.join(shapes)}</svg><small>{' &middot; '.join(legend)}</small></figure>"
    )


def _colour(number: int, count: int) -> str:
    if count <= len(_COLOURS):
        return _COLOURS[number]
    return f"hsl({360 * number // count} 65% 42%)"


def _drawn(line: list[tuple[int, float]]) -> list[tuple[list[tuple[int, float]], str]]:
    """The polylines of a series: itself, or faint with its running mean when it is long."""
    if len(line) <= _NOISY:
        return [(line, "stroke-width=1.5")]
    reach = max(2, len(line) // 40)
    smooth = [
        (x, sum(y for _, y in part) / len(part))
        for i, (x, _) in enumerate(line)
        if (part := line[max(0, i - reach) : i + reach + 1])
    ]
    return [(line, "stroke-width=.6 opacity=.25"), (smooth, "stroke-width=1.6")]


def _thin(line: list[tuple[int, float]], most: int = 400) -> list[tuple[int, float]]:
    step = max(1, len(line) // most)
    return [*line[::step], line[-1]]


def _x(x: float, x0: float, x1: float) -> float:
    return _PAD + (x - x0) / max(x1 - x0, 1) * (_W - _PAD - 8)


def _y(y: float, y0: float, y1: float) -> float:
    return _H - 20 - (y - y0) / max(y1 - y0, 1e-12) * (_H - 30)


def _axis(x0: float, x1: float, y0: float, y1: float, unit: str) -> str:
    bottom = _H - 20
    grey = "stroke='#8c959f' stroke-width=.7"
    text = "font-size=9 fill='#8c959f'"
    return (
        f"<line x1={_PAD} y1={bottom} x2={_W - 8} y2={bottom} {grey} />"
        f"<line x1={_PAD} y1=10 x2={_PAD} y2={bottom} {grey} />"
        f"<text x=2 y=16 {text}>{y1:.3g}</text><text x=2 y={bottom} {text}>{y0:.3g}</text>"
        f"<text x={_PAD} y={_H - 6} {text}>{unit} {x0:g}</text>"
        f"<text x={_W - 40} y={_H - 6} {text}>{x1:g}</text>"
    )


def _headlines(records: Sequence[dict[str, Any]]) -> str:
    """The first and the latest value of the main metrics."""
    if not records:
        return "<p>No step is finished yet.</p>"
    cards = []
    for key, name in _HEADLINES:
        values = [float(r[key]) for r in records if isinstance(r.get(key), int | float)]
        if not values:
            continue
        many = 1 if key.startswith("heldout/") else min(_EARLY_AND_LATE, len(values))
        first, last = sum(values[:many]) / many, sum(values[-many:]) / many
        cards.append(f"<li>{html.escape(name)}<b>{first:.4g} &rarr; {last:.4g}</b></li>")
    return f"<p>{records[-1]['step']} steps.</p><ul class=cards>{''.join(cards)}</ul>"


def _summary(records: Sequence[dict[str, Any]]) -> str:
    rows = []
    for key in sorted({key for record in records for key in record}):
        values = [r[key] for r in records if isinstance(r.get(key), int | float)]
        if values and key not in ("step", "time") and not key.startswith("seconds/"):
            rows.append(
                f"<tr><td>{html.escape(key)}<td>{values[0]:.5g}<td>{values[-1]:.5g}</tr>"
            )  # fmt: skip
    head = "<tr><th>metric<th>first<th>last</tr>"
    return (
        f"<details><summary>first and last value of every metric</summary>"
        f"<table>{head}{''.join(rows)}</table></details>"
    )


def _sample(sample: dict[str, Any]) -> str:
    head = " ".join(f"{key}={sample[key]}" for key in ("step", "suite", "status", "reward") if
                    key in sample)  # fmt: skip
    body = html.escape(str(sample.get("prompt", ""))), html.escape(str(sample.get("completion")))
    return (
        f"<details><summary>{html.escape(head)}</summary>"
        f"<pre>{body[0]}</pre><pre>{body[1]}</pre></details>"
    )
