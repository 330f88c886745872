"""The leaderboard as Markdown: one table per suite, and one for all."""

from typing import Any


def as_markdown(board: dict[str, Any]) -> str:
    """One table per suite, and one over all suites when there are several."""
    parts = ["# Leaderboard", "", f"Made {board['made']} by assay {board['version']}.", ""]
    parts.append(
        "Accuracy is the mean over problems, with its 95% interval. Models that no test separates "
        "(Holm-corrected over all pairs) share ranks."
    )
    names = [suite["name"] for suite in board["suites"]]
    for view in (["all"] if len(names) > 1 else []) + names:
        parts += ["", f"## {view}", "", *_table(board, view)]
    return "\n".join(parts) + "\n"


def _table(board: dict[str, Any], view: str) -> list[str]:
    rows = [(run, run["scores"][view]) for run in board["runs"] if view in run["scores"]]
    rows.sort(key=lambda pair: (-pair[1]["accuracy"], pair[0]["run_id"]))
    lines = [
        "| rank | model | accuracy | 95% interval | problems | samples | tokens | run |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for run, row in rows:
        rank = row["rank"]
        best, worst = rank["best"], rank["worst"]
        place = str(best) if best == worst else f"{best}\N{EN DASH}{worst}"
        tokens = "-" if row["tokens"] is None else f"{row['tokens']:.0f}"
        cells = [
            place,
            run["model"].replace("|", "\\|"),
            f"{row['accuracy']:.1%}",
            f"[{row['low']:.1%}, {row['high']:.1%}]",
            str(row["problems"]),
            str(row["samples"]),
            tokens,
            run["run_id"],
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines
