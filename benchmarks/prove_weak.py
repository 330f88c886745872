"""What stands behind the shares of weak tests on MBPP and HumanEval: which wrong programs pass.

    python benchmarks/prove_weak.py

Reads the cards in results/proofs. A problem has weak tests when a program that is proved wrong
passes them. Published shares are 17.9% of MBPP and 10.3% of HumanEval; their wrong programs are
not ours, and how they were chosen is not known. Here the problems are counted by the kind of
wrong program that shows it, and by how often that program is wrong: on which share of inputs like
those of the tests. Writes results/benchmarks/prove_weak.json.
"""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results"
OUT = RESULTS / "benchmarks" / "prove_weak.json"
PUBLISHED = {"mbpp": 0.179, "humaneval": 0.103}
KINDS = (
    ("always the value of one example", r"passes: the program only does"),
    ("a statement is left out", r"passes: without "),
    ("a number is one off", r"passes: -?\d+ becomes -?\d+;"),
    ("a bound or comparison is moved",
     r"passes: [^;]*(?:<=|>=|<|>|==|!=)[^;]* becomes [^;]*(?:<=|>=|<|>|==|!=)"),
    ("a condition is turned or fixed", r"passes: [^;]* becomes (?:not |True|False)"),
    ("a call is left out or replaced",
     r"passes: [^;]*\w\([^;]* becomes |becomes (?:len|min|max|sum)\b"),
)  # fmt: skip
SHARES = (0.0, 0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)


def kind_of(detail: str) -> str:
    """What was changed in the wrong program that a row names."""
    return next((kind for kind, form in KINDS if re.search(form, detail)), "an operator or value")


def measured(task: str) -> dict[str, Any]:
    """The weak problems of a task by kind, and by how often the wrong program is wrong."""
    card = json.loads((RESULTS / "proofs" / task / "card.json").read_text())
    tally = next(one for one in card["tallies"] if one["check"] == "weak_tests")
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in tally["rows"]:
        kinds[kind_of(row["detail"])].append(row["problem"])
    wrong = [row["figures"]["differs"] for row in tally["rows"]]
    return {
        "tested": tally["tested"],
        "weak": tally["failed"],
        "share": round(tally["failed"] / tally["tested"], 4),
        "published": PUBLISHED[task],
        "by_kind": {
            kind: {"problems": len(rows), "share": round(len(rows) / tally["tested"], 4),
                   "rows": rows}
            for kind, rows in sorted(kinds.items(), key=lambda pair: -len(pair[1]))
        },
        "share_where_the_program_is_wrong_on_at_least": {
            f"{least:.0%} of the inputs": round(sum(x >= least for x in wrong) / tally["tested"], 4)
            for least in SHARES
        },
    }  # fmt: skip


def main() -> None:
    result = {"command": "python benchmarks/prove_weak.py"} | {
        task: measured(task) for task in PUBLISHED
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    for task in PUBLISHED:
        told = {
            **result[task],
            "by_kind": {k: v["share"] for k, v in result[task]["by_kind"].items()},
        }
        print(task, json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
