"""Score recorded model outputs on logic tasks again and compare with what was published.

    python benchmarks/logic_outputs.py --data-dir DATA

BIG-Bench Hard (code-davinci-002, chain of thought; published accuracies of Suzgun et al. 2022,
arXiv:2210.09261, table of the Codex CoT column), BIG-Bench-Mistake (Tyen et al. 2023,
arXiv:2311.08516; a label compares answer and target) and the game of 24: GPT-4 CoT, 100 samples of
100 puzzles, with the labels of Yao et al. 2023 (arXiv:2305.10601), and GPT-4 standard prompting
(accuracy of Suzgun and Kalai 2024, arXiv:2401.12954). Writes
results/reproductions/logic_outputs.json and .md; every label that differs is listed there with a
judgement.
"""

import argparse
import gzip
import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.tasks import Suite, load
from data_option import parse_with_data
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
BBH = {
    "date_understanding": 87.2,
    "logical_deduction_three_objects": 87.6,
    "navigate": 96.4,
    "penguins_in_a_table": 79.5,
    "reasoning_about_colored_objects": 91.6,
    "temporal_sequences": 96.8,
}
"""Published accuracy in percent."""
META_PROMPTING = 3.0
"""Likewise, game of 24, standard prompting."""
MISTAKE = {"multistep_arithmetic": "number", "word_sorting": "words", "dyck_languages": "brackets"}


def judgement(one: dict[str, Any], source: str) -> str:
    """Which of the two is right where a label and our verdict differ, and why."""
    if source.startswith("game24") and one["label"] and "may follow" in one["reason"]:
        return "the expression makes 24 but the answer says another value: refused as written"
    letters = [re.sub(r"[\s,.]", "", text) for text in (one["extracted"], one["gold"])]
    if one["ours"] and not one["label"] and letters[0] == letters[1]:
        return "ours: the label compares text; only commas, spaces or a full stop differ"
    return "not judged"


@dataclass
class Table:
    """What was found for one file."""

    source: str
    published: float | None
    samples: int = 0
    correct: int = 0
    labelled_correct: int = 0
    disagreements: list[dict[str, Any]] = field(default_factory=list)

    def add(self, suite: Suite, index: int, completion: str, label: bool | None) -> None:
        """Verify one completion and keep it when the label says otherwise."""
        problem = suite[index]
        verdict = suite.verify(problem, completion)
        self.samples += 1
        self.correct += verdict.correct
        self.labelled_correct += bool(label)
        if label is not None and label != verdict.correct:
            one = {
                "problem": problem.id, "gold": problem.answer[:300], "label": label,
                "ours": verdict.correct, "extracted": (verdict.extracted or "")[:300],
                "reason": verdict.reason, "end": completion[-200:],
            }  # fmt: skip
            self.disagreements.append(one | {"judged": judgement(one, self.source)})

    def as_dict(self) -> dict[str, Any]:
        """The row of the result file."""
        return {
            "source": self.source,
            "samples": self.samples,
            "published_percent": self.published,
            "ours_percent": round(100 * self.correct / self.samples, 2),
            "disagreements": self.disagreements,
        }


def _jsonl(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def bbh(data: Path) -> list[Table]:
    """The six recorded tasks, row by row in the order of the task's own file."""
    tables = []
    for task, published in BBH.items():
        path = data / "outputs" / "bbh_code-davinci-002_cot" / f"{task}.json.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            outputs = json.load(file)["outputs"]
        suite = load(f"bbh:{task}", data_dir=str(data))
        table = Table(f"bbh/{task}", published)
        for index, output in enumerate(tqdm(outputs, desc=task)):
            table.add(suite, index, output["prediction"], None)
        tables.append(table)
    return tables


def mistake(data: Path) -> list[Table]:
    """The three tasks of BIG-Bench-Mistake; the published label is answer == target."""
    tables = []
    for task, kind in MISTAKE.items():
        rows = _jsonl(data / "outputs" / "bigbench_mistake" / f"{task}.jsonl.gz")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.jsonl"
            lines = [{"question": row["input"], "answer": row["target"]} for row in rows]
            path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            suite = load("exact_answer", path=str(path), kind=kind)
        labels = [str(row["answer"]).split() == row["target"].split() for row in rows]
        table = Table(f"bigbench_mistake/{task}", 100 * sum(labels) / len(labels))
        for index, row in enumerate(tqdm(rows, desc=task)):
            table.add(suite, index, "\n".join(row["steps"]), labels[index])
        tables.append(table)
    return tables


def game_of_24(data: Path) -> list[Table]:
    """100 samples of each of puzzles 900 to 999; the label is the authors' own check."""
    path = data / "outputs" / "game24" / "gpt-4_naive_cot_sample_100.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        recorded = json.load(file)
    suite = load("game24", data_dir=str(data))
    labels = [info["r"] for puzzle in recorded for info in puzzle["infos"]]
    table = Table("game24/gpt-4 cot", 100 * sum(labels) / len(labels))
    for puzzle in tqdm(recorded, desc="game24"):
        for text, info in zip(puzzle["ys"], puzzle["infos"], strict=True):
            table.add(suite, puzzle["idx"], text, bool(info["r"]))
    return [table, standard_prompting(data)]


def standard_prompting(data: Path) -> Table:
    """100 puzzles, one answer each; the accuracy is published, labels are not."""
    rows = _jsonl(data / "outputs" / "meta_prompting" / "Standard_GameOf24-zero-shot-cot.jsonl.gz")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        lines = [json.dumps({"puzzle": row["input"]}) + "\n" for row in rows]
        path.write_text("".join(lines), encoding="utf-8")
        suite = load("game24", path=str(path))
    table = Table("game24/gpt-4 standard", META_PROMPTING)
    for index, row in enumerate(rows):
        table.add(suite, index, row["output"], None)
    return table


def markdown(tables: list[Table]) -> str:
    """The table for readers."""
    lines = [
        "# Recorded logic outputs, scored again", "",
        "| source | samples | published % | ours % | labels that differ |",
        "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for row in (table.as_dict() for table in tables):
        published = "-" if row["published_percent"] is None else f"{row['published_percent']:.2f}"
        unlabelled = row["source"].startswith("bbh/") or row["source"].endswith("standard")
        labels = "-" if unlabelled else len(row["disagreements"])
        lines.append(
            f"| {row['source']} | {row['samples']} | {published} | {row['ours_percent']:.2f} "
            f"| {labels} |"
        )
    lines += [
        "",
        "A dash: accuracies are published without labels.",
        "",
        "## Labels that differ",
        "",
    ]
    for table in tables:
        for one in table.disagreements:
            end = " ".join(one["end"].split())[-120:].replace("|", "\\|")
            lines.append(
                f"- {table.source} {one['problem']}: label {one['label']}, ours {one['ours']}: "
                f"{one['reason']}. Judged: {one['judged']}. Gold `{one['gold'][:120]}`, "
                f"end of the answer: `{end}`"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Score everything and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    data = parse_with_data(parser).data_dir
    tables = [*bbh(data), *mistake(data), *game_of_24(data)]
    folder = ROOT / "results" / "reproductions"
    rows = [table.as_dict() for table in tables]
    (folder / "logic_outputs.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (folder / "logic_outputs.md").write_text(markdown(tables), encoding="utf-8")
    print(markdown(tables)[:3000])


if __name__ == "__main__":
    main()
