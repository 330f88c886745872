"""The leaderboard as Markdown: one table per comparable group."""

from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError


def as_markdown(board: Mapping[str, Any]) -> str:
    """One section per group, then what could not be read."""
    parts = ["# Leaderboard", "", f"Made {board['made']} by assay {board['version']}.", ""]
    parts.append(
        "Ranks exist only among runs that sat the same problems. Accuracy is the mean over the "
        "problems that all ranked runs sat, with its 95% interval. Models that no test separates "
        "(Holm-corrected over all pairs) share ranks."
    )
    for group in board["groups"]:
        parts += ["", *group_lines(board, group)]
    failed = [run for run in board["runs"] if run["state"] == "failed"]
    if failed:
        parts += ["", "## Failed runs", ""]
        parts += [f"- {run['run_id']} ({_text(run['model'])}): {run['reason']}" for run in failed]
    if board["notices"]:
        parts += ["", "## Notices", ""]
        parts += [f"- {one['run']}: {_text(one['message'])}" for one in board["notices"]]
    return "\n".join(parts) + "\n"


def group_lines(board: Mapping[str, Any], group: Mapping[str, Any]) -> list[str]:
    """The section of one group."""
    entries = {entry["id"]: entry for entry in board["entries"]}
    several = len(group["tasks"]) > 1
    problems = f"{group['core']} problem{'' if group['core'] == 1 else 's'}"
    over = f"{problems} of {len(group['tasks'])} tasks" if several else problems
    lines = [f"## {_text(group['label'])}", "", _text(group["sentence"])]
    if group["rows"]:
        lines[-1] += f" Over the {over} that all ranked runs sat."
        lines += ["", *_table(entries, group, several)]
    if group["below"]:
        lines += ["", "Not comparable, so without a rank:", ""]
        lines += [_below(entries[one["entry"]], one) for one in group["below"]]
    return lines


def _table(entries: Mapping[str, Any], group: Mapping[str, Any], several: bool) -> list[str]:
    rows = sorted(group["rows"].items(), key=lambda item: (-item[1]["accuracy"], item[0]))
    columns = ["rank", "model", "accuracy", "95% interval", *(["macro"] if several else []),
               "samples", "tokens", "run"]  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for id, row in rows:
        macro = [f"{row['macro']:.1%}"] if several else []
        cells = [
            place(row["rank"]),
            _text(entries[id]["name"]),
            f"{row['accuracy']:.1%}",
            f"[{row['low']:.1%}, {row['high']:.1%}]",
            *macro,
            str(row["samples"]),
            "-" if row["tokens"] is None else f"{row['tokens']:.0f}",
            ", ".join(entries[id]["runs"]),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def place(rank: Mapping[str, int]) -> str:
    """A rank set for people: `2`, or `2-4` with an en dash."""
    best, worst = rank["best"], rank["worst"]
    return str(best) if best == worst else f"{best}\N{EN DASH}{worst}"


def _below(entry: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    row = one["row"]
    score = f"; {row['accuracy']:.1%} of {row['problems']} problems" if row else ""
    return f"- {_text(entry['name'])} ({', '.join(entry['runs'])}): {one['reason']}{score}"


def _text(text: str) -> str:
    """Text that cannot end a table's cell or a line."""
    return " ".join(text.replace("|", "\\|").split())


def find_group(board: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The group with this label or id, or of this suite. Raises UsageError listing the groups."""
    suites = {task["id"]: task["suite"] for task in board["tasks"]}
    found = [
        group
        for group in board["groups"]
        if name in (group["label"], group["id"])
        or (len(group["tasks"]) == 1 and suites[group["tasks"][0]] == name)
    ]
    if len(found) == 1:
        return found[0]  # type: ignore[no-any-return]
    listed = "; ".join(f"{group['label']} [{group['id']}]" for group in found or board["groups"])
    what = f"{len(found)} boards have" if found else "no board has"
    raise UsageError(f"--group {name!r}: {what} this name; there are: {listed}")
