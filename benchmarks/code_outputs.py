"""Score recorded model outputs on code tasks again and compare with what was published.

    python benchmarks/code_outputs.py --data-dir DATA [--only NAME]

CRUXEval output prediction of CodeLlama-7b, ten samples a problem with their labels (Gu et al.
2024, arXiv:2401.03065); CRUXEval outputs of two models in ZeroEval's JSON form, with the
accuracies of its table; LiveCodeBench programs of o1-mini with their labels (Jain et al. 2024,
arXiv:2403.07974). Its hidden cases are not in the file, so the programs run on the examples of
each statement, which every program that was graded right must pass. Writes
results/reproductions/code_outputs.json and .md; every label that differs is named there.
"""

import argparse
import ast
import gzip
import json
import platform
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assay.tasks import Suite, Verdict, load
from assay.tasks.prompting import reply
from data_option import parse_with_data

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "reproductions" / "code_outputs"
_ASKED = re.compile(r"\[PYTHON\].*\[/PYTHON\]", re.DOTALL)
_SAMPLES = re.compile(
    r"Sample Input \d+:?\s*\n(.*?)\n\s*Sample Output \d+:?\s*\n+(.*?)(?=\n\s*\n|\Z)", re.DOTALL
)
_EXAMPLES = re.compile(r"Input: (.*?)\nOutput: (.*?)(?=\n|\Z)", re.DOTALL)
LIVE = "livecodebench/o1-mini-2024-09-12.json.gz"
EXPLAINED = {
    "expression": "the answer is an expression, which the published check evaluates; a literal "
    "was asked for, and nothing is evaluated here",
    "notation": "the same value in another notation: the table's rule compares texts",
    "not the value": "the text without its quotes is the same, the value is not (or it is no JSON)",
    "example": "the statement's example is not data alone: blank lines in the input, or a remark "
    "in place of an empty output",
}


@dataclass
class Part:
    """One recorded file: the published figure, ours, and every label that differs."""

    name: str
    published: float | None
    samples: int = 0
    ours: int = 0
    labelled: bool = True
    note: str = ""
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    differ: list[dict[str, Any]] = field(default_factory=list)

    @property
    def percent(self) -> float:
        return round(100 * self.ours / self.samples, 2) if self.samples else 0.0

    def add(self, verdict: Verdict) -> None:
        self.samples += 1
        self.ours += verdict.correct
        self.statuses[verdict.status] = self.statuses.get(verdict.status, 0) + 1


def _read(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def codellama(folder: Path, suite: Suite) -> Part:
    """CRUXEval's own scored samples."""
    data = _read(folder / "cruxeval" / "codellama-7b_temp0.2_output_scored.json.gz")
    part = Part("cruxeval/codellama-7b", round(data["pass_at_1"], 2))
    for number, texts in data["raw_generations"].items():
        problem = suite.find(number)
        for text, label in zip(texts, data["raw_scored_generations"][number], strict=True):
            verdict = suite.verify(problem, reply(text))
            part.add(verdict)
            if verdict.correct != label:
                why = "expression" if _is_expression(text) else ""
                part.differ.append(
                    {"id": number, "label": label, "ours": verdict.correct, "answer": text[:200],
                     "gold": problem.answer[:200], "why": why}
                )  # fmt: skip
    return part


def _is_expression(text: str) -> bool:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return False
    try:
        ast.literal_eval(tree)
    except ValueError:
        return True
    return False


def zeroeval(folder: Path, suite: Suite, model: str) -> Part:
    """ZeroEval's CRUX outputs: a JSON object with reasoning and answer."""
    table = json.loads((folder / "zeroeval" / "crux.summary.json").read_text())
    published = next(float(row["Acc"]) for row in table if row["Model"] == model)
    part = Part(f"zeroeval/crux/{model}", published)
    problems = {_asked(problem.prompt): problem for problem in suite}
    labels = 0
    for row in _read(folder / "zeroeval" / "crux" / f"{model}.json.gz"):
        problem, text = problems[_asked(row["question"])], row["output"][0]
        verdict = suite.verify(problem, text)
        part.add(verdict)
        answer = _json_answer(text)
        label = answer is not None and _bare(answer.replace("\n", "\\n")) == _bare(row["answer"])
        labels += label
        if verdict.correct != label:
            why = "notation" if verdict.correct else "not the value"
            part.differ.append(
                {"id": problem.id, "label": label, "ours": verdict.correct, "why": why,
                 "answer": str(answer or text[-200:])[:200], "gold": problem.answer[:200]}
            )  # fmt: skip
    rate = 100 * labels / part.samples
    part.note = (
        "the table's rule compares texts without their outer quotes; applied here it gives "
        f"{rate:.2f} %, and the labels are those of that rule"
    )
    return part


def _json_answer(text: str) -> str | None:
    """The answer field, read as the table's rule reads it: as JSON, else by its quotes."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return str(json.loads(text[start : end + 1], strict=False)["answer"])
    except (ValueError, KeyError, TypeError):
        found = re.search(r'"answer"\s*:\s*"?(.*?)"?[\s}`]*$', text, re.DOTALL)
        return found[1] if found else None


def _bare(text: str) -> str:
    return text.strip("'\"")


def _asked(text: str) -> str:
    found = _ASKED.search(text)
    assert found is not None
    return found[0]


def _cases(row: dict[str, Any]) -> list[dict[str, str]]:
    """The examples of a statement as cases of the benchmark's format."""
    text = row["question_content"].replace("\r\n", "\n").replace("\xa0", " ")
    if not row["starter_code"]:
        return [
            {"input": given.strip() + "\n", "output": shown.strip(), "testtype": "stdin"}
            for given, shown in _SAMPLES.findall(text)
        ]
    cases = []
    for given, shown in _EXAMPLES.findall(text):
        values = re.split(r",\s*[A-Za-z_]\w*\s*=\s*", ", " + given.strip())[1:]
        try:
            inputs = [json.dumps(json.loads(value)) for value in values]
            output = json.dumps(json.loads(shown.strip()))
        except ValueError:
            continue
        cases.append({"input": "\n".join(inputs), "output": output, "testtype": "functional"})
    return cases


def livecodebench(folder: Path, workers: int) -> Part:
    """Programs that were graded right must pass the examples of their statements."""
    rows = _read(folder / LIVE)
    part = Part("livecodebench/o1-mini (examples only)", None)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.jsonl"
        made = [
            {key: row[key] for key in ("question_id", "question_content", "starter_code")}
            | {"public_test_cases": cases, "contest_date": row["contest_date"]}
            for row in rows
            if (cases := _cases(row))
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in made))
        suite = load("livecodebench", path=str(path))
    labels = {row["question_id"]: (row["graded_list"][0], row["output_list"][0]) for row in rows}
    problems = list(suite)
    verdicts = suite.verify_many(problems, [labels[p.id][1] for p in problems], workers)
    right = sum(labels[problem.id][0] for problem in problems)
    for problem, verdict in zip(problems, verdicts, strict=True):
        part.add(verdict)
        if labels[problem.id][0] and not verdict.correct:
            part.differ.append(
                {"id": problem.id, "label": True, "ours": False, "answer": verdict.reason[:300],
                 "gold": json.dumps(problem.meta["cases"])[:300], "why": "example"}
            )  # fmt: skip
    part.note = (
        f"{len(rows)} programs, {len(problems)} with an example that can be read; {right} of these "
        f"were graded right, and {right - len(part.differ)} of them pass the examples here"
    )
    return part


