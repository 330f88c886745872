"""Write the cases of the match of graders: our labelled answers, and recorded rollouts.

    python benchmarks/match_cases.py --out CASES [--data-dir DATA] [--problems N]
    assay match --graders benchmarks/graders.toml --cases CASES/labelled.jsonl \
        --cases CASES/rollouts.jsonl

`labelled.jsonl` holds the answers of tests/tasks/math_verifier/cases.jsonl and blind.jsonl, in
boxes; assay is tuned to all of them, which `known_to` says. `rollouts.jsonl` holds the four
completions of each GSM8K problem that OpenAI published, a group each, with OpenAI's own labels.
"""

import argparse
import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1] / "tests" / "tasks" / "math_verifier"
ROLLOUTS = "outputs/gsm8k_openai_example_model_solutions.jsonl.gz"


def labelled() -> Iterator[dict[str, Any]]:
    """Our labelled answers that nobody contests."""
    for name in ("cases", "blind"):
        for line in (TESTS / f"{name}.jsonl").read_text("utf-8").split("\n"):
            row = json.loads(line) if line.strip() else None
            if row is None or row.get("contested"):
                continue
            said = row.get("completion", f"The answer is $\\boxed{{{row.get('answer')}}}$.")
            yield {
                "gold": row["gold"], "completion": said, "expected": row["equal"],
                "kind": row["kind"], "provenance": f"assay, {name}", "known_to": ["assay"],
            }  # fmt: skip


def rollouts(folder: Path, problems: int | None) -> Iterator[dict[str, Any]]:
    """Groups of completions of one problem, with the published final answer as the gold."""
    with gzip.open(folder / ROLLOUTS, "rt", encoding="utf-8") as file:
        for number, line in enumerate(itertools.islice(file, problems)):
            row = json.loads(line)
            gold = row["ground_truth"].rpartition("A:")[2].strip()
            for name, text in sorted(row.items()):
                solution = text.get("solution") if isinstance(text, dict) else None
                if isinstance(solution, str):
                    work, _, final = (part.strip() for part in solution.rpartition("A:"))
                    yield {
                        "gold": gold,
                        "completion": f"{work}\nThe answer is $\\boxed{{{final}}}$.",
                        "expected": bool(text["is_correct"]), "kind": f"rollout of {name}",
                        "provenance": "OpenAI, GSM8K model solutions", "group": str(number),
                    }  # fmt: skip


def main() -> None:
    """Write the files."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--data-dir", type=Path, default=None)
    options.add_argument("--problems", type=int, default=None, help="Groups of rollouts.")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    sets = {"labelled": list(labelled())}
    if given.data_dir is not None:
        sets["rollouts"] = list(rollouts(given.data_dir, given.problems))
    for name, rows in sets.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (given.out / f"{name}.jsonl").write_text(text, "utf-8")
        print(f"{name}: {len(rows)} cases")


if __name__ == "__main__":
    main()
