"""Verify the reference solutions of the code benchmarks, and published wrong solutions.

    python benchmarks/code_canonical.py --data-dir DATA [--extra FOLDER] [--only SUITE]

`--extra` is a folder with files that DATA lacks; each is used if it exists:
sanitized-mbpp.json (google-research), puzzles.json (PythonProgrammingPuzzles),
HumanEvalPlus.jsonl and MbppPlus.jsonl (EvalPlus, plain or .gz). Writes
results/reproductions/code_canonical.json and .md: per suite how many references pass, how many
wrong programs fail, and every exception with its verdict.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assay.sandbox import UsageError
from assay.tasks import Suite, load
from assay.tasks.code._stored import fenced
from data_option import parse_with_data

_ROOT = Path(__file__).resolve().parents[1]
_OUT = _ROOT / "results" / "reproductions" / "code_canonical"
KNOWN = {
    "mbpp/123": "the reference needs more than 20 seconds",
    "mbpp/367": "the tests use a class Node that is defined nowhere",
    "mbpp/927": "the tests use a class Node that is defined nowhere",
    "p3/ExponentialCoinMoves:0": "the reference gives a list of 71 MB; a reply may have 64",
}
"""Exceptions that are the benchmark's own defects, with the reason."""


@dataclass(frozen=True)
class Part:
    """One measurement: completions of a suite that all must pass, or all must fail."""

    name: str
    must: str
    pairs: Callable[[], Iterator[tuple[Suite, str, str]]]
    """(suite, problem id, completion) of each program to verify."""


@dataclass
class Result:
    """What a part came to."""

    name: str
    must: str
    total: int
    kept: int
    seconds: float
    statuses: dict[str, int]
    exceptions: list[dict[str, str]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def _golds(suite: Suite) -> Iterator[tuple[Suite, str, str]]:
    for problem in suite:
        gold = suite.gold(problem) or (fenced(problem.answer) if problem.answer else None)
        if gold is not None:
            yield suite, problem.id, gold


def _wrongs(suite: Suite) -> Iterator[tuple[Suite, str, str]]:
    for problem in suite:
        wrong = suite.wrong(problem)
        if wrong is not None:
            yield suite, problem.id, wrong


def _published(suite: Suite, key: str) -> Iterator[tuple[Suite, str, str]]:
    for problem in suite:
        for text in problem.meta.get(key, []):
            yield suite, problem.id, fenced(text)


def _parts(data_dir: str, extra: Path | None) -> Iterator[Part]:
    def stored(name: str, **options: str) -> Suite:
        return load(name, data_dir=data_dir, **options)

    yield Part("humaneval", "pass", lambda: _golds(stored("humaneval")))
    yield Part("humanevalpack", "pass", lambda: _golds(stored("humanevalpack")))
    yield Part("humanevalpack buggy", "fail", lambda: _wrongs(stored("humanevalpack")))
    yield Part("cruxeval", "pass", lambda: _golds(stored("cruxeval")))
    yield Part("cruxeval:input", "pass", lambda: _golds(stored("cruxeval:input")))
    yield Part("cruxeval wrong", "fail", lambda: _wrongs(stored("cruxeval")))
    yield Part("mbpp", "pass", lambda: _golds(stored("mbpp", split="all")))
    yield Part("bigcodebench", "pass", lambda: _golds(stored("bigcodebench")))
    yield Part(
        "code_contests correct", "pass", lambda: _published(stored("code_contests"), "correct")
    )
    yield Part(
        "code_contests incorrect", "fail", lambda: _published(stored("code_contests"), "incorrect")
    )
    yield Part("code_contests wrong", "fail", lambda: _wrongs(stored("code_contests")))
    if extra is None:
        return
    for name, task, file in (
        ("mbpp:sanitized", "mbpp:sanitized", "sanitized-mbpp.json"),
        ("p3", "p3", "puzzles.json"),
        ("HumanEval+", "humaneval", "HumanEvalPlus.jsonl"),
        ("MBPP+", "mbpp", "MbppPlus.jsonl"),
    ):
        for path in (extra / file, extra / f"{file}.gz"):
            if path.is_file():
                yield Part(
                    name, "pass", lambda task=task, path=path: _golds(load(task, path=str(path)))
                )


def _measure(part: Part, workers: int) -> Result:
    started = time.perf_counter()
    triples = list(part.pairs())
    statuses: dict[str, int] = {}
    exceptions = []
    suite = triples[0][0] if triples else None
    verdicts = (
        suite.verify_many(
            [suite.find(number) for _, number, _ in triples],
            [text for *_, text in triples],
            workers,
        )
        if suite is not None
        else []
    )
    for (_, number, _), verdict in zip(triples, verdicts, strict=True):
        statuses[verdict.status] = statuses.get(verdict.status, 0) + 1
        kept = verdict.correct if part.must == "pass" else verdict.score == 0.0
        if not kept:
            note = KNOWN.get(f"{part.name}/{number}", "")
            exceptions.append(
                {"id": number, "status": verdict.status, "reason": verdict.reason, "known": note}
            )
    return Result(
        part.name,
        part.must,
        len(triples),
        len(triples) - len(exceptions),
        round(time.perf_counter() - started, 1),
        statuses,
        exceptions,
        dict(getattr(suite, "left_out", {})),
    )


def _table(results: list[Result]) -> str:
    lines = [
        "# Reference solutions of the code benchmarks",
        "",
        "Every program ran in the sandbox, its tests in another. Made by",
        "`python benchmarks/code_canonical.py --data-dir DATA --extra FOLDER`.",
        "",
        "| programs | must | as they must | of | exceptions |",
        "|---|---|---:|---:|---|",
    ]
    for one in results:
        shown = ", ".join(item["id"] for item in one.exceptions[:12])
        more = "" if len(one.exceptions) <= 12 else f" and {len(one.exceptions) - 12} more"
        lines.append(f"| {one.name} | {one.must} | {one.kept} | {one.total} | {shown}{more} |")
    for one in results:
        if one.exceptions or one.left_out:
            lines += ["", f"## {one.name}", ""]
            lines += [f"- left out, {why}: {count}" for why, count in one.left_out.items()]
            for item in one.exceptions:
                why = item["known"] or item["reason"]
                lines.append(f"- {item['id']} ({item['status']}): {why}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--extra", type=Path)
    parser.add_argument("--only", action="append", help="names of parts; writes nothing")
    parser.add_argument("--workers", type=int, default=2)
    options = parse_with_data(parser)
    results = []
    for part in _parts(str(options.data_dir), options.extra):
        if options.only and part.name not in options.only:
            continue
        try:
            result = _measure(part, options.workers)
        except UsageError as error:
            print(f"{part.name}: not measured: {error}")
            continue
        results.append(result)
        print(f"{part.name}: {result.kept}/{result.total} {part.must} in {result.seconds} s")
        for item in result.exceptions[:40]:
            print("   ", item["id"], item["status"], (item["known"] or item["reason"])[:200])
    if not options.only:
        _OUT.parent.mkdir(parents=True, exist_ok=True)
        report = {
            "python": platform.python_version(),
            "parts": [asdict(one) for one in results],
        }
        _OUT.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
        _OUT.with_suffix(".md").write_text(_table(results))


if __name__ == "__main__":
    main()