def parts(folder: Path, data_dir: str, workers: int) -> Iterator[tuple[str, Any]]:
    """Each measurement by name."""
    suite = load("cruxeval", data_dir=data_dir)
    yield "codellama", lambda: codellama(folder, suite)
    for model in ("gpt-3.5-turbo-0125", "o1-mini-2024-09-12"):
        yield model, lambda model=model: zeroeval(folder, suite, model)
    yield "livecodebench", lambda: livecodebench(folder, workers)


def _table(done: list[Part]) -> str:
    lines = [
        "# Recorded code outputs, scored again",
        "",
        "Made by `python benchmarks/code_outputs.py --data-dir DATA`.",
        "",
        "| source | samples | published % | ours % | labels that differ |",
        "|---|---:|---:|---:|---:|",
    ]
    for one in done:
        published = "-" if one.published is None else f"{one.published:.2f}"
        differ = str(len(one.differ)) if one.labelled else "-"
        lines.append(f"| {one.name} | {one.samples} | {published} | {one.percent:.2f} | {differ} |")
    lines += ["", "A dash: no figure, or an accuracy that is published without labels.", ""]
    lines += [f"- {one.name}: {one.note}." for one in done if one.note]
    lines += ["", "## Labels that differ", ""]
    for one in done:
        for item in one.differ:
            why = EXPLAINED.get(item["why"], item["why"])
            answer = item["answer"].replace("\n", " ").replace("`", "'")
            gold = item["gold"].replace("\n", " ").replace("`", "'")
            lines.append(
                f"- {one.name} {item['id']}: label {item['label']}, ours {item['ours']}. "
                f"{why} Answer `{answer}`, gold `{gold}`"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", help="one part; writes nothing")
    parser.add_argument("--workers", type=int, default=2)
    options = parse_with_data(parser)
    done = []
    for name, measure in parts(
        options.data_dir / "outputs", str(options.data_dir), options.workers
    ):
        if options.only and name != options.only:
            continue
        started = time.perf_counter()
        part = measure()
        part.seconds = round(time.perf_counter() - started, 1)
        done.append(part)
        print(part.name, part.samples, part.published, part.percent, len(part.differ), part.note)
        if options.only:
            print(json.dumps(part.differ, indent=1)[:20_000])
    if not options.only:
        report = {
            "python": platform.python_version(),
            "parts": [asdict(one) | {"percent": one.percent} for one in done],
        }
        OUT.with_suffix(".json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
        OUT.with_suffix(".md").write_text(_table(done))


if __name__ == "__main__":
    main()
