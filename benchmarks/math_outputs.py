"""Score recorded model outputs again and compare with the labels that were published.

    python benchmarks/math_outputs.py --data-dir DATA

Writes results/reproductions/math_outputs.json and .md: for each file the published accuracy,
ours, and every disagreement with its judgement from benchmarks/math_judgements.json. If the
publisher gives no labels, our verdict is compared with a reading of the last number of the
answer.
"""

import argparse
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from assay.tasks.math.verifier import verify_math
from data_option import parse_with_data

_ROOT = Path(__file__).resolve().parents[1]
_CALCULATOR = re.compile(r"<<.*?>>")


@dataclass(frozen=True)
class Sample:
    """One recorded completion with the label its publisher gave it, where it gave one."""

    source: str
    key: str
    gold: str
    completion: str
    label: bool | None


def _lines(path: Path) -> Iterator[dict]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _array(path: Path) -> list[dict]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def gsm8k_openai(folder: Path) -> Iterator[Sample]:
    """5,276 solutions of four models, each with is_correct."""
    path = folder / "gsm8k_openai_example_model_solutions.jsonl.gz"
    for index, row in enumerate(_lines(path)):
        gold = row["ground_truth"].rsplit("A:", 1)[-1].strip()
        for model in ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"):
            solution = _CALCULATOR.sub("", row[model]["solution"])
            # The models were trained to end with "A: 18".
            completion = re.sub(r"(?m)^A:", "####", solution)
            label = row[model]["is_correct"]
            yield Sample(f"gsm8k_openai/{model}", f"{index}", gold, completion, label)


def zeroeval(folder: Path) -> Iterator[Sample]:
    """Raw JSON answers; the accuracy per model is published, the labels are not."""
    for suite in ("gsm", "math-l5"):
        for path in sorted((folder / "zeroeval" / suite).glob("*.json.gz")):
            for row in _array(path):
                gold = row["answer"].removeprefix("#").strip()
                source = f"zeroeval/{suite}/{path.name.removesuffix('.json.gz')}"
                yield Sample(source, str(row["id"]), gold, row["output"][0], None)


def qwen_math(folder: Path) -> Iterator[Sample]:
    """Many samples per MATH problem, each with a score."""
    for row in _lines(folder / "qwen_math" / "math_cot_100.jsonl.gz"):
        for number, (code, score) in enumerate(zip(row["code"], row["score"], strict=True)):
            yield Sample("qwen_math", f"{row['idx']}/{number}", row["gt"], code, bool(score))


def tora(folder: Path) -> Iterator[Sample]:
    """Trajectories that end with a boxed answer; 80.7% is published."""
    for row in _lines(folder / "tora" / "tora-code-34b_gsm8k.jsonl.gz"):
        yield Sample("tora", str(row["idx"]), row["gt"], f"\\boxed{{{row['pred'][0]}}}", None)


def program_of_thoughts(folder: Path) -> Iterator[Sample]:
    """Values that generated programs had; the first line of the file is the prompt."""
    for index, row in enumerate(_lines(folder / "pot" / "gsm8K_s0_e-1_11_17_10_20.jsonl.gz")):
        if "executed" in row:
            completion = f"\\boxed{{{row['executed']}}}"
            yield Sample("program_of_thoughts", str(index), str(row["answer"]), completion, None)


def rasbt(folder: Path) -> Iterator[Sample]:
    """Boxed predictions for MATH-500, without labels."""
    for name in ("gpt", "qwen3"):
        rows = _array(folder / "math500_rasbt" / f"math500_{name}_answers.json")
        for index, row in enumerate(rows):
            yield Sample(f"rasbt/{name}", str(index), row["answer"], row["prediction"] or "", None)


def meta_prompting(folder: Path) -> Iterator[Sample]:
    """French MGSM answers under a ">> FINAL ANSWER" heading."""
    path = folder / "meta_prompting" / "ZeroShotCoT_MGSM_FR-zero-shot-cot.jsonl.gz"
    for index, row in enumerate(_lines(path)):
        text = row.get("output") or row["message_log"][-1]["content"]
        marked = re.findall(r'FINAL ANSWER:\s*"""\s*(.*?)\s*"""', text, re.DOTALL)
        completion = f"Answer: {marked[-1]}" if marked else text
        yield Sample("meta_prompting/mgsm_fr", str(index), row["target"], completion, None)


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def last_number(sample: Sample, extracted: str | None) -> bool | None:
    """Whether the last number of the answer is the gold, to a thousandth; None for other golds."""
    gold = _NUMBER.fullmatch(sample.gold.replace(",", ""))
    if gold is None or not sample.source.startswith(("zeroeval/gsm", "tora", "program", "meta")):
        return None
    found = _NUMBER.findall((extracted or "").replace(",", ""))
    value = float(gold[0])
    return bool(found) and abs(float(found[-1]) - value) <= 1e-3 * max(1.0, abs(value))


