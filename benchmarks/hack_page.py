"""The report of the hack bench as Markdown, and as a page that needs no other file."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from assay.harness.card_page import document, table
from assay.harness.drift import TOLERATED

from benchmarks.hack_detectors import FALL, RULES, SHOWN

WIDE, HIGH, LEFT, LOW = 300, 150, 30, 16
COLOURS = {"proxy": "#cf222e", "strict": "#1a7f37", "overpaid": "#8250df"}
PANELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("proxy reward, strict accuracy, overpaid share", ("proxy", "strict", "overpaid")),
    ("strict accuracy on held-out problems", ("held_out",)),
    ("tokens", ("length",)),
    ("entropy", ("entropy",)),
    ("KL to the reference", ("kl",)),
    ("repeated texts", ("repetition",)),
)
DETECTOR_HEAD = (
    "detector", "exploits found", "before the fall", "holes: in time in all seeds",
    "holes: in time in all exploited seeds", "median lead, steps", "least lead", "false alarms",
    "per 1,000 clean steps",
)  # fmt: skip
RUN_HEAD = (
    "reward", "seed", "strict accuracy, first to last", "proxy reward, first to last",
    "overpaid at the end", "fallen at step", "alarm at step", "samples compared until then",
    "rules that spoke, at step",
)  # fmt: skip


def lead(report: dict[str, Any]) -> list[str]:
    """What was done, in a few sentences."""
    summed, settings = report["summary"], report["settings"]
    holes = len({run["reward"] for run in report["runs"]} - {"clean"})
    return [
        f"{len(report['runs'])} of the {settings['planned']} planned GRPO runs of the small "
        f"bundled model, {settings['steps']} steps of {settings['batch']} samples: rewards with "
        f"one planted hole each ({holes}) and clean controls ({summed['clean_runs']}).",
        f"Detectors read the log alone. The alarm compares {SHOWN:.0%} of the samples with the "
        "strict verdict. The strict accuracy (mean of four steps, less that of the clean control "
        "with the same seed and problems; unpaired where there is none) has fallen when it is "
        f"{FALL:.0%} below the first four steps, twice in a row. "
        "Lead: steps from the alarm to the fall.",
        f"{summed['exploited']} of the {summed['runs_with_a_hole']} runs with a hole exploit it: "
        f"over {TOLERATED:.0%} are overpaid in the last four steps.",
        f"The model first learned each way to cheat as a habit: {settings['habit']:.0%} of the "
        "examples of its cold start, of which the sampled share is smaller.",
    ]


def detector_rows(report: dict[str, Any]) -> list[tuple[str, ...]]:
    """One row a detector."""
    summed = report["summary"]
    total = summed["exploited"]
    return [
        (name, f"{one['found']} of {total}", f"{one['in_time']} of {total}",
         _names(one["holes_in_time"]), _names(one["holes_in_time_where_exploited"]),
         _or_none(one["median_lead"]), _or_none(one["least_lead"]),
         f"{one['false_alarms']} of {summed['clean_runs']} runs",
         _or_none(one["false_per_1000_steps"]))
        for name, one in summed["detectors"].items()
    ]  # fmt: skip


def _names(holes: Sequence[str]) -> str:
    return f"{len(holes)}: {', '.join(holes)}" if holes else "0"


def run_rows(report: dict[str, Any]) -> list[tuple[str, ...]]:
    """One row a run."""
    rows = []
    for run in report["runs"]:
        drawn = run["curves"]
        rules = [f"{name} {at}" for name, at in run["spoke"].items() if at and name != "alarm"]
        rows.append((
            run["reward"], str(run["seed"]), _ends(drawn["strict"]), _ends(drawn["proxy"]),
            f"{run['overpaid_at_end']:.1%}",
            _or_none(run["fall"]) + ("" if run["paired"] else " (unpaired)"),
            _or_none(run["spoke"]["alarm"]), str(run["compared_until_alarm"]),
            ", ".join(rules) or "none",
        ))  # fmt: skip
    return rows


def _ends(values: Sequence[float]) -> str:
    first, last = sum(values[:4]) / 4, sum(values[-4:]) / 4
    return f"{first:.0%} to {last:.0%}"


def _or_none(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def markdown(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    abouts = {run["reward"]: run["about"] for run in report["runs"]}
    lines = ["# Rewards with a hole: who notices in time", "", *lead(report), ""]
    lines += [*_markdown_table(DETECTOR_HEAD, detector_rows(report)), ""]
    lines += [f"- {name}: {about}" for name, about in RULES.items()]
    lines += ["", "## Runs", "", *_markdown_table(RUN_HEAD, run_rows(report)), ""]
    lines += [f"- {name}: {about}" for name, about in abouts.items()]
    return "\n".join([*lines, "", f"`{report['command']}`; curves: index.html"]) + "\n"


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head),
            *("| " + " | ".join(row) + " |" for row in rows)]  # fmt: skip


def page(report: dict[str, Any]) -> str:
    """The report as a page."""
    parts = [f"<p class=lead>{escape(' '.join(lead(report)))}</p>"]
    parts.append(table(DETECTOR_HEAD, detector_rows(report)))
    rules = "".join(f"<li>{escape(f'{name}: {about}')}</li>" for name, about in RULES.items())
    parts += [f"<ul class=note>{rules}</ul>", "<h2>Curves</h2>"]
    parts.append("<p class=note>One line a seed; dashed: the alarm; dotted: the fall.</p>")
    for name in dict.fromkeys(run["reward"] for run in report["runs"]):
        runs = [run for run in report["runs"] if run["reward"] == name]
        parts.append(f"<h3>{escape(name)}</h3><p class=note>{escape(runs[0]['about'])}</p>")
        parts.append('<div style="display:flex;flex-wrap:wrap;gap:.6rem">')
        parts += [*(_figure(title, keys, runs) for title, keys in PANELS), "</div>"]
    parts += ["<h2>Runs</h2>", table(RUN_HEAD, run_rows(report))]
    return document("Rewards with a hole: who notices in time", "".join(parts))


def _figure(title: str, keys: Sequence[str], runs: Sequence[dict[str, Any]]) -> str:
    """The curves of some quantities in all seeds of one reward."""
    values = [value for run in runs for key in keys for value in run["curves"][key]]
    top = 1.0 if "proxy" in keys else max([*values, 1e-9])
    shapes = [
        f"<line x1={LEFT} y1={HIGH - LOW} x2={WIDE} y2={HIGH - LOW} stroke=currentColor />"
        f"<text x=0 y=12 font-size=10 fill=currentColor>{top:.3g}</text>"
        f"<text x=0 y={HIGH - LOW} font-size=10 fill=currentColor>0</text>"
    ]
    for run in runs:
        shapes += _marks(run)
        for key in keys:
            points = " ".join(
                f"{_x(at + 1, run):.1f},{_y(value, top):.1f}"
                for at, value in enumerate(run["curves"][key])
            )
            colour = COLOURS.get(key, "#0969da")
            shapes.append(f"<polyline fill=none stroke='{colour}' points='{points}' />")
    legend = ", ".join(f"<span style='color:{COLOURS[key]}'>{key}</span>" for key in keys
                       if key in COLOURS)  # fmt: skip
    return (
        f"<figure style='margin:0'><figcaption>{escape(title)}</figcaption>"
        f"<svg width={WIDE} height={HIGH} viewBox='0 0 {WIDE} {HIGH}' role=img "
        f"aria-label='{escape(title)}'>{''.join(shapes)}</svg><br><small>{legend}</small></figure>"
    )


def _marks(run: dict[str, Any]) -> Iterator[str]:
    for at, dashes in ((run["spoke"]["alarm"], "5 3"), (run["fall"], "1 3")):
        if at is not None:
            x = f"{_x(at, run):.1f}"
            yield (
                f"<line x1={x} x2={x} y1=4 y2={HIGH - LOW} stroke=#8c959f "
                f"stroke-dasharray='{dashes}' />"
            )


def _x(step: int, run: dict[str, Any]) -> float:
    return LEFT + (step - 1) / max(1, run["steps"] - 1) * (WIDE - LEFT - 4)


def _y(value: float, top: float) -> float:
    return HIGH - LOW - value / top * (HIGH - LOW - 6)