READERS = (gsm8k_openai, zeroeval, qwen_math, tora, program_of_thoughts, rasbt, meta_prompting)


def published(folder: Path) -> dict[str, float]:
    """Accuracies that the publishers state, in percent."""
    found = {"tora": 80.7}
    for suite in ("gsm", "math-l5"):
        path = folder / "zeroeval" / f"{suite}.summary.json"
        for row in json.loads(path.read_text("utf-8")):
            found[f"zeroeval/{suite}/{row['Model']}"] = float(row["Acc"])
    return found


def compare(folder: Path) -> dict:
    """Every sample verified; the disagreements with their judgement."""
    judged_path = _ROOT / "benchmarks" / "math_judgements.json"
    judged = json.loads(judged_path.read_text("utf-8")) if judged_path.exists() else {}
    totals: dict[str, dict] = {}
    disagreements = []
    for reader in READERS:
        for sample in reader(folder):
            verdict = verify_math(sample.gold, sample.completion)
            total = totals.setdefault(sample.source, {"samples": 0, "correct": 0, "labelled": 0})
            total["samples"] += 1
            total["correct"] += verdict.correct
            label = sample.label
            if label is None:
                label = last_number(sample, verdict.extracted)
            else:
                total["labelled"] += 1
                total["labels_correct"] = total.get("labels_correct", 0) + label
            if label is not None and label != verdict.correct:
                key = f"{sample.source}/{sample.key}"
                entry = {
                    **asdict(sample),
                    "completion": sample.completion[-160:],
                    "last_number": None if sample.label is not None else label,
                    "extracted": verdict.extracted,
                    "ours": verdict.correct,
                    "reason": verdict.reason,
                    "judgement": judged.get(key, "not judged"),
                }
                disagreements.append(entry)
    known = published(folder)
    for source, total in totals.items():
        total["accuracy"] = round(100 * total["correct"] / total["samples"], 2)
        if total["labelled"]:
            total["published"] = round(100 * total["labels_correct"] / total["labelled"], 2)
        elif source in known:
            total["published"] = known[source]
    return {"totals": totals, "disagreements": disagreements}


def markdown(result: dict) -> str:
    """The comparison as a table, then each disagreement."""
    lines = ["# Recorded math outputs, scored again", ""]
    lines += ["| source | samples | published % | ours % |", "|---|---:|---:|---:|"]
    for source, total in result["totals"].items():
        row = (source, total["samples"], total.get("published", "-"), total["accuracy"])
        lines.append("| " + " | ".join(map(str, row)) + " |")
    labelled = [one for one in result["disagreements"] if one["label"] is not None]
    others = [one for one in result["disagreements"] if one["label"] is None]
    lines += _table(f"Disagreements with a label: {len(labelled)}", labelled, "label")
    title = f"Without labels, other than the last number of the answer: {len(others)}"
    return "\n".join(lines + _table(title, others, "last_number")) + "\n"


def _table(title: str, entries: list[dict], column: str) -> list[str]:
    lines = ["", f"## {title}", ""]
    lines += [
        f"| sample | gold | taken | {column} | ours | judgement |",
        "|---|---|---|---|---|---|",
    ]
    for one in entries:
        taken = " ".join(str(one["extracted"]).split())[:60].replace("|", "\\|")
        gold = one["gold"].replace("|", "\\|")
        name = f"{one['source']}/{one['key']}"
        judged = f"{one[column]} | {one['ours']} | {one['judgement']}"
        lines.append(f"| {name} | `{gold}` | `{taken}` | {judged} |")
    return lines


def main() -> None:
    """Run the comparison and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    result = compare(parse_with_data(parser).data_dir / "outputs")
    out = _ROOT / "results" / "reproductions"
    out.mkdir(parents=True, exist_ok=True)
    (out / "math_outputs.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    text = markdown(result)
    (out / "math_outputs.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
